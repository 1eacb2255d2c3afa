// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.prompt;

/** The turns of Command R and Aya (docs/spec/families.md 5). */
final class CohereFormat {
    static final String BEGIN = "<BOS_TOKEN>";
    static final String TURN = "<|START_OF_TURN_TOKEN|>";
    static final String END = "<|END_OF_TURN_TOKEN|>";

    /** The marks of newer vocabularies around an answer. */
    private static final String START_RESPONSE = "<|START_RESPONSE|>";

    private static final String END_RESPONSE = "<|END_RESPONSE|>";

    private CohereFormat() {}

    /** Begins a turn. @param speaker the speaker's token */
    static PromptBuilder turn(PromptBuilder prompt, String speaker) {
        return prompt.template(TURN + speaker);
    }

    static void write(Turns conversation, PromptBuilder prompt) {
        boolean marked = prompt.has(START_RESPONSE);
        prompt.begin(BEGIN);
        if (conversation.instructions() != null) {
            turn(prompt, "<|SYSTEM_TOKEN|>").data(conversation.instructions()).template(END);
        }
        for (Turns.Exchange exchange : conversation.turns()) {
            turn(prompt, "<|USER_TOKEN|>").parts(exchange.question()).template(END);
            turn(prompt, "<|CHATBOT_TOKEN|>").template(marked ? START_RESPONSE : "");
            if (exchange.answer() != null) {
                prompt.data(exchange.answer())
                        .template(prompt.has(END_RESPONSE) ? END_RESPONSE : "")
                        .template(END);
            }
        }
    }
}
