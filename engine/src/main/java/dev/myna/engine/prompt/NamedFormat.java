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
import java.util.Set;
import java.util.stream.Stream;

/**
 * The published prompt formats (docs/spec/models.md 6, docs/spec/families.md). A conversation with one more turn begins with the ids of
 * the shorter one, unless tokens merge across the end of an answer.
 */
public enum NamedFormat implements PromptFormat {
    /** PALO (docs/spec/models.md 6.1). */
    VICUNA_V1(
            SpmTokenizer.AfterSpecial.STRIP_PREFIX,
            (turns, prompt) -> LlavaFormats.vicuna(turns, prompt, "user", "</s>"),
            "</s>"),

    /** LLaVA 1.5: as {@link #VICUNA_V1}, with "human" instead of "user" in the system text. */
    LLAVA_V1(
            SpmTokenizer.AfterSpecial.STRIP_PREFIX,
            (turns, prompt) -> LlavaFormats.vicuna(turns, prompt, "human", "</s>"),
            "</s>"),

    /** Pangea and Parrot (docs/spec/models.md 6.2, 6.3). */
    CHATML((turns, prompt) -> LlavaFormats.chatml(turns, prompt, " "), "<|im_end|>", "<|endoftext|>"),

    /** Llama 3: a header names the role, white space around texts is removed, and there is no default system text. */
    LLAMA3(LlavaFormats::llama3, "<|eot_id|>", "<|end_of_text|>"),

    /** LLaVA-OneVision (docs/spec/families.md 6.1): as {@link #CHATML}, with each image on a line. */
    QWEN_1_5((turns, prompt) -> LlavaFormats.chatml(turns, prompt, "\n"), "<|im_end|>", "<|endoftext|>"),

    /** Maya (docs/spec/families.md 6.2): as {@link #VICUNA_V1} with Aya's tokens. */
    AYA(
            (turns, prompt) -> LlavaFormats.vicuna(turns, prompt.begin(CohereFormat.BEGIN), "user", CohereFormat.END),
            CohereFormat.END),

    /** Centurio (docs/spec/families.md 6.3), with either decoder. */
    CENTURIO(LlavaFormats::centurio, "<|im_end|>", "<|endoftext|>", CohereFormat.END),

    /** Qwen2-VL and Qwen2.5-VL (docs/spec/families.md 1.8). */
    QWEN2_VL((turns, prompt) -> FamilyFormats.qwen(turns, prompt, true), "<|im_end|>", "<|endoftext|>"),

    /** Qwen3 and Qwen3-VL (docs/spec/families.md 1.8). */
    QWEN3((turns, prompt) -> FamilyFormats.qwen(turns, prompt, false), "<|im_end|>", "<|endoftext|>"),

    /** InternVL (docs/spec/families.md 4). */
    INTERNVL(FamilyFormats::internvl, "<|im_end|>", "<|endoftext|>"),

    /** Gemma 3 (docs/spec/families.md 2). */
    GEMMA3(FamilyFormats::gemma3, "<end_of_turn>", "<eos>"),

    /** SmolVLM (docs/spec/families.md 3). */
    SMOLVLM(FamilyFormats::smolvlm, "<end_of_utterance>", "<|im_end|>", "<|endoftext|>"),

    /** Aya Vision and Command R (docs/spec/families.md 5). */
    COHERE(CohereFormat::write, CohereFormat.END),

    /** No format: texts and images as they come. */
    PLAIN(LlavaFormats::plain);

    /** Writes a conversation. */
    private interface Writer {
        void write(Turns conversation, PromptBuilder prompt);
    }

    /** Variables that some of these formats use. */
    private static final Set<String> QWEN_VARIABLES = Set.of("add_vision_id", "enable_thinking");

    /** Conversations that tell formats apart: with and without a system text, white space at the ends, and answers. */
    private static final List<Conversation> SAMPLES = List.of(
            new Conversation(null, List.of(new Turn(0, "What is this?", null))),
            new Conversation(null, List.of(new Turn(0, " a\n", " b"), new Turn(0, "c ", null))),
            new Conversation("Be brief. ", List.of(new Turn(0, "a", "b "), new Turn(0, "c", null))));

    private final SpmTokenizer.AfterSpecial afterSpecial;
    private final Writer writer;
    private final String[] stops;

    NamedFormat(Writer writer, String... stops) {
        this(SpmTokenizer.AfterSpecial.KEEP_PREFIX, writer, stops);
    }

    NamedFormat(SpmTokenizer.AfterSpecial afterSpecial, Writer writer, String... stops) {
        this.afterSpecial = afterSpecial;
        this.writer = writer;
        this.stops = stops;
    }

    @Override
    public List<PromptPiece> render(Tokenizer tokenizer, Conversation conversation, List<ImagePlace> images) {
        PromptBuilder prompt = new PromptBuilder(tokenizer, afterSpecial, tokenizer.addBos(), images);
        writer.write(Turns.of(conversation), prompt);
        return prompt.build();
    }

    /** The text of a conversation without images, without BOS. */
    private String text(Conversation conversation) {
        PromptBuilder prompt = new PromptBuilder(null, afterSpecial, false, List.of());
        writer.write(Turns.of(conversation), prompt);
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
        return switch (this) {
            case QWEN2_VL -> variable.equals("add_vision_id");
            case QWEN3 -> QWEN_VARIABLES.contains(variable);
            default -> false;
        };
    }

    @Override
    public ToolFormat toolFormat() {
        return ToolFormat.HERMES;
    }

    @Override
    public ReasoningTags reasoning() {
        return this == QWEN3 ? TemplateTraits.THINK : null;
    }

    /** The name on command lines and in manifests: {@code vicuna_v1}. */
    @Override
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The format for a vocabulary of a file without a template. */
    public static NamedFormat of(Tokenizer tokenizer) {
        return of(tokenizer, "");
    }

    /** The format for a vocabulary of a file without a template. @param architecture the file's, which tells Qwen's formats apart */
    static NamedFormat of(Tokenizer tokenizer, String architecture) {
        if (has(tokenizer, "<end_of_utterance>", "<fake_token_around_image>")) {
            return SMOLVLM;
        }
        if (has(tokenizer, "<|im_start|>", "<|im_end|>")) {
            return switch (architecture) {
                case "qwen2vl" -> QWEN2_VL;
                case "qwen3", "qwen3vl" -> QWEN3;
                default -> has(tokenizer, "<IMG_CONTEXT>", "<img>") ? INTERNVL : CHATML;
            };
        }
        if (has(tokenizer, "<start_of_turn>", "<end_of_turn>")) {
            return GEMMA3;
        }
        if (has(tokenizer, CohereFormat.TURN, CohereFormat.END)) {
            return COHERE;
        }
        if (has(tokenizer, "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>")) {
            return LLAMA3;
        }
        return tokenizer instanceof SpmTokenizer && tokenizer.id("</s>") >= 0 ? VICUNA_V1 : PLAIN;
    }

    private static boolean has(Tokenizer tokenizer, String... tokens) {
        return Arrays.stream(tokens).allMatch(token -> tokenizer.id(token) >= 0);
    }

    /** The format that writes the same text as a template, for conversations without images; one whose images have no marks. */
    static Optional<NamedFormat> writingLike(TemplateFormat template) {
        return Stream.of(VICUNA_V1, LLAVA_V1, CHATML, LLAMA3)
                .filter(format -> format.writesLike(template))
                .findFirst();
    }

    /** Whether it writes the same text as a template, for conversations without images. */
    boolean writesLike(TemplateFormat template) {
        return SAMPLES.stream().allMatch(sample -> same(this, template, sample));
    }

    private static boolean same(NamedFormat format, TemplateFormat template, Conversation sample) {
        try {
            return template.text(sample).equals(format.text(sample));
        } catch (RequestException e) {
            return false;
        }
    }
}
