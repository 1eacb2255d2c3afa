// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli;

import java.util.Map;

/** What every command of one run uses: streams, models, environment variables, Ctrl-C. */
final class CommandContext {
    private final Console console;
    private final Interruption interruption;
    private final WarmUp warmUp;
    private final Map<String, String> environment;
    private final Models models;
    private boolean debug;
    private boolean modelUsed;

    /** @param environment variables, such as those of the process */
    CommandContext(Console console, Interruption interruption, WarmUp warmUp, Map<String, String> environment) {
        this.console = console;
        this.interruption = interruption;
        this.warmUp = warmUp;
        this.environment = environment;
        this.models = new Models(environment);
    }

    Console console() {
        return console;
    }

    Interruption interruption() {
        return interruption;
    }

    WarmUp warmUp() {
        return warmUp;
    }

    /** Environment variables: proxies, tokens, mirrors and folders. */
    Map<String, String> environment() {
        return environment;
    }

    Models models() {
        return models;
    }

    /** Whether failures are reported with their stack traces. */
    boolean debug() {
        return debug;
    }

    void setDebug(boolean on) {
        debug = on;
    }

    /** Records that this run has loaded a model. */
    void useModel() {
        modelUsed = true;
    }

    /** Whether this run has loaded a model, so that a class archive makes the next one faster. */
    boolean modelUsed() {
        return modelUsed;
    }
}
