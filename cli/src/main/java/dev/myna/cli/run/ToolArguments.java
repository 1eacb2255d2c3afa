// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.run;

import dev.myna.engine.SessionOptions;
import dev.myna.engine.error.RequestException;
import dev.myna.engine.tools.ToolChoice;
import dev.myna.engine.tools.ToolUse;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Tools that the model may call. */
final class ToolArguments {
    @Option(names = "--tools", paramLabel = "FILE", description = "tools that the model may call: docs/tools.md")
    Path file;

    /** Hidden, to keep the help text short; docs/tools.md describes it. */
    @Option(
            names = "--tool-choice",
            paramLabel = "CHOICE",
            hidden = true,
            description = "auto (default), none, required, or the name of a tool that must be called")
    String choice;

    /** Hidden, to keep the help text short; docs/tools.md describes it. */
    @Option(names = "--no-parallel-tool-calls", hidden = true, description = "at most one call in an answer")
    boolean one;

    /** @throws RequestException saying what is wrong with the file, and where */
    ToolFile read() throws IOException {
        if (file == null && (choice != null || one)) {
            throw new RequestException((choice == null ? "--no-parallel-tool-calls" : "--tool-choice")
                    + " chooses among tools: add --tools FILE");
        }
        return file == null ? ToolFile.NONE : ToolFile.read(file);
    }

    /**
     * The options with the tools of a file.
     *
     * @throws RequestException if the choice does not fit the tools
     */
    SessionOptions apply(SessionOptions options, ToolFile tools) {
        if (tools.tools().isEmpty()) {
            return options;
        }
        ToolChoice chosen = switch (choice == null ? "auto" : choice) {
            case "auto" -> new ToolChoice.Auto();
            case "none" -> new ToolChoice.None();
            case "required" -> new ToolChoice.Required();
            default -> new ToolChoice.Named(choice);
        };
        return options.toBuilder()
                .tools(new ToolUse(tools.tools(), chosen, !one))
                .build();
    }
}
