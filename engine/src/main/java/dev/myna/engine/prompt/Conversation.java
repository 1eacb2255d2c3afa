// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.prompt;

import dev.myna.engine.tools.Tool;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The input of a {@link PromptFormat}. All of it is data: special-token text in it stays text.
 *
 * @param messages in order; the model answers unless the last one is an answer
 * @param tools that the model may call
 * @param arguments variables for a chat template, such as {@code enable_thinking}: strings, numbers, booleans, null, lists and maps
 *     of them; named formats have none
 */
public record Conversation(List<PromptMessage> messages, List<Tool> tools, Map<String, Object> arguments) {
    public Conversation {
        messages = List.copyOf(messages);
        tools = List.copyOf(tools);
        arguments = Collections.unmodifiableMap(new LinkedHashMap<>(arguments));
    }

    /**
     * A conversation of questions and answers.
     *
     * @param system system text, or null for the format's default
     * @param turns only the last one may be without an answer
     */
    public Conversation(String system, List<Turn> turns) {
        this(messages(system, turns), List.of(), Map.of());
    }

    private static List<PromptMessage> messages(String system, List<Turn> turns) {
        List<PromptMessage> messages = new ArrayList<>();
        if (system != null) {
            messages.add(new PromptMessage.System(system, false));
        }
        for (int i = 0; i < turns.size(); i++) {
            Turn turn = turns.get(i);
            messages.add(PromptMessage.User.of(turn.images(), turn.question()));
            if (turn.answer() != null) {
                messages.add(new PromptMessage.Assistant(turn.answer(), null, List.of()));
            } else if (i + 1 < turns.size()) {
                throw new IllegalArgumentException("turn " + i + " has no answer but is not the last one");
            }
        }
        return messages;
    }

    /** Returns this conversation with variables for a template. */
    public Conversation withArguments(Map<String, Object> variables) {
        return new Conversation(messages, tools, variables);
    }

    /** Whether the model answers next. */
    boolean open() {
        return !messages.isEmpty() && !(messages.getLast() instanceof PromptMessage.Assistant);
    }

    int images() {
        int images = 0;
        for (PromptMessage message : messages) {
            images += message instanceof PromptMessage.User user ? user.images() : 0;
        }
        return images;
    }
}
