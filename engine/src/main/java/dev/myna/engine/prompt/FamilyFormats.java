// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.prompt;

import java.util.List;

/**
 * The conversations of families whose images have marks of their own (docs/spec/families.md). Texts and images stand in the order given,
 * with nothing between.
 */
final class FamilyFormats {
    private static final String ASSISTANT = "You are a helpful assistant.";
    private static final String VISION_START = "<|vision_start|>";
    private static final String VISION_END = "<|vision_end|>";
    private static final String THINK_END = "</think>";

    private FamilyFormats() {}

    /**
     * Qwen2-VL, Qwen2.5-VL, Qwen3 and Qwen3-VL (docs/spec/families.md 1.8).
     *
     * @param standard whether there is a system text by default
     */
    static void qwen(Turns conversation, PromptBuilder prompt, boolean standard) {
        boolean numbered = conversation.says("add_vision_id", true);
        int images = 0;
        if (conversation.instructions() != null || standard) {
            prompt.template("<|im_start|>system\n");
            if (conversation.system() == null && standard) {
                prompt.template(ASSISTANT).data(conversation.tools() == null ? "" : "\n\n" + conversation.tools());
            } else {
                prompt.data(conversation.instructions());
            }
            prompt.template("<|im_end|>\n");
        }
        for (Turns.Exchange turn : conversation.turns()) {
            prompt.template("<|im_start|>user\n");
            for (PromptMessage.Part part : turn.question()) {
                switch (part) {
                    case PromptMessage.Image _ -> {
                        images++;
                        prompt.template(numbered ? "Picture " + images + ": " : "")
                                .template(VISION_START)
                                .image()
                                .template(VISION_END);
                    }
                    case PromptMessage.Text(String text) -> prompt.data(text);
                }
            }
            prompt.template("<|im_end|>\n<|im_start|>assistant\n");
            if (turn.answer() != null) {
                prompt.data(withoutThoughts(turn.answer())).template("<|im_end|>\n");
            } else if (!standard && conversation.says("enable_thinking", false)) {
                prompt.template(TemplateFormat.EMPTY_THOUGHTS);
            }
        }
    }

    private static String withoutThoughts(String answer) {
        int end = answer.lastIndexOf(THINK_END);
        return end < 0 ? answer : answer.substring(end + THINK_END.length()).replaceFirst("^\n+", "");
    }

    /** InternVL (docs/spec/families.md 4): ChatML without a default system text. */
    static void internvl(Turns conversation, PromptBuilder prompt) {
        if (conversation.instructions() != null) {
            prompt.template("<|im_start|>system\n")
                    .data(conversation.instructions())
                    .template("<|im_end|>\n");
        }
        for (Turns.Exchange turn : conversation.turns()) {
            prompt.template("<|im_start|>user\n");
            for (PromptMessage.Part part : turn.question()) {
                switch (part) {
                    case PromptMessage.Image _ -> prompt.image().template("\n");
                    case PromptMessage.Text(String text) -> prompt.data(text);
                }
            }
            prompt.template("<|im_end|>\n<|im_start|>assistant\n");
            if (turn.answer() != null) {
                prompt.data(turn.answer()).template("<|im_end|>\n");
            }
        }
    }

    /** Gemma 3 (docs/spec/families.md 2): the system text begins the first question, and texts are stripped. */
    static void gemma3(Turns conversation, PromptBuilder prompt) {
        String system = conversation.instructions();
        for (Turns.Exchange turn : conversation.turns()) {
            prompt.template("<start_of_turn>user\n");
            if (system != null) {
                prompt.data(system).template("\n\n");
                system = null;
            }
            for (PromptMessage.Part part : turn.question()) {
                switch (part) {
                    case PromptMessage.Image _ -> prompt.image();
                    case PromptMessage.Text(String text) -> prompt.data(text.strip());
                }
            }
            prompt.template("<end_of_turn>\n<start_of_turn>model\n");
            if (turn.answer() != null) {
                prompt.data(turn.answer().strip()).template("<end_of_turn>\n");
            }
        }
    }

    /** SmolVLM (docs/spec/families.md 3): speakers on lines of their own, and a space in front of a text. */
    static void smolvlm(Turns conversation, PromptBuilder prompt) {
        prompt.template("<|im_start|>");
        if (conversation.instructions() != null) {
            line(prompt, "System: ", List.of(new PromptMessage.Text(conversation.instructions())));
        }
        for (Turns.Exchange turn : conversation.turns()) {
            line(prompt, turn.beginsWithImage() ? "User:" : "User: ", turn.question());
            if (turn.answer() == null) {
                prompt.template("Assistant:");
            } else {
                line(prompt, "Assistant: ", List.of(new PromptMessage.Text(turn.answer())));
            }
        }
    }

    private static void line(PromptBuilder prompt, String speaker, List<PromptMessage.Part> parts) {
        prompt.template(speaker).parts(parts).template("<end_of_utterance>\n");
    }
}
