// SPDX-License-Identifier: Apache-2.0
package dev.myna.langchain4j;

import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.internal.JsonSchemaElementUtils;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.response.CompleteToolCall;
import dev.myna.engine.ChatMessage.Assistant;
import dev.myna.engine.tools.JsonValue;
import dev.myna.engine.tools.Tool;
import dev.myna.engine.tools.ToolChoice;
import dev.myna.engine.tools.ToolUse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** langchain4j's words for tools and calls. */
final class ToolCalls {
    private ToolCalls() {}

    /** What a request offers. */
    static ToolUse use(ChatRequestParameters asked) {
        List<Tool> tools =
                asked.toolSpecifications().stream().map(ToolCalls::tool).toList();
        ToolChoice choice = switch (asked.toolChoice()) {
            case null -> tools.isEmpty() ? new ToolChoice.None() : new ToolChoice.Auto();
            case AUTO -> tools.isEmpty() ? new ToolChoice.None() : new ToolChoice.Auto();
            case REQUIRED -> new ToolChoice.Required();
            case NONE -> new ToolChoice.None();
        };
        return tools.isEmpty() && choice instanceof ToolChoice.None ? ToolUse.NONE : new ToolUse(tools, choice, true);
    }

    private static Tool tool(ToolSpecification specification) {
        Map<String, Object> parameters = specification.parameters() == null
                ? Map.of()
                : JsonSchemaElementUtils.toMap(specification.parameters());
        return new Tool(specification.name(), specification.description(), parameters);
    }

    /** The calls of an answer, but for one that was cut off: an AI service would run it all the same. */
    static List<ToolExecutionRequest> requests(Assistant answer) {
        return answer.calls().stream()
                .filter(call -> JsonValue.of(call.arguments()) != JsonValue.NONE)
                .map(call -> ToolExecutionRequest.builder()
                        .id(call.id())
                        .name(call.name())
                        .arguments(call.arguments())
                        .build())
                .toList();
    }

    /** The calls of an answer, with their places. */
    static List<CompleteToolCall> complete(Assistant answer) {
        List<CompleteToolCall> complete = new ArrayList<>();
        for (ToolExecutionRequest request : requests(answer)) {
            complete.add(new CompleteToolCall(complete.size(), request));
        }
        return complete;
    }
}
