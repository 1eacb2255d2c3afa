// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli;

import dev.myna.cli.command.CommandContext;
import dev.myna.cli.system.Version;
import dev.myna.cli.terminal.ExitCode;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The root command: options that every command has. Without a command it greets on a terminal, and shows the help text elsewhere. */
@Command(
        name = "myna",
        header = "Ask about images in ten languages, offline, in pure Java.",
        customSynopsis = {"myna [run] --image FILE [--lang CODE] [-p TEXT] [options]", "       myna COMMAND [options]"},
        versionProvider = Version.class,
        commandListHeading = "%nCommands:%n",
        synopsisHeading = "%nUsage: ",
        footer = {
            "",
            "Languages: en zh hi es fr ar bn ru ur ja",
            "",
            "Examples:",
            "  myna --image photo.jpg --lang ur",
            "  myna -m palo-7b.gguf --image photo.jpg -p \"What is the man holding?\"",
            "  myna pull mobilevlm-1.7b && myna chat -m mobilevlm-1.7b",
            "",
            "Exit codes: 0 ok, 1 generation failed (or every row of --jsonl), 2 usage, 3 environment,",
            "            4 model, 5 image, 6 download, 7 wrong checksum, 8 out of memory, 130 interrupted"
        })
final class MynaCommand implements Callable<Integer> {
    private final CommandContext context;

    @Spec
    private CommandSpec spec;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "show this help and exit")
    private boolean help;

    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            description = "show the version and exit")
    private boolean version;

    @Option(
            names = "--color",
            scope = ScopeType.INHERIT,
            paramLabel = "WHEN",
            description = "auto, always or never; NO_COLOR is honoured")
    private ColorMode color = ColorMode.auto;

    /** Spelled as people type it. */
    enum ColorMode {
        auto,
        always,
        never
    }

    MynaCommand(CommandContext context) {
        this.context = context;
    }

    @Option(names = "--debug", scope = ScopeType.INHERIT, description = "show stack traces of errors")
    private void setDebug(boolean debug) {
        context.setDebug(debug);
    }

    @Override
    public Integer call() throws IOException {
        if (context.console().inputIsTerminal() && context.console().outputIsTerminal()) {
            Greeting.lines(context.models()).forEach(context.console().out()::line);
            return ExitCode.OK;
        }
        spec.commandLine().usage(spec.commandLine().getOut());
        return ExitCode.OK;
    }
}
