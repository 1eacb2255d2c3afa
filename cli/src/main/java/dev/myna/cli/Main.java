// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli;

import dev.myna.cli.command.CommandContext;
import dev.myna.cli.launch.ArchiveMaker;
import dev.myna.cli.launch.ClassArchive;
import dev.myna.cli.launch.Relauncher;
import dev.myna.cli.launch.WarmUp;
import dev.myna.cli.options.GivenOptions;
import dev.myna.cli.options.ImageNames;
import dev.myna.cli.terminal.Console;
import dev.myna.cli.terminal.ExitCode;
import dev.myna.cli.terminal.Failure;
import dev.myna.cli.terminal.Interruption;
import dev.myna.cli.terminal.OutputClosedException;
import dev.myna.cli.text.Suggestion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine;

/** Runs one command in this process: parses, executes, maps every failure to one line and an exit code. */
public final class Main {
    private Main() {}

    /** Called by the launcher; does not return. */
    static void start(String[] args) {
        Relauncher.ensureSuitable(args);
        Interruption interruption = new Interruption();
        interruption.install();
        Console console = Console.ofProcess();
        String[] withVerb = Commands.withDefaultVerb(args, console);
        CommandContext context = new CommandContext(console, interruption, WarmUp.start(withVerb), System.getenv());
        int code = run(withVerb, context);
        interruption.finished();
        if (code == ExitCode.OK && context.modelUsed()) {
            keepArchive(context);
        }
        System.exit(code);
    }

    /** Starts to create the class archive if there is none. Runs after the answer, so that the answer does not wait. */
    private static void keepArchive(CommandContext context) {
        Optional<ClassArchive> archive = ClassArchive.ofProcess().filter(ClassArchive::wanted);
        if (archive.isEmpty()) {
            return;
        }
        try {
            new ArchiveMaker(archive.get()).makeInBackground();
        } catch (IOException e) {
            if (context.debug()) {
                context.console().note("cannot create the class archive: " + e);
            }
        }
    }

    /** Runs {@code args} and returns the exit code. */
    static int run(String[] args, Console console, Interruption interruption) {
        return run(args, console, interruption, System.getenv());
    }

    /** Runs {@code args} with other environment variables. */
    static int run(String[] args, Console console, Interruption interruption, Map<String, String> environment) {
        return run(
                Commands.withDefaultVerb(args, console),
                new CommandContext(console, interruption, WarmUp.NONE, environment));
    }

    /** @param withVerb arguments that name their command */
    private static int run(String[] withVerb, CommandContext context) {
        Console console = context.console();
        CommandLine line = Commands.parser(context, withVerb);
        line.setColorScheme(CommandLine.Help.defaultColorScheme(console.colors(withVerb)));
        line.setOut(console.out().writer());
        line.setErr(console.errorWriter());
        HelpLayout layout = new HelpLayout(console.width(context.environment()));
        layout.install(line);
        line.getSubcommands().values().forEach(layout::install);
        line.setParameterExceptionHandler((problem, _) -> {
            CommandLine command = problem.getCommandLine();
            console.error(message(problem));
            if (problem instanceof CommandLine.UnmatchedArgumentException unmatched && unmatched.isUnknownOption()) {
                CommandLine.UnmatchedArgumentException.printSuggestions(problem, command.getErr());
            }
            console.note("see '" + command.getCommandSpec().qualifiedName() + " --help'");
            return report(context, problem, ExitCode.USAGE);
        });
        line.setExecutionExceptionHandler((problem, _, _) -> fail(context, problem));
        try {
            int code = line.execute(withVerb);
            console.out().flush();
            return code;
        } catch (OutputClosedException | UncheckedIOException | Error problem) {
            return fail(context, problem);
        }
    }

    /** The parser's message, or a better one where there is one. */
    private static String message(CommandLine.ParameterException problem) {
        if (problem instanceof CommandLine.OverwrittenOptionException twice
                && twice.getOverwritten() instanceof CommandLine.Model.OptionSpec option) {
            return GivenOptions.twice(option);
        }
        if (problem instanceof CommandLine.UnmatchedArgumentException unmatched
                && !unmatched.isUnknownOption()
                && problem.getCommandLine().getParent() == null) {
            return unknownCommand(unmatched.getUnmatched().getFirst(), problem.getCommandLine());
        }
        return problem.getMessage();
    }

    /** The message for a word in place of a command: what the user may have meant. */
    private static String unknownCommand(String word, CommandLine root) {
        String unknown = "'" + word + "' is not a command";
        if (ImageNames.isImage(word)) {
            return unknown + ": to ask about an image, put --image before it";
        }
        if (word.endsWith(".gguf")) {
            return unknown + ": to use a model, put run before it";
        }
        return Suggestion.of(word, root.getSubcommands().keySet())
                .map(name -> unknown + ": did you mean " + name + "?")
                .orElse(unknown);
    }

    private static int fail(CommandContext context, Throwable problem) {
        Failure failure = Failure.of(problem);
        failure.message().ifPresent(context.console()::error);
        return report(context, problem, failure.exitCode());
    }

    private static int report(CommandContext context, Throwable problem, int code) {
        if (context.debug()) {
            context.console().trace(problem);
        }
        return code;
    }
}
