// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.text;

import java.util.List;

/**
 * What a {@link PromptFormat} renders. All of it is data: special-token text in it stays text.
 *
 * @param system system text, or null for the format's own
 * @param turns only the last one may be without an answer
 */
public record Conversation(String system, List<Turn> turns) {
    public Conversation {
        turns = List.copyOf(turns);
        for (int i = 0; i + 1 < turns.size(); i++) {
            if (turns.get(i).answer() == null) {
                throw new IllegalArgumentException("turn " + i + " has no answer, but is not the last one");
            }
        }
    }
}
