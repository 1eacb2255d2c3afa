// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.prompt;

import java.util.List;

/**
 * The conversations of LLaVA's code and of its descendants (docs/spec/models.md 6, docs/spec/families.md 6). Images were at the beginning
 * of a question in training, followed by LF. Where a question has them elsewhere, LF stands between a text and an image.
 */
final class LlavaFormats {
    private static final String VICUNA_SYSTEM = "A chat between a curious %s and an artificial intelligence assistant. "
            + "The assistant gives helpful, detailed, and polite answers to the %s's questions.";

    private static final String ASSISTANT = "You are a helpful assistant.";

    private LlavaFormats() {}

    /**
     * Two speakers on one line.
     *
     * @param asker how the system text calls the user
     * @param end the token behind an answer
     */
    static void vicuna(Turns conversation, PromptBuilder prompt, String asker, String end) {
        system(prompt, conversation, VICUNA_SYSTEM.formatted(asker, asker));
        prompt.template(" ");
        for (Turns.Exchange turn : conversation.turns()) {
            prompt.template("USER: ");
            question(prompt, turn.question(), " ").template(" ASSISTANT:");
            if (turn.answer() != null) {
                prompt.template(" ").data(turn.answer()).template(end);
            }
        }
    }

    /** ChatML with a system text. @param between two images */
    static void chatml(Turns conversation, PromptBuilder prompt, String between) {
        prompt.template("<|im_start|>system\n");
        system(prompt, conversation, ASSISTANT);
        prompt.template("<|im_end|>\n");
        for (Turns.Exchange turn : conversation.turns()) {
            prompt.template("<|im_start|>user\n");
            question(prompt, turn.question(), between).template("<|im_end|>\n<|im_start|>assistant\n");
            if (turn.answer() != null) {
                prompt.data(turn.answer()).template("<|im_end|>\n");
            }
        }
    }

    /** Centurio: ChatML, or the turns of Cohere's models with line breaks, by the vocabulary. */
    static void centurio(Turns conversation, PromptBuilder prompt) {
        if (!prompt.has(CohereFormat.TURN)) {
            chatml(conversation, prompt, "\n");
            return;
        }
        prompt.begin(CohereFormat.BEGIN);
        if (conversation.instructions() != null) {
            CohereFormat.turn(prompt, "<|SYSTEM_TOKEN|>")
                    .data(conversation.instructions())
                    .template(CohereFormat.END);
        }
        for (Turns.Exchange turn : conversation.turns()) {
            CohereFormat.turn(prompt, "<|USER_TOKEN|>").template("\n");
            question(prompt, turn.question(), "\n").template(CohereFormat.END);
            CohereFormat.turn(prompt, "<|CHATBOT_TOKEN|>");
            if (turn.answer() != null) {
                prompt.data(turn.answer()).template(CohereFormat.END);
            }
        }
    }

    /** Llama 3: a header names the role, white space around texts is removed, and there is no default system text. */
    static void llama3(Turns conversation, PromptBuilder prompt) {
        if (conversation.instructions() != null) {
            String system =
                    conversation.system() == null ? "" : conversation.system().strip();
            String tools = conversation.tools() == null ? "" : conversation.tools();
            String gap = system.isEmpty() || tools.isEmpty() ? "" : "\n\n";
            header(prompt, "system").data(system + gap + tools).template("<|eot_id|>");
        }
        for (Turns.Exchange turn : conversation.turns()) {
            header(prompt, "user");
            List<PromptMessage.Part> parts = turn.question();
            for (int i = 0; i < parts.size(); i++) {
                gap(prompt, parts, i, " ");
                switch (parts.get(i)) {
                    case PromptMessage.Image _ -> prompt.image();
                    case PromptMessage.Text(String text) -> prompt.data(stripped(text, i == 0, i == parts.size() - 1));
                }
            }
            end(prompt, parts).template("<|eot_id|>");
            header(prompt, "assistant");
            if (turn.answer() != null) {
                prompt.data(turn.answer().strip()).template("<|eot_id|>");
            }
        }
    }

    private static String stripped(String text, boolean first, boolean last) {
        String begin = first ? text.stripLeading() : text;
        return last ? begin.strip() : begin;
    }

    private static PromptBuilder header(PromptBuilder prompt, String speaker) {
        return prompt.template("<|start_header_id|>" + speaker + "<|end_header_id|>\n\n");
    }

    /** No format: texts and images as they come. */
    static void plain(Turns conversation, PromptBuilder prompt) {
        system(prompt, conversation, "");
        for (Turns.Exchange turn : conversation.turns()) {
            prompt.parts(turn.question());
            if (turn.answer() != null) {
                prompt.data(turn.answer());
            }
        }
    }

    /** Adds a question. @param between two images */
    private static PromptBuilder question(PromptBuilder prompt, List<PromptMessage.Part> parts, String between) {
        for (int i = 0; i < parts.size(); i++) {
            gap(prompt, parts, i, between);
            switch (parts.get(i)) {
                case PromptMessage.Image _ -> prompt.image();
                case PromptMessage.Text(String text) -> prompt.data(text);
            }
        }
        return end(prompt, parts);
    }

    /** Adds what stands in front of part {@code i}. */
    private static void gap(PromptBuilder prompt, List<PromptMessage.Part> parts, int i, String between) {
        if (i > 0) {
            boolean images =
                    parts.get(i - 1) instanceof PromptMessage.Image && parts.get(i) instanceof PromptMessage.Image;
            prompt.template(images ? between : "\n");
        }
    }

    /** A question of images alone ends with LF, as it would in front of a text. */
    private static PromptBuilder end(PromptBuilder prompt, List<PromptMessage.Part> parts) {
        boolean images = !parts.isEmpty() && parts.stream().allMatch(PromptMessage.Image.class::isInstance);
        return images ? prompt.template("\n") : prompt;
    }

    private static void system(PromptBuilder prompt, Turns conversation, String fallback) {
        if (conversation.system() == null) {
            prompt.template(fallback);
        } else {
            prompt.data(conversation.system());
        }
        if (conversation.tools() != null) {
            boolean first = conversation.system() == null && fallback.isEmpty();
            prompt.data(first ? conversation.tools() : "\n\n" + conversation.tools());
        }
    }
}
