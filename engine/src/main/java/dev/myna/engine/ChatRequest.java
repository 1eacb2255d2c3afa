// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine;

import dev.myna.engine.error.RequestException;
import dev.myna.engine.tools.ToolCall;
import dev.myna.engine.tools.ToolUse;
import dev.myna.loaders.text.Text;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** A request to a {@link Scheduler}. All text is data: special-token text in it stays text. */
public sealed interface ChatRequest {

    /**
     * A conversation whose last message asks for an answer.
     *
     * @param messages at least one; the last is of a user or a tool. A tool result follows the answer with its call
     * @param tools that the model may call
     * @param templateArguments variables for the chat template, beside those of {@link SessionOptions}
     */
    record Chat(List<ChatMessage> messages, ToolUse tools, Map<String, Object> templateArguments)
            implements ChatRequest {
        public Chat {
            messages = List.copyOf(messages);
            Objects.requireNonNull(tools);
            templateArguments = TemplateArguments.copyOf(templateArguments);
            requireOrder(messages);
        }

        /** A conversation without tools or variables for the template. */
        public Chat(List<ChatMessage> messages) {
            this(messages, ToolUse.NONE, Map.of());
        }

        private static void requireOrder(List<ChatMessage> messages) {
            if (messages.isEmpty()) {
                throw new RequestException("a conversation needs at least one message");
            }
            List<ToolCall> calls = List.of();
            for (ChatMessage message : messages) {
                switch (message) {
                    case ChatMessage.Assistant answer -> calls = answer.calls();
                    case ChatMessage.ToolResult result -> {
                        if (calls.stream().noneMatch(call -> call.id().equals(result.callId()))) {
                            throw new RequestException("the tool result answers the call '"
                                    + Text.line(result.callId(), 80)
                                    + "', which is not in the answer before it");
                        }
                    }
                    case ChatMessage.User _, ChatMessage.System _ -> calls = List.of();
                }
            }
            switch (messages.getLast()) {
                case ChatMessage.User _, ChatMessage.ToolResult _ -> {}
                case ChatMessage.Assistant _ ->
                    throw new RequestException("the last message of a conversation is an answer already");
                case ChatMessage.System _ -> throw new RequestException("a conversation needs a question");
            }
        }
    }

    /** Text that the model continues: no template, and BOS in front where the vocabulary wants one. */
    record Raw(String text) implements ChatRequest {
        public Raw {
            Objects.requireNonNull(text);
        }
    }

    /** A conversation of one user message. */
    static ChatRequest of(Message question) {
        return new Chat(List.of(new ChatMessage.User(question)));
    }
}
