// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli;

import dev.myna.engine.RequestException;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** The manual. */
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
    private final MynaCommand root;

    @Parameters(paramLabel = "COMMAND", arity = "0..1", description = "such as run; default: all of them on one page")
    private String command;

    ManCommand(MynaCommand root) {
        this.root = root;
    }

    @Override
    public Integer call() {
        CommandLine all = MynaCommand.commandLine(root, new String[0]);
        if (command == null) {
            root.console().out().write(ManPage.ofAll(all));
            return ExitCode.OK;
        }
        CommandLine one = all.getSubcommands().get(command);
        if (one == null) {
            throw new RequestException("there is no command " + command + ": it is one of "
                    + String.join(", ", all.getSubcommands().keySet()));
        }
        root.console().out().write(ManPage.of(one));
        return ExitCode.OK;
    }
}
