// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli;

import dev.myna.cli.command.CommandContext;
import dev.myna.cli.terminal.ExitCode;
import dev.myna.engine.error.RequestException;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Prints manual pages. */
@Command(
        name = "man",
        header = "Print the manual page of Myna, or of one of its commands.",
        customSynopsis = "myna man [COMMAND]",
        synopsisHeading = "%nUsage: ",
        parameterListHeading = "%n",
        footer = {
            "",
            "Install: mkdir -p ~/.local/share/man/man1 && myna man > ~/.local/share/man/man1/myna.1",
            "Read:    man myna, or at once: myna man pull | man -l -"
        },
        sortOptions = false)
final class ManCommand implements Callable<Integer> {
    private final CommandContext context;
    private final Supplier<CommandLine> all;

    @Parameters(
            paramLabel = "COMMAND",
            arity = "0..1",
            description = "a command such as run; default: all commands on one page")
    private String command;

    /** @param all the parser with every command */
    ManCommand(CommandContext context, Supplier<CommandLine> all) {
        this.context = context;
        this.all = all;
    }

    @Override
    public Integer call() {
        CommandLine parser = all.get();
        if (command == null) {
            context.console().out().write(ManPage.ofAll(parser));
            return ExitCode.OK;
        }
        CommandLine one = parser.getSubcommands().get(command);
        if (one == null) {
            throw new RequestException("there is no command " + command + ": choose one of "
                    + String.join(", ", parser.getSubcommands().keySet()));
        }
        context.console().out().write(ManPage.of(one));
        return ExitCode.OK;
    }
}
