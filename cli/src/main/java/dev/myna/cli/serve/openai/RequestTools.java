// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.serve.openai;

import dev.myna.cli.serve.http.ApiException;
import dev.myna.engine.error.RequestException;
import dev.myna.engine.tools.Tool;
import dev.myna.engine.tools.ToolChoice;
import dev.myna.engine.tools.ToolUse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads {@code tools}, {@code tool_choice} and {@code parallel_tool_calls}: the tools that a model may call. */
final class RequestTools {
    private static final Set<String> TOOL = Set.of("type", "function");

    /** {@code strict} has no effect: arguments always follow their schema. */
    private static final Set<String> FUNCTION = Set.of("name", "description", "parameters", "strict");

    private RequestTools() {}

    /** @throws ApiException that names the invalid tool */
    static ToolUse read(Fields body) {
        List<Tool> tools = new ArrayList<>();
        if (body.has("tools")) {
            for (Fields each : body.objects("tools")) {
                tools.add(tool(each));
            }
        }
        boolean parallel = body.flag("parallel_tool_calls", true);
        ToolChoice choice = choice(body, tools.isEmpty());
        try {
            return tools.isEmpty() && choice instanceof ToolChoice.None
                    ? ToolUse.NONE
                    : new ToolUse(tools, choice, parallel);
        } catch (RequestException e) {
            throw ApiException.value(body.has("tools") ? "tools" : "tool_choice", e.getMessage());
        }
    }

    private static Tool tool(Fields tool) {
        requireFunction(tool);
        tool.only(TOOL);
        tool.require("function");
        Fields function = tool.object("function");
        function.only(FUNCTION);
        function.flag("strict", false);
        Fields parameters = function.object("parameters");
        try {
            return new Tool(
                    function.requiredText("name"),
                    function.text("description"),
                    parameters == null ? Map.of() : parameters.values());
        } catch (RequestException e) {
            throw ApiException.value(function.path("name"), e.getMessage());
        }
    }

    static void requireFunction(Fields entry) {
        String type = entry.requiredText("type");
        if (!type.equals("function")) {
            throw ApiException.value(
                    entry.path("type"), entry.path("type") + " must be function, not '" + Fields.shown(type) + "'");
        }
    }

    private static ToolChoice choice(Fields body, boolean none) {
        if (!body.has("tool_choice")) {
            return none ? new ToolChoice.None() : new ToolChoice.Auto();
        }
        if (body.get("tool_choice") instanceof String word) {
            return switch (word) {
                case "none" -> new ToolChoice.None();
                case "auto" -> none ? new ToolChoice.None() : new ToolChoice.Auto();
                case "required" -> new ToolChoice.Required();
                default ->
                    throw ApiException.value(
                            "tool_choice",
                            "tool_choice must be none, auto, required or a function, not '" + Fields.shown(word) + "'");
            };
        }
        Fields named = body.object("tool_choice");
        requireFunction(named);
        named.only(TOOL);
        named.require("function");
        Fields function = named.object("function");
        function.only(Set.of("name"));
        return new ToolChoice.Named(function.requiredText("name"));
    }
}
