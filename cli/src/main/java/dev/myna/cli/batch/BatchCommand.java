// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.batch;

import dev.myna.cli.command.CommandContext;
import dev.myna.cli.command.FormArguments;
import dev.myna.cli.command.ModelDigests;
import dev.myna.cli.command.ModelFiles;
import dev.myna.cli.options.Exif;
import dev.myna.cli.options.GivenOptions;
import dev.myna.cli.options.LanguageConverter;
import dev.myna.cli.options.ModelArguments;
import dev.myna.cli.options.SamplingArguments;
import dev.myna.cli.system.Posix;
import dev.myna.cli.terminal.Console;
import dev.myna.cli.terminal.ExitCode;
import dev.myna.engine.GenerationOptions;
import dev.myna.engine.Language;
import dev.myna.engine.Scheduler;
import dev.myna.engine.SchedulerOptions;
import dev.myna.engine.SessionOptions;
import dev.myna.engine.error.RequestException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Level;
import java.util.logging.Logger;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Many questions, whose answers survive interruptions. */
@Command(
        name = "batch",
        header = "Answer questions about many images; goes on where an earlier run ended.",
        customSynopsis = "myna batch INPUT... [-m MODEL] [-o FILE] [-p TEXT]... [--lang CODE,..] [options]",
        descriptionHeading = "%n",
        description = {
            "INPUT is a folder, a pattern in quotes ('photos/**.jpg'), an image, rows (.jsonl, .tsv, .parquet),",
            "a list of names (@FILE, .txt), or - for rows or names on stdin. Output is JSON lines. A bad image",
            "is a row with an error, and the batch goes on. docs/batch.md describes rows, journal and sizes."
        },
        synopsisHeading = "%nUsage: ",
        sortOptions = false)
public final class BatchCommand implements Callable<Integer> {
    /** The reader of Parquet files says what vectors it uses, which nobody asked. Kept, so that the level is, too. */
    private static final Logger PARQUET = Logger.getLogger("dev.hardwood");

    private static final int MAX_PARALLEL = 256;
    private static final int MAX_TRIES = 2;
    private static final long PREFIX_BYTES = 256L << 20;

    private final CommandContext context;

    @Spec
    private CommandSpec spec;

    /** Hidden: the synopsis shows them. */
    @Parameters(paramLabel = "INPUT", arity = "0..*", hidden = true, description = "folders, patterns, images, rows")
    List<String> inputs = new ArrayList<>();

    @ArgGroup(validate = false, heading = "%nQuestions:%n", order = 1)
    Ask ask = new Ask();

    @ArgGroup(validate = false, heading = "%nOutput:%n", order = 2)
    Result result = new Result();

    @ArgGroup(validate = false, heading = ModelArguments.HEADING, order = 3)
    ModelArguments model = new ModelArguments();

    @ArgGroup(validate = false, heading = "%nSampling:%n", order = 4)
    SamplingArguments sampling = new SamplingArguments();

    /** What to ask. */
    static final class Ask {
        @Option(
                names = "--list",
                paramLabel = "FILE",
                description = "file of image names, one a line; the same as @FILE")
        List<String> lists = new ArrayList<>();

        @Option(
                names = {"-p", "--prompt"},
                paramLabel = "TEXT",
                description = "question about each image (repeatable); rows with a prompt ask their own")
        List<String> prompts = new ArrayList<>();

        @Option(
                names = "--lang",
                paramLabel = "CODE",
                split = ",",
                converter = LanguageConverter.class,
                description = "languages of the answers, such as en,ur; each asks once")
        List<Language> languages = new ArrayList<>();

        @Option(
                names = "--ensure-language",
                paramLabel = "N",
                arity = "0..1",
                fallbackValue = "1",
                description = "ask again, up to N times (1 or 2), if an answer is in another language")
        Integer ensure;

        @ArgGroup(validate = false)
        FormArguments form = new FormArguments();

        @Option(names = "--exif", paramLabel = "WHAT", description = Exif.HELP)
        Exif exif = Exif.apply;
    }

    /** Where rows go. */
    static final class Result {
        @Option(
                names = {"-o", "--output"},
                paramLabel = "FILE",
                description = "JSON lines, complete when FILE is there; default: stdout")
        Path out;

        @Option(
                names = "--journal",
                paramLabel = "FILE",
                description = "rows so far, for the next run; default: that of -o with .journal behind it")
        Path journal;

        @Option(names = "--order", paramLabel = "WHAT", description = "of rows: input (default) or ready")
        Order order = Order.input;

        @Option(names = "--retry-errors", description = "ask questions again whose row in the journal has an error")
        boolean retry;

        @Option(
                names = "--max-errors",
                paramLabel = "N",
                description = "stop after N new rows with errors; 0 (default) = never")
        long maxErrors;

        @Option(
                names = {"-np", "--parallel"},
                paramLabel = "N",
                description = "answers at once (default ${DEFAULT-VALUE}), each with -c context positions")
        int parallel = 8;

        @Option(names = "--no-progress", description = "nothing on stderr but notes and the end")
        boolean quiet;
    }

    /** Spelled as people type it. */
    enum Order {
        input,
        ready
    }

    public BatchCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException {
        PARQUET.setLevel(Level.WARNING);
        Console console = context.console();
        ask.lists.forEach(list -> inputs.add("@" + list));
        check();
        GenerationOptions ignored = ask.form.apply(sampling.options());
        SessionOptions session = model.sessionOptions();
        GivenOptions given = new GivenOptions(spec.commandLine().getParseResult());
        sampling.withoutEffect(given).forEach(console::note);
        model.where.withoutEffect(given).forEach(console::note);
        Sources sources = new Sources(
                new Prompts(ask.prompts, ask.languages), ask.exif.orientation(), console.in(), console::note);
        BatchSource source = sources.open(inputs);
        Path journalFile = journalFile();
        model.take(null);
        context.models().resolve(model);
        try (ModelFiles.Loaded loaded =
                ModelFiles.open(model, session, ModelFiles.Vision.IF_PRESENT, console, context.warmUp())) {
            context.useModel();
            GenerationOptions plain = options(loaded, given);
            GenerationOptions options = ask.form.apply(plain);
            LanguageCheck check = ask.ensure == null ? LanguageCheck.NONE : new LanguageCheck(ask.ensure);
            BatchSettings settings = BatchSettings.of(
                    loaded.model(),
                    ModelDigests.of(model),
                    session,
                    plain,
                    ask.form.identity(),
                    ask.exif.name(),
                    check.tries());
            try (BatchJournal journal =
                    journalFile == null ? null : new BatchJournal(journalFile, settings.values(), result.retry)) {
                if (journal != null && journal.size() > 0) {
                    console.note(journalFile + " has " + journal.size() + (journal.size() == 1 ? " row" : " rows")
                            + " of earlier runs");
                }
                return run(loaded, session, options, check, settings, Optional.ofNullable(journal), source);
            }
        }
    }

    private void check() {
        if (inputs.isEmpty()) {
            throw new RequestException("name the input: a folder, a pattern, images, a file of rows, or - for stdin");
        }
        if (inputs.stream().filter("-"::equals).count() > 1) {
            throw new RequestException("stdin can be read once: give - once");
        }
        if (result.parallel < 1 || result.parallel > MAX_PARALLEL) {
            throw new RequestException("--parallel must be in 1.." + MAX_PARALLEL + ", not " + result.parallel);
        }
        if (result.maxErrors < 0) {
            throw new RequestException("--max-errors must be 0 (never) or more, not " + result.maxErrors);
        }
        if (ask.ensure != null && (ask.ensure < 1 || ask.ensure > MAX_TRIES)) {
            throw new RequestException("--ensure-language asks again 1 to " + MAX_TRIES + " times, not " + ask.ensure);
        }
        if (ask.prompts.stream().anyMatch(String::isBlank)) {
            throw new RequestException("the question from -p is empty");
        }
        if (result.retry && result.out == null && result.journal == null) {
            throw new RequestException("--retry-errors needs the journal of an earlier run: add -o or --journal");
        }
    }

    private Path journalFile() {
        if (result.out == null) {
            return result.journal;
        }
        if (Files.isDirectory(result.out)) {
            throw new RequestException(result.out + " is a folder: -o takes the name of a file");
        }
        Path journal = result.journal != null
                ? result.journal
                : result.out.resolveSibling(result.out.getFileName() + ".journal");
        if (Files.exists(result.out) && !Files.exists(journal)) {
            throw new RequestException(result.out + " exists, but its journal " + journal
                    + " does not: remove the file, or choose another -o");
        }
        return journal;
    }

    private GenerationOptions options(ModelFiles.Loaded loaded, GivenOptions given) {
        GenerationOptions options = sampling.options(loaded.model(), given, context.console());
        if (options.temperature() == 0 || sampling.seed != null) {
            return options;
        }
        context.console().note("--seed is 0, so that another run gives the same answers");
        return options.toBuilder().seed(0).build();
    }

    private int run(
            ModelFiles.Loaded loaded,
            SessionOptions session,
            GenerationOptions options,
            LanguageCheck check,
            BatchSettings settings,
            Optional<BatchJournal> journal,
            BatchSource source)
            throws IOException {
        Console console = context.console();
        int active = 2 * result.parallel;
        SchedulerOptions slots = SchedulerOptions.builder()
                .slots(result.parallel)
                .queueLength(active)
                .session(session)
                .prefixBytes(PREFIX_BYTES)
                .build();
        BatchLoop.Totals totals;
        try (Scheduler scheduler = loaded.model().newScheduler(slots);
                RowFile file = result.out == null ? null : new RowFile(result.out);
                BatchProgress progress = new BatchProgress(
                        console.err(), Posix.isTerminal(2), result.quiet ? () -> -1 : count(), System::nanoTime)) {
            BatchLoop loop = new BatchLoop(
                    new BatchLoop.Options(active, 2 * active, result.order == Order.input, result.maxErrors),
                    new BatchAnswers(scheduler, options, new BatchRows(settings), check),
                    journal);
            context.interruption().watch(loop::stop);
            context.warmUp().end();
            try {
                totals = loop.run(
                        source,
                        file == null ? (row, _) -> console.out().line(row) : file,
                        scheduler::close,
                        result.quiet ? (_, _) -> {} : progress);
            } finally {
                context.interruption().watch(null);
            }
            if (file != null && !totals.stopped()) {
                file.complete();
            }
        }
        return end(totals);
    }

    /** About how many items there are, once a thread of its own has counted them. */
    private java.util.function.LongSupplier count() {
        AtomicLong total = new AtomicLong(-1);
        Thread.ofPlatform().daemon().name("myna-batch-counter").start(() -> {
            try {
                total.set(Sources.count(inputs));
            } catch (IOException | RuntimeException e) {
                // No remaining time is shown. The source says what is wrong with an input.
            }
        });
        return total::get;
    }

    private int end(BatchLoop.Totals totals) {
        Console console = context.console();
        if (totals.rows() == 0) {
            console.note("the input has no rows");
        }
        if (totals.errors() > 0) {
            console.note(totals.errors() + " of " + totals.rows() + " rows failed: see their \"error\"");
        }
        if (totals.stopped()) {
            console.note("stopped after " + totals.newErrors() + " new errors (--max-errors)"
                    + (result.out == null && result.journal == null
                            ? ""
                            : "; rows so far are in the journal, run again to go on"));
            return ExitCode.GENERATION;
        }
        return totals.errors() > 0 && totals.errors() == totals.rows() ? ExitCode.GENERATION : ExitCode.OK;
    }
}
