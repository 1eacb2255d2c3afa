// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.run;

import dev.myna.cli.command.CommandContext;
import dev.myna.cli.command.DeviceList;
import dev.myna.cli.command.ModelFiles;
import dev.myna.cli.options.GivenOptions;
import dev.myna.cli.options.ImageNames;
import dev.myna.cli.options.ModelArguments;
import dev.myna.cli.options.SamplingArguments;
import dev.myna.cli.terminal.Console;
import dev.myna.cli.terminal.ExitCode;
import dev.myna.cli.text.AnswerText;
import dev.myna.cli.text.Controls;
import dev.myna.cli.text.Json;
import dev.myna.engine.Generation;
import dev.myna.engine.GenerationOptions;
import dev.myna.engine.Message;
import dev.myna.engine.Session;
import dev.myna.engine.SessionOptions;
import dev.myna.engine.error.RequestException;
import dev.myna.engine.tools.AnswerEvent;
import dev.myna.loaders.image.RgbImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** One question, one answer. */
@Command(
        name = "run",
        header = "Answer one question, about images or text (the default command).",
        customSynopsis = "myna [run] [MODEL] [--image FILE]... [-p TEXT] [--lang CODE] [options]",
        descriptionHeading = "%n",
        description = "The answer goes to stdout, everything else to stderr.",
        synopsisHeading = "%nUsage: ",
        sortOptions = false)
public final class RunCommand implements Callable<Integer> {
    private final CommandContext context;

    /** Hidden: the synopsis shows it. */
    @Parameters(paramLabel = "MODEL", arity = "0..*", hidden = true, description = "model name or file, as for -m")
    List<Path> named = new ArrayList<>();

    @Spec
    private CommandSpec spec;

    @ArgGroup(validate = false, heading = "%nQuestion:%n", order = 1)
    PromptArguments ask = new PromptArguments();

    @ArgGroup(validate = false, heading = "%nAnswer:%n", order = 2)
    AnswerArguments answer = new AnswerArguments();

    @ArgGroup(validate = false, heading = ModelArguments.HEADING, order = 3)
    ModelArguments model = new ModelArguments();

    @ArgGroup(validate = false, heading = "%nSampling:%n", order = 4)
    SamplingArguments sampling = new SamplingArguments();

    @ArgGroup(validate = false, heading = "%nOutput:%n", order = 5)
    Format format = new Format();

    /** How results are written. */
    static final class Format {
        @Option(names = "--json", description = "one JSON object instead of plain text")
        boolean json;

        @Option(
                names = "--jsonl",
                paramLabel = "FILE",
                description = "batch: one {\"id\",\"image\",\"prompt\",\"lang\"} per line, - for stdin")
        String jsonl;

        /** Hidden, to keep the help text short; docs/tools.md describes it. */
        @Option(names = "--show-reasoning", hidden = true, description = "print the reasoning of the model on stderr")
        boolean reasoning;

        @Option(names = "--no-perf", description = "no timings on stderr")
        boolean quiet;

        @Option(
                names = {"-v", "--verbose"},
                description = "print model, device, sampling and memory on stderr")
        boolean verbose;
    }

    @Option(names = "--list-devices", hidden = true, description = "list the devices of this machine and exit")
    boolean listDevices;

    public RunCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException {
        Console console = context.console();
        if (listDevices) {
            DeviceList.lines().forEach(console.out()::line);
            return ExitCode.OK;
        }
        // Wrong options are reported before anything is read.
        GenerationOptions ignored = answer.form.apply(sampling.options());
        SessionOptions sessionOptions = answer.apply(model.sessionOptions(), answer.tools.read());
        model.take(named());
        context.models().resolve(model);
        withoutEffect().forEach(console::note);
        if (format.jsonl != null) {
            if (ask.prompt != null || ask.file != null || !ask.images.isEmpty()) {
                throw new RequestException("--jsonl takes images and questions from its rows: drop --image, -p and -f");
            }
            return new Batch(context, model, ask, sampling, answer.form, given()).run(sessionOptions, format.jsonl);
        }
        String question = ask.question(console);
        RgbImage[] images = ask.images(console);
        ModelFiles.Vision vision = images.length > 0 ? ModelFiles.Vision.REQUIRED : ModelFiles.Vision.NONE;
        try (ModelFiles.Loaded loaded = ModelFiles.open(model, sessionOptions, vision, console, context.warmUp())) {
            context.useModel();
            GenerationOptions options = answer.form.apply(sampling.options(loaded.model(), given(), console));
            Report report = new Report(loaded, options, model.threads);
            if (format.verbose) {
                report.describeModel(question).forEach(console.err()::println);
                report.describeImages(images, sessionOptions.imageMode()).forEach(console.err()::println);
            }
            try (Session session = loaded.model().newSession(sessionOptions)) {
                if (format.verbose) {
                    console.err().println(Report.describeCache(session, sessionOptions));
                    report.describeDeviceMemory().ifPresent(console.err()::println);
                }
                try (Generation generation = session.generate(Message.of(question, images), options)) {
                    return answer(generation, report);
                }
            }
        }
    }

    /** The model among the positional arguments, or null. */
    private Path named() {
        for (Path word : named) {
            if (ask.images.isEmpty() && ImageNames.isImage(word.toString())) {
                throw new RequestException(word + " is an image: put --image before it");
            }
        }
        if (named.size() > 1) {
            throw new RequestException("two models are given, " + named.get(0) + " and " + named.get(1)
                    + ": give one (a question of several words goes in quotes after -p)");
        }
        return named.isEmpty() ? null : named.getFirst();
    }

    private GivenOptions given() {
        return new GivenOptions(spec.commandLine().getParseResult());
    }

    /** Notes on options without effect. */
    private List<String> withoutEffect() {
        GivenOptions given = given();
        List<String> lines = new ArrayList<>(sampling.withoutEffect(given));
        lines.addAll(model.where.withoutEffect(given));
        if (format.jsonl != null) {
            lines.addAll(given.without("with --jsonl", "--verbose"));
            return lines;
        }
        if (ask.images.isEmpty()) {
            lines.addAll(given.without(
                    "without --image",
                    "--exif",
                    "--image-mode",
                    "--image-tokens",
                    "--tiles",
                    "--pan-and-scan",
                    "--parrot-compat"));
        }
        if (!format.json && (ask.prompt != null || ask.file != null)) {
            lines.addAll(given.without("with -p or -f: ask in the language of the answer", "--lang"));
        }
        return lines;
    }

    private void write(AnswerEvent event, AnswerText text) {
        if (event instanceof AnswerEvent.Content(String piece)) {
            String ready = text.accept(piece);
            if (!format.json) {
                context.console().out().write(ready);
            }
        } else if (event instanceof AnswerEvent.Reasoning(String piece) && format.reasoning) {
            context.console().err().print(Controls.visible(piece));
            context.console().err().flush();
        }
    }

    private void noteUnenforced(Generation generation) {
        if (!generation.unenforced().isEmpty()) {
            context.console()
                    .note("schemas not supported, arguments are any object: "
                            + String.join(", ", generation.unenforced()));
        }
    }

    private int answer(Generation generation, Report report) {
        Console console = context.console();
        context.interruption().watch(generation::close);
        context.warmUp().end();
        AnswerText text = new AnswerText();
        try {
            for (List<AnswerEvent> events = generation.nextEvents();
                    !events.isEmpty();
                    events = generation.nextEvents()) {
                for (AnswerEvent event : events) {
                    write(event, text);
                }
            }
        } finally {
            context.interruption().watch(null);
            if (!format.json) {
                console.out().write("\n");
                generation.message().calls().forEach(call -> console.out().line(Json.text(Report.call(call))));
            }
        }
        if (format.json) {
            console.out().line(Json.text(report.result(generation, text.whole(), ask.language)));
        }
        noteUnenforced(generation);
        if (format.verbose) {
            report.routers(generation).forEach(console.err()::println);
        }
        if (!format.quiet) {
            report.timings(generation).forEach(console.err()::println);
        }
        return generation.finishReason() == Generation.FinishReason.CANCELLED ? ExitCode.INTERRUPTED : ExitCode.OK;
    }
}
