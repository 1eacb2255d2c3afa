// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.prompt;

import dev.myna.engine.tools.JsonValue;
import dev.myna.engine.tools.Tool;
import dev.myna.engine.tools.ToolCall;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How models are told of tools, and reminded of calls, whose prompt format has no words for them: in the system text, as JSON between
 * tags (docs/spec/chat-templates.md 6, generic).
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

    /** A tool as OpenAI's API writes it, under {@code function}. */
    static Map<String, Object> function(Tool tool) {
        Map<String, Object> function = new LinkedHashMap<>();
        function.put("name", tool.name());
        if (tool.description() != null) {
            function.put("description", tool.description());
        }
        function.put("parameters", tool.parameters());
        return function;
    }

    /** An answer with calls as its text. */
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

    /** What a tool returned, as what a user says. */
    static String result(String text) {
        return "<tool_response>\n" + text + "\n</tool_response>";
    }
}
