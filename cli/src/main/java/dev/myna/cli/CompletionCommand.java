// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli;

import dev.myna.cli.command.CommandContext;
import dev.myna.cli.terminal.ExitCode;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Lets the shell complete commands, options and names. */
@Command(
        name = "completion",
        header = "Print a script with which bash or zsh completes commands, options and names.",
        customSynopsis = "myna completion [bash|zsh]",
        synopsisHeading = "%nUsage: ",
        parameterListHeading = "%n",
        footer = {
            "",
            "Install:",
            "  bash: myna completion bash > ~/.local/share/bash-completion/completions/myna",
            "  zsh:  echo 'autoload -U compinit && compinit; source <(myna completion zsh)' >> ~/.zshrc"
        },
        sortOptions = false)
final class CompletionCommand implements Callable<Integer> {
    private final CommandContext context;
    private final Supplier<CommandLine> all;

    @Parameters(paramLabel = "SHELL", arity = "0..1", description = "bash (default) or zsh; one script serves both")
    private Shell shell = Shell.bash;

    /** Spelled as people type it. */
    enum Shell {
        bash,
        zsh
    }

    /** @param all the parser with every command */
    CompletionCommand(CommandContext context, Supplier<CommandLine> all) {
        this.context = context;
        this.all = all;
    }

    @Override
    public Integer call() {
        context.console().out().write(AutoComplete.bash("myna", all.get()));
        return ExitCode.OK;
    }
}
