// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.run;

import dev.myna.cli.command.CommandContext;
import dev.myna.cli.command.ModelFiles;
import dev.myna.cli.options.Exif;
import dev.myna.cli.options.GivenOptions;
import dev.myna.cli.options.ModelArguments;
import dev.myna.cli.options.SamplingArguments;
import dev.myna.cli.terminal.Console;
import dev.myna.cli.terminal.LineSource;
import dev.myna.cli.text.Controls;
import dev.myna.engine.GenerationOptions;
import dev.myna.engine.Session;
import dev.myna.engine.SessionOptions;
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

/** A conversation. */
@Command(
        name = "chat",
        header = "Chat with a model, with images.",
        customSynopsis = "myna chat [MODEL] [options]",
        descriptionHeading = "%n",
        synopsisHeading = "%nUsage: ",
        sortOptions = false)
public final class ChatCommand implements Callable<Integer> {
    private final CommandContext context;

    private CommandSpec spec;

    /** Hidden: the synopsis shows it. */
    @Parameters(paramLabel = "MODEL", arity = "0..1", hidden = true, description = "model name or file, as for -m")
    Path named;

    @ArgGroup(validate = false, heading = "%nAnswers:%n", order = 1)
    AnswerArguments answers = new AnswerArguments();

    @ArgGroup(validate = false, heading = ModelArguments.HEADING, order = 2)
    ModelArguments model = new ModelArguments();

    @ArgGroup(validate = false, heading = "%nSampling:%n", order = 3)
    SamplingArguments sampling = new SamplingArguments();

    @Option(names = "--exif", paramLabel = "WHAT", description = Exif.HELP)
    Exif exif = Exif.apply;

    @Option(
            names = {"-v", "--verbose"},
            description = "show the time of each answer, and expert weights per image")
    boolean verbose;

    public ChatCommand(CommandContext context) {
        this.context = context;
    }

    /** The help text lists the commands of the conversation. */
    @Spec
    void setSpec(CommandSpec given) {
        spec = given;
        List<String> lines = new ArrayList<>(List.of("In the conversation:"));
        ChatCommands.help().forEach(line -> lines.add(line.startsWith("/") ? "  " + line : line));
        spec.usageMessage().description(lines.toArray(String[]::new));
    }

    @Override
    public Integer call() throws IOException {
        Console console = context.console();
        GenerationOptions ignored = answers.form.apply(sampling.options());
        ToolFile toolFile = answers.tools.read();
        toolFile.requireCommands(answers.tools.file);
        SessionOptions sessionOptions = answers.apply(model.sessionOptions(), toolFile);
        GivenOptions given = new GivenOptions(spec.commandLine().getParseResult());
        sampling.withoutEffect(given).forEach(console::note);
        model.where.withoutEffect(given).forEach(console::note);
        model.take(named);
        context.models().resolve(model);
        try (ModelFiles.Loaded loaded = ModelFiles.open(
                        model, sessionOptions, ModelFiles.Vision.IF_PRESENT, console, context.warmUp());
                Session session = loaded.model().newSession(sessionOptions);
                LineSource lines = LineSource.of(console, ChatCommands.words())) {
            context.useModel();
            GenerationOptions options = answers.form.apply(sampling.options(loaded.model(), given, console));
            if (lines.interactive() && model.model == null) {
                console.note(
                        "this is the small demo model that is inside: it knows 1,100 drawn things; myna fit recommends"
                                + " a real one");
            }
            if (lines.interactive()) {
                console.note(Controls.oneLine(loaded.model().info().name()) + " is ready; /help shows the commands");
            }
            Report report = new Report(loaded, options, model.threads);
            ChatLoop loop = new ChatLoop(
                    context,
                    session,
                    sessionOptions,
                    lines,
                    options,
                    exif.orientation(),
                    report::answer,
                    verbose,
                    new ToolRunner(toolFile, console, lines));
            return loop.run();
        }
    }
}
