// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.prompt;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a {@link PromptFormat} renders. All of it is data: special-token text in it stays text.
 *
 * @param system system text, or null for the format's own
 * @param turns only the last one may be without an answer
 * @param arguments variables for a chat template, such as {@code enable_thinking}: strings, numbers, booleans, null, lists and maps
 *     of them; named formats have none
 */
public record Conversation(String system, List<Turn> turns, Map<String, Object> arguments) {
    public Conversation {
        turns = List.copyOf(turns);
        for (int i = 0; i + 1 < turns.size(); i++) {
            if (turns.get(i).answer() == null) {
                throw new IllegalArgumentException("turn " + i + " has no answer, but is not the last one");
            }
        }
        arguments = Collections.unmodifiableMap(new LinkedHashMap<>(arguments));
    }

    /** A conversation without variables for templates. */
    public Conversation(String system, List<Turn> turns) {
        this(system, turns, Map.of());
    }

    int images() {
        return turns.stream().mapToInt(Turn::images).sum();
    }
}
