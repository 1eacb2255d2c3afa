// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.run;

import dev.myna.cli.command.FormArguments;
import dev.myna.cli.command.SystemArguments;
import dev.myna.engine.SessionOptions;
import java.io.IOException;
import picocli.CommandLine.ArgGroup;

/** Options for what an answer may be: system prompt, form and tools. */
final class AnswerArguments {
    @ArgGroup(validate = false)
    SystemArguments system = new SystemArguments();

    @ArgGroup(validate = false)
    FormArguments form = new FormArguments();

    @ArgGroup(validate = false)
    ToolArguments tools = new ToolArguments();

    /** The options with system prompt and tools. */
    SessionOptions apply(SessionOptions options, ToolFile file) throws IOException {
        return tools.apply(system.apply(options), file);
    }
}
