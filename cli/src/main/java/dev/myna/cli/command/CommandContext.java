// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.command;

import dev.myna.cli.launch.WarmUp;
import dev.myna.cli.terminal.Console;
import dev.myna.cli.terminal.Interruption;
import java.util.Map;

/** What every command of one run uses: streams, models, environment variables, Ctrl-C. */
public final class CommandContext {
    private final Console console;
    private final Interruption interruption;
    private final WarmUp warmUp;
    private final Map<String, String> environment;
    private final Models models;
    private boolean debug;
    private boolean modelUsed;

    /** @param environment variables, such as those of the process */
    public CommandContext(Console console, Interruption interruption, WarmUp warmUp, Map<String, String> environment) {
        this.console = console;
        this.interruption = interruption;
        this.warmUp = warmUp;
        this.environment = environment;
        this.models = new Models(environment);
    }

    public Console console() {
        return console;
    }

    public Interruption interruption() {
        return interruption;
    }

    public WarmUp warmUp() {
        return warmUp;
    }

    /** Environment variables: proxies, tokens, mirrors and folders. */
    public Map<String, String> environment() {
        return environment;
    }

    public Models models() {
        return models;
    }

    /** Whether failures are reported with their stack traces. */
    public boolean debug() {
        return debug;
    }

    public void setDebug(boolean on) {
        debug = on;
    }

    /** Records that this run has loaded a model. */
    public void useModel() {
        modelUsed = true;
    }

    /** Whether this run has loaded a model, so that a class archive makes the next one faster. */
    public boolean modelUsed() {
        return modelUsed;
    }
}
