// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.eval;

import dev.myna.cli.command.CommandContext;
import dev.myna.cli.command.ModelDigests;
import dev.myna.cli.command.ModelFiles;
import dev.myna.cli.options.ModelArguments;
import dev.myna.cli.terminal.Console;
import dev.myna.cli.terminal.ExitCode;
import dev.myna.engine.ImageMode;
import dev.myna.engine.Model;
import dev.myna.engine.SessionOptions;
import dev.myna.engine.error.RequestException;
import dev.myna.eval.choice.Extractor;
import dev.myna.eval.data.DataFolder;
import dev.myna.eval.data.TaskOptions;
import dev.myna.eval.judge.ReviewParser;
import dev.myna.eval.report.Report;
import dev.myna.eval.run.EvalRun;
import dev.myna.eval.run.Results;
import dev.myna.eval.run.RunSettings;
import dev.myna.eval.run.StoredReviews;
import dev.myna.eval.run.StoredRun;
import dev.myna.eval.tasks.Task;
import dev.myna.eval.tasks.TaskList;
import dev.myna.loaders.datasets.NaMode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.logging.Level;
import java.util.logging.Logger;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Asks a model the questions of published benchmarks, and scores answers. */
@Command(
        name = "eval",
        header = "Score a model on published benchmarks, or stored answers and reviews.",
        customSynopsis = {
            "myna eval TASK... [-m MODEL] --data DIR [--lang CODE,..] [-o DIR] [options]",
            "       myna eval list | data TASK | score DIR [--data DIR] | table DIR... | compare DIR DIR",
            "       myna eval reviews FILE"
        },
        descriptionHeading = "%n",
        description = {
            "Answers are kept in the journal of -o: a run that was interrupted goes on where it was.",
            "'list' shows tasks and where their data are; 'data' says what to download for one, and how;",
            "'score' scores stored answers again, without a model, and writes their report.html again, with",
            "the images of --data; 'table' puts runs side by side; 'compare' compares two runs on the",
            "questions that both answered; 'reviews' scores the stored reviews of a judge."
        },
        synopsisHeading = "%nUsage: ",
        sortOptions = false)
public final class EvalCommand implements Callable<Integer> {
    /** The reader of Parquet files says what vectors it uses, which nobody asked. Kept, so that the level is, too. */
    private static final Logger PARQUET = Logger.getLogger("dev.hardwood");

    private static final int MAX_PARALLEL = 256;

    private final CommandContext context;

    /** Hidden: the synopsis shows them. */
    @Parameters(
            paramLabel = "TASK",
            arity = "0..*",
            hidden = true,
            description = "tasks, or list, data, score, table, compare or reviews")
    List<String> words = new ArrayList<>();

    @ArgGroup(validate = false, heading = "%nQuestions:%n", order = 1)
    Ask ask = new Ask();

    @ArgGroup(validate = false, heading = ModelArguments.HEADING, order = 2)
    ModelArguments model = new ModelArguments();

    @ArgGroup(validate = false, heading = "%nScoring and output:%n", order = 3)
    Scoring scoring = new Scoring();

    @ArgGroup(validate = false, heading = JudgeArguments.HEADING, order = 4)
    JudgeArguments judging = new JudgeArguments();

    /** What to ask. */
    static final class Ask {
        @Option(names = "--data", paramLabel = "DIR", description = "folder with the data sets")
        Path data;

        @Option(
                names = "--lang",
                paramLabel = "CODE",
                split = ",",
                description = "only these languages, such as en,hi; default: all that DIR has")
        List<String> languages = List.of();

        @Option(names = "--limit", paramLabel = "N", description = "first N questions of each language; 0 = all")
        int limit;

        @Option(names = "--parallel", paramLabel = "N", description = "questions answered at once; default 4")
        int parallel = 4;

        @Option(
                names = "--suffix",
                paramLabel = "NAME",
                description = "last line of choice prompts: localized (default) or english")
        Suffix suffix = Suffix.localized;

        @Option(names = "--translated", description = "CVQA: ask in English")
        boolean translated;
    }

    /** How to score. */
    static final class Scoring {
        @Option(
                names = "--extractor",
                paramLabel = "NAME",
                description = "rule for choices: parrot-2024 (default) or vlmevalkit-2026")
        String extractor;

        @Option(
                names = "--review-parser",
                paramLabel = "NAME",
                description = "of reviews: palo, pangea, lmms-eval or lmms-eval-wild; default: the task's own")
        String parser;

        @Option(names = "--na", paramLabel = "MODE", description = "absent table cells: pandas (default) or literal")
        Na na = Na.pandas;

        @Option(
                names = {"-o", "--output"},
                paramLabel = "DIR",
                description = "folder for results; default: eval-results")
        Path out = Path.of("eval-results");
    }

    /** Spelled as people type it. */
    enum Suffix {
        localized,
        english
    }

    /** Spelled as people type it. */
    enum Na {
        pandas,
        literal
    }

    public EvalCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException {
        PARQUET.setLevel(Level.WARNING);
        if (words.isEmpty()) {
            throw new RequestException("name a task, such as: myna eval mmmb --data DIR; myna eval list shows all");
        }
        switch (words.getFirst()) {
            case "list" -> {
                requireWords(1, "myna eval list");
                EvalTables.tasks().forEach(context.console().out()::line);
                context.console().out().line("");
                context.console().out().line("myna eval data TASK says what to download, and how.");
            }
            case "score" -> {
                requireWords(2, "myna eval score DIR");
                score(Path.of(words.get(1)));
                report(Path.of(words.get(1)));
            }
            case "data" -> {
                requireWords(2, "myna eval data TASK");
                EvalTables.sources(task(words.get(1))).forEach(context.console().out()::line);
            }
            case "table" -> {
                if (words.size() < 2) {
                    throw new RequestException("expected myna eval table DIR...");
                }
                RunTable.of(words.subList(1, words.size()).stream()
                                .map(Path::of)
                                .toList())
                        .forEach(context.console().out()::line);
            }
            case "compare" -> {
                requireWords(3, "myna eval compare DIR DIR");
                EvalTables.comparison(StoredRun.read(Path.of(words.get(1))), StoredRun.read(Path.of(words.get(2))))
                        .forEach(context.console().out()::line);
            }
            case "reviews" -> {
                requireWords(2, "myna eval reviews FILE");
                EvalTables.reviews(StoredReviews.read(Path.of(words.get(1)), parser().orElse(ReviewParser.PALO)))
                        .forEach(context.console().out()::line);
            }
            default -> {
                return run();
            }
        }
        return ExitCode.OK;
    }

    /** Writes the report of a folder; with {@code --data}, it has the images of examples. */
    private void report(Path folder) throws IOException {
        Report.write(folder, Optional.ofNullable(ask.data).map(DataFolder::new)).forEach(context.console()::note);
    }

    private void requireWords(int count, String usage) {
        if (words.size() != count) {
            throw new RequestException("expected " + usage);
        }
    }

    private static Task task(String name) {
        return TaskList.byName(name)
                .orElseThrow(() -> new RequestException("there is no task '" + name + "': myna eval list shows all"));
    }

    private Optional<Extractor> extractor() {
        if (scoring.extractor == null) {
            return Optional.empty();
        }
        Optional<Extractor> extractor = Extractor.byLabel(scoring.extractor);
        if (extractor.isEmpty()) {
            throw new RequestException(
                    "--extractor is parrot-2024 or vlmevalkit-2026, not '" + scoring.extractor + "'");
        }
        return extractor;
    }

    private Optional<ReviewParser> parser() {
        if (scoring.parser == null) {
            return Optional.empty();
        }
        return Optional.of(ReviewParser.byLabel(scoring.parser)
                .orElseThrow(() -> new RequestException("--review-parser is palo, pangea, lmms-eval or lmms-eval-wild,"
                        + " not '" + scoring.parser + "'")));
    }

    /** Scores stored answers again, with new reviews if there is a judge. */
    private void score(Path folder) throws IOException {
        Optional<Extractor> extractor = extractor();
        Optional<ReviewParser> parser = parser();
        try (Judges judges = judges(folder, EvalProgress.onStderr(context.console()))) {
            Results results = StoredRun.score(
                    folder,
                    before -> before.withExtractor(extractor.orElse(before.extractor()))
                            .withJudge(judges.options(parser, before.judge())),
                    judges.judging());
            EvalTables.results(results).forEach(context.console().out()::line);
            judges.noteMissing(context.console());
        }
    }

    private Judges judges(Path folder, EvalProgress progress) throws IOException {
        if (ask.parallel < 1 || ask.parallel > MAX_PARALLEL) {
            throw new RequestException("--parallel is 1 to " + MAX_PARALLEL);
        }
        return Judges.of(judging, context, folder, ask.parallel, progress);
    }

    private int run() throws IOException {
        List<Task> tasks = new ArrayList<>();
        for (String word : words) {
            tasks.add(task(word));
        }
        if (ask.data == null) {
            throw new RequestException(
                    "--data names the folder with the data sets; myna eval list shows what they are");
        }
        if (ask.parallel < 1 || ask.parallel > MAX_PARALLEL || ask.limit < 0) {
            throw new RequestException("--parallel is 1 to " + MAX_PARALLEL + ", and --limit 0 (all) or more");
        }
        Console console = context.console();
        EvalProgress progress = EvalProgress.onStderr(console);
        try (Judges judges = judges(scoring.out, progress)) {
            return run(tasks, judges, progress);
        }
    }

    private int run(List<Task> tasks, Judges judges, EvalProgress progress) throws IOException {
        TaskOptions options = new TaskOptions(
                ask.suffix == Suffix.english ? TaskOptions.Suffix.ENGLISH : TaskOptions.Suffix.LOCALIZED,
                extractor().orElse(TaskOptions.DEFAULT.extractor()),
                scoring.na == Na.literal ? NaMode.LITERAL : NaMode.PANDAS,
                ask.translated,
                judges.options(parser(), Optional.empty()));
        Console console = context.console();
        SessionOptions session = model.sessionOptions();
        model.take(null);
        context.models().resolve(model);
        try (ModelFiles.Loaded loaded =
                ModelFiles.open(model, session, ModelFiles.Vision.IF_PRESENT, console, context.warmUp())) {
            context.useModel();
            Optional<ImageMode> mode =
                    session.imageMode() == ImageMode.AUTO ? Optional.empty() : Optional.of(session.imageMode());
            RunSettings settings = new RunSettings(
                    options, session, mode, ModelDigests.of(model), ask.parallel, ask.limit, facts(loaded.model()));
            EvalRun run = new EvalRun(loaded.model(), settings, scoring.out, progress, judges.judging());
            context.interruption().watch(run::stop);
            try {
                Results results;
                try {
                    results = run.run(tasks, new DataFolder(ask.data), ask.languages);
                } finally {
                    progress.close();
                }
                EvalTables.results(results).forEach(console.out()::line);
                if (results.failures() > 0) {
                    console.note(results.failures() + " rows were malformed or have no answer: see "
                            + scoring.out.resolve("results.json"));
                }
                judges.noteMissing(console);
                report(scoring.out);
                console.note("results are in " + scoring.out + "; look at " + scoring.out.resolve("report.html"));
            } finally {
                context.interruption().watch(null);
            }
        }
        return ExitCode.OK;
    }

    private static Map<String, Object> facts(Model loaded) {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("myna", dev.myna.cli.system.Version.current());
        facts.put("model", loaded.info().name());
        facts.put("family", loaded.info().family());
        facts.put("prompt_format", loaded.info().promptFormat());
        facts.put("device", loaded.info().device());
        facts.put("kernels", loaded.info().kernels());
        facts.put("java", Runtime.version().toString());
        facts.put("system", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
        return facts;
    }
}
