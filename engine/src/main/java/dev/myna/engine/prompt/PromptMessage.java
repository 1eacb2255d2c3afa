// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.prompt;

import dev.myna.engine.tools.ToolCall;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/** A message of a {@link Conversation}, with images that are places only. */
public sealed interface PromptMessage {
    /** What the model is told first. @param developer whether it is of role developer */
    record System(String text, boolean developer) implements PromptMessage {}

    /** What a user says. @param name of the user, or null */
    record User(List<Part> parts, String name) implements PromptMessage {
        public User {
            parts = List.copyOf(parts);
        }

        /** Images, and then a text if it is not empty. */
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

        /** The texts, joined by LF. */
        String text() {
            return parts.stream()
                    .filter(Text.class::isInstance)
                    .map(part -> ((Text) part).text())
                    .collect(Collectors.joining("\n"));
        }
    }

    /** What the model answered. @param reasoning what it thought before, or null */
    record Assistant(String text, String reasoning, List<ToolCall> calls) implements PromptMessage {
        public Assistant {
            calls = List.copyOf(calls);
        }
    }

    /** What a tool returned. @param name of the tool, or null */
    record ToolResult(String callId, String name, List<String> texts) implements PromptMessage {
        public ToolResult {
            texts = List.copyOf(texts);
        }

        /** The whole, its parts joined by LF. */
        String text() {
            return String.join("\n", texts);
        }
    }

    /** A part of what a user says. */
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
