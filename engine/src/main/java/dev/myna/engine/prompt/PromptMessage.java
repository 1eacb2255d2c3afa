// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.prompt;

import dev.myna.engine.tools.ToolCall;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/** A message of a {@link Conversation}. Images are places without contents. */
public sealed interface PromptMessage {
    /** A system text. @param developer whether its role is developer */
    record System(String text, boolean developer) implements PromptMessage {}

    /** A user message. @param name of the user, or null */
    record User(List<Part> parts, String name) implements PromptMessage {
        public User {
            parts = List.copyOf(parts);
        }

        /** Images, then the text if it is not empty. */
        static User of(int images, String text) {
            List<Part> parts = new ArrayList<>(Collections.nCopies(images, new Image()));
            if (!text.isEmpty() || images == 0) {
                parts.add(new Text(text));
            }
            return new User(parts, null);
        }

        int images() {
            return (int) parts.stream().filter(Image.class::isInstance).count();
        }

        /** All texts, joined by LF. */
        String text() {
            return parts.stream()
                    .filter(Text.class::isInstance)
                    .map(part -> ((Text) part).text())
                    .collect(Collectors.joining("\n"));
        }
    }

    /** An answer of the model. @param reasoning before the answer, or null */
    record Assistant(String text, String reasoning, List<ToolCall> calls) implements PromptMessage {
        public Assistant {
            calls = List.copyOf(calls);
        }
    }

    /** The result of a tool. @param name of the tool, or null */
    record ToolResult(String callId, String name, List<String> texts) implements PromptMessage {
        public ToolResult {
            texts = List.copyOf(texts);
        }

        /** All texts, joined by LF. */
        String text() {
            return String.join("\n", texts);
        }
    }

    /** A part of a user message. */
    sealed interface Part {}

    /** Text. */
    record Text(String text) implements Part {
        public Text {
            Objects.requireNonNull(text);
        }
    }

    /** The place of an image. */
    record Image() implements Part {}
}
