// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.prompt;

import dev.myna.engine.error.RequestException;
import dev.myna.engine.text.SpmTokenizer;
import dev.myna.engine.text.Tokenizer;
import dev.myna.engine.tools.ReasoningTags;
import dev.myna.engine.tools.ToolFormat;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The published prompt formats (docs/spec/models.md 6). A conversation with one more turn begins with the ids of the shorter one, unless
 * tokens merge across the end of an answer.
 */
public enum NamedFormat implements PromptFormat {
    /** PALO (docs/spec/models.md 6.1). */
    VICUNA_V1(SpmTokenizer.AfterSpecial.STRIP_PREFIX, "</s>") {
        @Override
        void write(Turns conversation, PromptBuilder prompt) {
            vicuna(conversation, prompt, "user");
        }
    },

    /** LLaVA 1.5: as {@link #VICUNA_V1}, with "human" instead of "user" in the system text. */
    LLAVA_V1(SpmTokenizer.AfterSpecial.STRIP_PREFIX, "</s>") {
        @Override
        void write(Turns conversation, PromptBuilder prompt) {
            vicuna(conversation, prompt, "human");
        }
    },

    /** Pangea and Parrot (docs/spec/models.md 6.2, 6.3). */
    CHATML(SpmTokenizer.AfterSpecial.KEEP_PREFIX, "<|im_end|>", "<|endoftext|>") {
        @Override
        void write(Turns conversation, PromptBuilder prompt) {
            prompt.template("<|im_start|>system\n");
            system(prompt, conversation, "You are a helpful assistant.");
            prompt.template("<|im_end|>\n");
            for (Turn turn : conversation.turns()) {
                prompt.template("<|im_start|>user\n");
                prompt.images(turn.images(), " ", "\n").data(turn.question());
                prompt.template("<|im_end|>\n<|im_start|>assistant\n");
                if (turn.answer() != null) {
                    prompt.data(turn.answer()).template("<|im_end|>\n");
                }
            }
        }
    },

    /** Llama 3: a header names the role, white space around texts is removed, and there is no default system text. */
    LLAMA3(SpmTokenizer.AfterSpecial.KEEP_PREFIX, "<|eot_id|>", "<|end_of_text|>") {
        @Override
        void write(Turns conversation, PromptBuilder prompt) {
            if (conversation.system() != null || conversation.tools() != null) {
                header(prompt, "system").data(stripped(conversation)).template("<|eot_id|>");
            }
            for (Turn turn : conversation.turns()) {
                header(prompt, "user").images(turn.images(), " ", "\n");
                prompt.data(turn.question().strip()).template("<|eot_id|>");
                header(prompt, "assistant");
                if (turn.answer() != null) {
                    prompt.data(turn.answer().strip()).template("<|eot_id|>");
                }
            }
        }

        private static String stripped(Turns conversation) {
            String system =
                    conversation.system() == null ? "" : conversation.system().strip();
            return conversation.tools() == null
                    ? system
                    : system.isEmpty() ? conversation.tools() : system + "\n\n" + conversation.tools();
        }

        private static PromptBuilder header(PromptBuilder prompt, String speaker) {
            return prompt.template("<|start_header_id|>" + speaker + "<|end_header_id|>\n\n");
        }
    },

    /** No format: the images of each turn, then its text. */
    PLAIN(SpmTokenizer.AfterSpecial.KEEP_PREFIX) {
        @Override
        void write(Turns conversation, PromptBuilder prompt) {
            system(prompt, conversation, "");
            for (Turn turn : conversation.turns()) {
                prompt.images(turn.images(), "", "").data(turn.question());
                if (turn.answer() != null) {
                    prompt.data(turn.answer());
                }
            }
        }
    };

    private static final String VICUNA_SYSTEM = "A chat between a curious %s and an artificial intelligence assistant. "
            + "The assistant gives helpful, detailed, and polite answers to the %s's questions.";

    /** Conversations that tell formats apart: with and without a system text, white space at the ends, and answers. */
    private static final List<Conversation> SAMPLES = List.of(
            new Conversation(null, List.of(new Turn(0, "What is this?", null))),
            new Conversation(null, List.of(new Turn(0, " a\n", " b"), new Turn(0, "c ", null))),
            new Conversation("Be brief. ", List.of(new Turn(0, "a", "b "), new Turn(0, "c", null))));

    private final SpmTokenizer.AfterSpecial afterSpecial;
    private final String[] stops;

    NamedFormat(SpmTokenizer.AfterSpecial afterSpecial, String... stops) {
        this.afterSpecial = afterSpecial;
        this.stops = stops;
    }

    abstract void write(Turns conversation, PromptBuilder prompt);

    @Override
    public List<PromptPiece> render(Tokenizer tokenizer, Conversation conversation, List<ImagePlace> images) {
        PromptBuilder prompt = new PromptBuilder(tokenizer, afterSpecial, tokenizer.addBos(), images);
        write(Turns.of(conversation), prompt);
        return prompt.build();
    }

    /** The text of a conversation without images, without BOS. */
    private String text(Conversation conversation) {
        PromptBuilder prompt = new PromptBuilder(null, afterSpecial, false, List.of());
        write(Turns.of(conversation), prompt);
        return prompt.text();
    }

    @Override
    public int[] stopIds(Tokenizer tokenizer) {
        return Arrays.stream(stops)
                .mapToInt(tokenizer::id)
                .filter(id -> id >= 0)
                .toArray();
    }

    @Override
    public boolean reads(String variable) {
        return false;
    }

    @Override
    public ToolFormat toolFormat() {
        return ToolFormat.HERMES;
    }

    @Override
    public ReasoningTags reasoning() {
        return null;
    }

    /** The name on command lines and in manifests: {@code vicuna_v1}. */
    @Override
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The format with this {@link #label}. */
    public static Optional<NamedFormat> byLabel(String label) {
        return Arrays.stream(values())
                .filter(format -> format.label().equals(label))
                .findFirst();
    }

    /** The format for a vocabulary of a file without a template. */
    public static NamedFormat of(Tokenizer tokenizer) {
        if (has(tokenizer, "<|im_start|>", "<|im_end|>")) {
            return CHATML;
        }
        if (has(tokenizer, "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>")) {
            return LLAMA3;
        }
        return tokenizer instanceof SpmTokenizer && tokenizer.id("</s>") >= 0 ? VICUNA_V1 : PLAIN;
    }

    private static boolean has(Tokenizer tokenizer, String... tokens) {
        return Arrays.stream(tokens).allMatch(token -> tokenizer.id(token) >= 0);
    }

    /** The format that writes the same text as a template, for conversations without images. */
    static Optional<NamedFormat> writingLike(TemplateFormat template) {
        return Arrays.stream(values())
                .filter(format ->
                        format != PLAIN && SAMPLES.stream().allMatch(sample -> same(format, template, sample)))
                .findFirst();
    }

    private static boolean same(NamedFormat format, TemplateFormat template, Conversation sample) {
        try {
            return template.text(sample).equals(format.text(sample));
        } catch (RequestException e) {
            return false;
        }
    }

    private static void vicuna(Turns conversation, PromptBuilder prompt, String asker) {
        system(prompt, conversation, VICUNA_SYSTEM.formatted(asker, asker));
        prompt.template(" ");
        for (Turn turn : conversation.turns()) {
            prompt.template("USER: ");
            prompt.images(turn.images(), " ", "\n").data(turn.question()).template(" ASSISTANT:");
            if (turn.answer() != null) {
                prompt.template(" ").data(turn.answer()).template("</s>");
            }
        }
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
