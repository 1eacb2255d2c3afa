// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.command;

import dev.myna.cli.system.UserPath;
import dev.myna.engine.SessionOptions;
import dev.myna.engine.error.RequestException;
import java.io.IOException;
import picocli.CommandLine.Option;

/** The system prompt; names and meanings are llama.cpp's. */
public final class SystemArguments {
    @Option(
            names = {"-sys", "--system-prompt"},
            paramLabel = "TEXT",
            description = "system prompt; default: what the prompt format brings")
    String text;

    /** Hidden: the help text of {@code --system-prompt} leads to docs/abilities.md, which names it. */
    @Option(
            names = {"-sysf", "--system-prompt-file"},
            paramLabel = "FILE",
            hidden = true,
            description = "read the system prompt from a file")
    String file;

    /**
     * The options with the system prompt of the command line, if it has one.
     *
     * @throws RequestException if there are two, or an empty one
     * @throws IOException if the file cannot be read
     */
    public SessionOptions apply(SessionOptions options) throws IOException {
        if (text != null && file != null) {
            throw new RequestException(
                    "give the system prompt with --system-prompt or with --system-prompt-file, not both");
        }
        String given = file == null ? text : Inputs.text(UserPath.of(file));
        if (given == null) {
            return options;
        }
        if (given.isBlank()) {
            throw new RequestException(
                    "the system prompt" + (file == null ? "" : " in " + file) + " is empty: leave it out for none");
        }
        return options.toBuilder().systemText(given).build();
    }
}
