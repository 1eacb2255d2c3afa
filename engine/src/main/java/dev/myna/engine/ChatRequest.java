// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine;

import java.util.List;
import java.util.Map;
import java.util.Objects;

/** What a {@link Scheduler} is asked to answer. All text is data: special-token text in it stays text. */
public sealed interface ChatRequest {

    /**
     * A whole conversation, whose last turn wants an answer.
     *
     * @param system system text, or null for the prompt format's own
     * @param turns at least one; only the last has no answer
     * @param templateArguments variables for the chat template, beside those of {@link SessionOptions}
     */
    record Chat(String system, List<Exchange> turns, Map<String, Object> templateArguments) implements ChatRequest {
        public Chat {
            templateArguments = TemplateArguments.copyOf(templateArguments);
            turns = List.copyOf(turns);
            if (turns.isEmpty()) {
                throw new RequestException("a conversation needs at least one turn");
            }
            for (int i = 0; i < turns.size(); i++) {
                boolean last = i == turns.size() - 1;
                if (last != (turns.get(i).answer() == null)) {
                    throw new RequestException(
                            last
                                    ? "the last turn of a conversation has an answer already"
                                    : "turn " + i + " of the conversation has no answer, but is not the last");
                }
            }
        }

        /** A conversation without variables for the template. */
        public Chat(String system, List<Exchange> turns) {
            this(system, turns, Map.of());
        }
    }

    /**
     * One turn of a conversation.
     *
     * @param question what the user said
     * @param answer what the model answered, or null in the last turn
     */
    record Exchange(Message question, String answer) {
        public Exchange {
            Objects.requireNonNull(question);
        }
    }

    /** Text that the model continues: no template, and BOS in front where the vocabulary wants one. */
    record Raw(String text) implements ChatRequest {
        public Raw {
            Objects.requireNonNull(text);
        }
    }

    /** A conversation of one turn. */
    static ChatRequest of(Message question) {
        return new Chat(null, List.of(new Exchange(question, null)));
    }
}
