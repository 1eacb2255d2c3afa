// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.prompt;

import dev.myna.engine.tools.JsonValue;
import dev.myna.engine.tools.Tool;
import dev.myna.engine.tools.ToolCall;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Tools for prompt formats that do not know them: the system text describes the tools, and calls and results are JSON between tags
 * (docs/spec/chat-templates.md 6, generic).
 */
final class GenericTools {
    private GenericTools() {}

    /** The system text about tools. */
    static String instructions(List<Tool> tools) {
        StringBuilder text = new StringBuilder("You can call functions. Their signatures, one a line:\n");
        for (Tool tool : tools) {
            text.append(JsonValue.spaced(function(tool))).append('\n');
        }
        return text.append("To call, write only:\n<tool_call>\n")
                .append("{\"name\": \"the function's name\", \"arguments\": {\"its\": \"arguments\"}}\n</tool_call>")
                .toString();
    }

    /** A tool as in OpenAI's API: the value of {@code function}. */
    static Map<String, Object> function(Tool tool) {
        Map<String, Object> function = new LinkedHashMap<>();
        function.put("name", tool.name());
        if (tool.description() != null) {
            function.put("description", tool.description());
        }
        function.put("parameters", tool.parameters());
        return function;
    }

    /** The text of an answer with calls. */
    static String answer(String text, List<ToolCall> calls) {
        StringBuilder answer = new StringBuilder(text);
        for (ToolCall call : calls) {
            answer.append(answer.isEmpty() ? "" : "\n")
                    .append("<tool_call>\n{\"name\": ")
                    .append(JsonValue.spaced(call.name()))
                    .append(", \"arguments\": ")
                    .append(call.arguments().isBlank() ? "{}" : call.arguments())
                    .append("}\n</tool_call>");
        }
        return answer.toString();
    }

    /** The result of a tool as the text of a user message. */
    static String result(String text) {
        return "<tool_response>\n" + text + "\n</tool_response>";
    }
}
