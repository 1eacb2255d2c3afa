// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.judge;

/** The request to the judge of LLaVA-Bench (docs/spec/evaluation.md 1). */
public final class JudgeMessage {
    private JudgeMessage() {}

    /**
     * The user's message.
     *
     * @param caption what the image shows, in words
     * @param rule how to judge
     */
    public static String of(String caption, String question, String reference, String answer, String rule) {
        return "[Context]\n" + caption + "\n\n[Question]\n" + question + "\n\n[Assistant 1]\n" + reference
                + "\n\n[End of Assistant 1]\n\n[Assistant 2]\n" + answer + "\n\n[End of Assistant 2]\n\n[System]\n"
                + rule + "\n\n";
    }
}
