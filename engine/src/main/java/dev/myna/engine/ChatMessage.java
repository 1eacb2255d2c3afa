// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine;

import dev.myna.engine.tools.ToolCall;
import java.util.List;
import java.util.Objects;

/** One message of a conversation. All text is data: special-token text in it stays text. */
public sealed interface ChatMessage {

    /**
     * A system text: instructions for the whole conversation.
     *
     * @param developer whether the role is developer, for templates that know one
     */
    record System(String text, boolean developer) implements ChatMessage {
        public System {
            Objects.requireNonNull(text);
        }

        public System(String text) {
            this(text, false);
        }
    }

    /**
     * What a user says.
     *
     * @param name of the user; null for none
     */
    record User(Message message, String name) implements ChatMessage {
        public User {
            Objects.requireNonNull(message);
        }

        public User(Message message) {
            this(message, null);
        }
    }

    /**
     * An answer of the model.
     *
     * @param text possibly empty
     * @param reasoning its reasoning before the text; null for none
     * @param calls of tools, possibly none
     */
    record Assistant(String text, String reasoning, List<ToolCall> calls) implements ChatMessage {
        public Assistant {
            Objects.requireNonNull(text);
            calls = List.copyOf(calls);
        }

        public Assistant(String text) {
            this(text, null, List.of());
        }
    }

    /**
     * The result of a tool call.
     *
     * @param callId of the call that it answers
     * @param name of the tool; null if unknown
     * @param texts parts of it, for templates that know parts; others get them joined by LF
     */
    record ToolResult(String callId, String name, List<String> texts) implements ChatMessage {
        public ToolResult {
            Objects.requireNonNull(callId);
            texts = List.copyOf(texts);
        }

        public ToolResult(String callId, String text) {
            this(callId, null, List.of(text));
        }

        /** The whole, its parts joined by LF. */
        public String text() {
            return String.join("\n", texts);
        }
    }
}
