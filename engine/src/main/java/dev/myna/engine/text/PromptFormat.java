// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.text;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The published prompt formats (spec models.md 6). A conversation with one more turn renders to the same ids plus more,
 * as far as the tokenizer allows: tokens may merge across the border of an answer.
 */
public enum PromptFormat {
    /** PALO (spec models.md 6.1). */
    VICUNA_V1("</s>") {
        @Override
        public List<PromptPiece> render(Tokenizer tokenizer, Conversation conversation) {
            return vicuna(tokenizer, conversation, "user");
        }
    },

    /** LLaVA 1.5: {@link #VICUNA_V1} with a human instead of a user. */
    LLAVA_V1("</s>") {
        @Override
        public List<PromptPiece> render(Tokenizer tokenizer, Conversation conversation) {
            return vicuna(tokenizer, conversation, "human");
        }
    },

    /** Pangea and Parrot (spec models.md 6.2, 6.3). */
    CHATML("<|im_end|>", "<|endoftext|>") {
        @Override
        public List<PromptPiece> render(Tokenizer tokenizer, Conversation conversation) {
            PromptBuilder prompt = new PromptBuilder(tokenizer, SpmTokenizer.AfterSpecial.KEEP_PREFIX);
            prompt.template("<|im_start|>system\n");
            system(prompt, conversation, "You are a helpful assistant.");
            prompt.template("<|im_end|>\n");
            for (Turn turn : conversation.turns()) {
                prompt.template("<|im_start|>user\n");
                prompt.pictures(turn.pictures(), " ", "\n").data(turn.question());
                prompt.template("<|im_end|>\n<|im_start|>assistant\n");
                if (turn.answer() != null) {
                    prompt.data(turn.answer()).template("<|im_end|>\n");
                }
            }
            return prompt.build();
        }
    },

    /** Llama 3: a header names the speaker, texts are stripped of white space, and there is no system text by default. */
    LLAMA3("<|eot_id|>", "<|end_of_text|>") {
        @Override
        public List<PromptPiece> render(Tokenizer tokenizer, Conversation conversation) {
            PromptBuilder prompt = new PromptBuilder(tokenizer, SpmTokenizer.AfterSpecial.KEEP_PREFIX);
            if (conversation.system() != null) {
                header(prompt, "system").data(conversation.system().strip()).template("<|eot_id|>");
            }
            for (Turn turn : conversation.turns()) {
                header(prompt, "user").pictures(turn.pictures(), " ", "\n");
                prompt.data(turn.question().strip()).template("<|eot_id|>");
                header(prompt, "assistant");
                if (turn.answer() != null) {
                    prompt.data(turn.answer().strip()).template("<|eot_id|>");
                }
            }
            return prompt.build();
        }

        private static PromptBuilder header(PromptBuilder prompt, String speaker) {
            return prompt.template("<|start_header_id|>" + speaker + "<|end_header_id|>\n\n");
        }
    },

    /** No format: each turn's pictures, then its text as it is. */
    PLAIN() {
        @Override
        public List<PromptPiece> render(Tokenizer tokenizer, Conversation conversation) {
            PromptBuilder prompt = new PromptBuilder(tokenizer, SpmTokenizer.AfterSpecial.KEEP_PREFIX);
            system(prompt, conversation, "");
            for (Turn turn : conversation.turns()) {
                prompt.pictures(turn.pictures(), "", "").data(turn.question());
                if (turn.answer() != null) {
                    prompt.data(turn.answer());
                }
            }
            return prompt.build();
        }
    };

    private static final String VICUNA_SYSTEM = "A chat between a curious %s and an artificial intelligence assistant. "
            + "The assistant gives helpful, detailed, and polite answers to the %s's questions.";

    private final String[] stops;

    PromptFormat(String... stops) {
        this.stops = stops;
    }

    /**
     * The conversation as token ids and pictures, in order; BOS first if the vocabulary wants one. Text between two
     * pictures is tokenized as one, with special tokens from the format only.
     */
    public abstract List<PromptPiece> render(Tokenizer tokenizer, Conversation conversation);

    /**
     * Ids that end an answer in this format, as far as the vocabulary has them. {@link Tokenizer#isEndOfGeneration} ids
     * end it too.
     */
    public int[] stopIds(Tokenizer tokenizer) {
        return Arrays.stream(stops)
                .mapToInt(tokenizer::id)
                .filter(id -> id >= 0)
                .toArray();
    }

    /** The name on command lines and in manifests: {@code vicuna_v1}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The format with this {@link #label}. */
    public static Optional<PromptFormat> byLabel(String label) {
        return Arrays.stream(values())
                .filter(format -> format.label().equals(label))
                .findFirst();
    }

    /**
     * The format that goes with a file: ChatML or Llama 3 if the vocabulary has its marks and the chat template, where there
     * is one, uses them; Vicuna for SPM vocabularies, else plain.
     *
     * @param template the file's chat template, or empty
     */
    public static PromptFormat of(Tokenizer tokenizer, String template) {
        if (uses(tokenizer, template, "<|im_start|>", "<|im_end|>")) {
            return CHATML;
        }
        if (uses(tokenizer, template, "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>")) {
            return LLAMA3;
        }
        return tokenizer instanceof SpmTokenizer && tokenizer.id("</s>") >= 0 ? VICUNA_V1 : PLAIN;
    }

    /**
     * Whether prompts of this format are those of a file's chat template, as far as the template's marks tell. Always if there is
     * no template.
     *
     * @param template the file's chat template, or empty
     */
    public boolean follows(String template) {
        return template.isBlank()
                || switch (this) {
                    case CHATML -> template.contains("<|im_start|>");
                    case LLAMA3 -> template.contains("<|start_header_id|>");
                    case VICUNA_V1, LLAVA_V1 -> template.contains("USER:") && template.contains("ASSISTANT:");
                    case PLAIN -> false;
                };
    }

    private static boolean uses(Tokenizer tokenizer, String template, String... marks) {
        return Arrays.stream(marks).allMatch(mark -> tokenizer.id(mark) >= 0)
                && (template.isEmpty() || template.contains(marks[0]));
    }

    private static List<PromptPiece> vicuna(Tokenizer tokenizer, Conversation conversation, String asker) {
        PromptBuilder prompt = new PromptBuilder(tokenizer, SpmTokenizer.AfterSpecial.STRIP_PREFIX);
        system(prompt, conversation, VICUNA_SYSTEM.formatted(asker, asker));
        prompt.template(" ");
        for (Turn turn : conversation.turns()) {
            prompt.template("USER: ");
            prompt.pictures(turn.pictures(), " ", "\n").data(turn.question()).template(" ASSISTANT:");
            if (turn.answer() != null) {
                prompt.template(" ").data(turn.answer()).template("</s>");
            }
        }
        return prompt.build();
    }

    private static void system(PromptBuilder prompt, Conversation conversation, String fallback) {
        if (conversation.system() == null) {
            prompt.template(fallback);
        } else {
            prompt.data(conversation.system());
        }
    }
}
