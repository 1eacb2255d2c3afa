// SPDX-License-Identifier: Apache-2.0
package dev.myna.bench.generate;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A synthetic vocabulary with the layout of a published one (docs/spec/tokenizers.md sections 1, 3 and 4): every text can be encoded,
 * letters merge into pieces, special tokens have their usual ids.
 *
 * @param merges empty for SentencePiece
 */
public record SyntheticVocabulary(Kind kind, List<String> tokens, int[] types, float[] scores, List<String> merges) {
    private static final int NORMAL = 1;
    private static final int UNKNOWN = 2;
    private static final int CONTROL = 3;
    private static final int USER_DEFINED = 4;
    private static final int UNUSED = 5;
    private static final int BYTE = 6;
    private static final String WORD_MARK = "\u2581";
    private static final String LETTERS = "etaoinshrdlucmfwypvbgkjqxz";

    /** ChatML's marks, which end Qwen2's vocabulary. */
    private static final List<String> QWEN2_SPECIALS = List.of("<|endoftext|>", "<|im_start|>", "<|im_end|>");

    /** Those of Qwen2-VL and later. */
    private static final List<String> QWEN_VL_SPECIALS = List.of(
            "<|endoftext|>",
            "<|im_start|>",
            "<|im_end|>",
            "<|object_ref_start|>",
            "<|object_ref_end|>",
            "<|box_start|>",
            "<|box_end|>",
            "<|quad_start|>",
            "<|quad_end|>",
            "<|vision_start|>",
            "<|vision_end|>",
            "<|vision_pad|>",
            "<|image_pad|>",
            "<|video_pad|>",
            "<tool_call>",
            "</tool_call>",
            "<|fim_prefix|>",
            "<|fim_middle|>",
            "<|fim_suffix|>",
            "<|fim_pad|>",
            "<|repo_name|>",
            "<|file_sep|>");

    private static final List<String> INTERNVL_SPECIALS = Stream.concat(
                    QWEN_VL_SPECIALS.stream(),
                    Stream.of(
                            "<img>",
                            "</img>",
                            "<IMG_CONTEXT>",
                            "<quad>",
                            "</quad>",
                            "<ref>",
                            "</ref>",
                            "<box>",
                            "</box>"))
            .toList();

    /** Llama 3.2's special tokens up to the last with a meaning; reserved ones fill the 256 places. */
    private static final List<String> LLAMA3_SPECIALS = List.of(
            "<|begin_of_text|>",
            "<|end_of_text|>",
            "<|reserved_special_token_0|>",
            "<|reserved_special_token_1|>",
            "<|finetune_right_pad_id|>",
            "<|reserved_special_token_2|>",
            "<|start_header_id|>",
            "<|end_header_id|>",
            "<|eom_id|>",
            "<|eot_id|>",
            "<|python_tag|>");

    private static final int LLAMA3_SPECIAL_COUNT = 256;

    /** The id of Gemma 3's {@code <start_of_turn>}, of its {@code <start_of_image>}, and how many line breaks one token has at most. */
    private static final int GEMMA3_TURN = 105;

    private static final int GEMMA3_IMAGE = 255999;
    private static final int GEMMA3_BREAKS = 31;

    public enum Kind {
        SENTENCE_PIECE,
        /** Byte-level BPE with ChatML's marks at the end. */
        QWEN2_BPE,
        /** Byte-level BPE with Llama 3's 256 special tokens at the end. */
        LLAMA3_BPE,
        /** Byte-level BPE with the special tokens of Qwen2-VL and later at the end. */
        QWEN_VL_BPE,
        /** The same with InternVL's behind them. */
        INTERNVL_BPE,
        /** Byte-level BPE with SmolVLM's special tokens at the end. */
        SMOLVLM_BPE,
        /** SentencePiece with Gemma 3's special tokens at their places, and runs of line breaks. */
        GEMMA3_SPM
    }

    /**
     * Makes a vocabulary.
     *
     * @param pieces entries that can be produced, special ones included
     * @param rows entries in all; the rest is padding
     */
    static SyntheticVocabulary of(Kind kind, int pieces, int rows) {
        if (pieces > rows) {
            throw new IllegalArgumentException(pieces + " pieces do not fit " + rows + " rows");
        }
        return switch (kind) {
            case SENTENCE_PIECE -> sentencePiece(pieces, rows);
            case QWEN2_BPE -> byteLevel(kind, QWEN2_SPECIALS, pieces, rows);
            case LLAMA3_BPE -> byteLevel(kind, llama3Specials(), pieces, rows);
            case QWEN_VL_BPE -> byteLevel(kind, QWEN_VL_SPECIALS, pieces, rows);
            case INTERNVL_BPE -> byteLevel(kind, INTERNVL_SPECIALS, pieces, rows);
            case SMOLVLM_BPE -> byteLevel(kind, smolVlmSpecials(), pieces, rows);
            case GEMMA3_SPM -> gemma3(pieces, rows);
        };
    }

    private static List<String> smolVlmSpecials() {
        List<String> specials = new ArrayList<>(List.of(
                "<|endoftext|>",
                "<|im_start|>",
                "<|im_end|>",
                "<fake_token_around_image>",
                "<image>",
                "<end_of_utterance>",
                "<global-img>"));
        for (int row = 1; row <= 6; row++) {
            for (int column = 1; column <= 6; column++) {
                specials.add("<row_" + row + "_col_" + column + ">");
            }
        }
        return specials;
    }

    /**
     * Control tokens at 0..3 and up to the marks of turns at 105 and 106, runs of line breaks at 107..137, bytes at 138..393, pieces by
     * falling score, single characters; the marks of images where they are published, or at the end of a smaller vocabulary.
     */
    private static SyntheticVocabulary gemma3(int pieces, int rows) {
        List<String> tokens = new ArrayList<>(List.of("<pad>", "<eos>", "<bos>", "<unk>"));
        while (tokens.size() < GEMMA3_TURN) {
            tokens.add("<unused" + (tokens.size() - 4) + ">");
        }
        tokens.add("<start_of_turn>");
        tokens.add("<end_of_turn>");
        int breaks = tokens.size();
        for (int run = 1; run <= GEMMA3_BREAKS; run++) {
            tokens.add("\n".repeat(run));
        }
        int bytes = tokens.size();
        for (int i = 0; i < 256; i++) {
            tokens.add(String.format(Locale.ROOT, "<0x%02X>", i));
        }
        int special = tokens.size();
        List<String> characters = characters(pieces - special - 2);
        tokens.addAll(compounds(WORD_MARK, pieces - special - 2 - characters.size()));
        tokens.addAll(characters);
        int images = Math.min(GEMMA3_IMAGE, tokens.size());
        tokens.add(images, "<start_of_image>");
        tokens.add(images + 1, "<end_of_image>");
        int[] types = new int[rows];
        float[] scores = new float[rows];
        for (int i = 0; i < rows; i++) {
            boolean control = i < breaks || i == images || i == images + 1;
            types[i] = i == 3 ? UNKNOWN : control ? CONTROL : i < bytes ? USER_DEFINED : i < special ? BYTE : NORMAL;
            scores[i] = control || i < special ? -1000 : special - i;
        }
        pad(tokens, types, rows);
        return new SyntheticVocabulary(Kind.GEMMA3_SPM, List.copyOf(tokens), types, scores, List.of());
    }

    private static List<String> llama3Specials() {
        List<String> specials = new ArrayList<>(LLAMA3_SPECIALS);
        for (int reserved = 3; specials.size() < LLAMA3_SPECIAL_COUNT; reserved++) {
            specials.add("<|reserved_special_token_" + reserved + "|>");
        }
        return specials;
    }

    /** Control tokens at 0..2, bytes at 3..258, pieces by falling score, single characters last. */
    private static SyntheticVocabulary sentencePiece(int pieces, int rows) {
        List<String> tokens = new ArrayList<>(List.of("<unk>", "<s>", "</s>"));
        for (int i = 0; i < 256; i++) {
            tokens.add(String.format(Locale.ROOT, "<0x%02X>", i));
        }
        int special = tokens.size();
        List<String> characters = characters(pieces - special);
        Set<String> compound = compounds(WORD_MARK, pieces - special - characters.size());
        tokens.addAll(compound);
        tokens.addAll(characters);
        int[] types = new int[rows];
        float[] scores = new float[rows];
        for (int i = 0; i < rows; i++) {
            types[i] = i == 0 ? UNKNOWN : i < 3 ? CONTROL : i < special ? BYTE : NORMAL;
            scores[i] = i < special ? 0 : special - i;
        }
        pad(tokens, types, rows);
        return new SyntheticVocabulary(Kind.SENTENCE_PIECE, List.copyOf(tokens), types, scores, List.of());
    }

    /** Byte characters at 0..255, then pieces, the special tokens last. */
    private static SyntheticVocabulary byteLevel(Kind kind, List<String> specials, int pieces, int rows) {
        List<String> tokens = new ArrayList<>();
        for (int range : new int[] {0x21_7E, 0xA1_AC, 0xAE_FF}) {
            for (int c = range >> 8; c <= (range & 0xFF); c++) {
                tokens.add(Character.toString(c));
            }
        }
        for (int c = 0x100; tokens.size() < 256; c++) {
            tokens.add(Character.toString(c));
        }
        List<String> compound = List.copyOf(compounds("\u0120", pieces - tokens.size() - specials.size()));
        tokens.addAll(compound);
        tokens.addAll(specials);
        int[] types = new int[rows];
        for (int i = 0; i < rows; i++) {
            types[i] = i < pieces - specials.size() ? NORMAL : CONTROL;
        }
        pad(tokens, types, rows);
        List<String> merges = compound.stream()
                .map(piece -> piece.substring(0, piece.length() - 1) + " " + piece.substring(piece.length() - 1))
                .toList();
        return new SyntheticVocabulary(kind, List.copyOf(tokens), types, new float[0], merges);
    }

    /** Pieces of 2, 3, 4 ... letters, with and without the mark of a word's start; each is a shorter one and a letter. */
    private static Set<String> compounds(String mark, int count) {
        Set<String> pieces = new LinkedHashSet<>();
        List<String> shorter =
                new ArrayList<>(LETTERS.chars().mapToObj(Character::toString).toList());
        shorter.add(0, mark);
        while (pieces.size() < count) {
            List<String> longer = new ArrayList<>();
            for (String prefix : shorter) {
                for (int i = 0; i < LETTERS.length() && pieces.size() < count; i++) {
                    longer.add(prefix + LETTERS.charAt(i));
                    pieces.add(prefix + LETTERS.charAt(i));
                }
            }
            shorter = longer;
        }
        return pieces;
    }

    /** The word mark, then letters of the scripts of the ten languages, at most half of {@code room}. */
    private static List<String> characters(int room) {
        List<String> all = new ArrayList<>();
        all.add(WORD_MARK);
        int[][] ranges = {
            {0x21, 0x7E},
            {0xA1, 0xFF},
            {0x400, 0x45F},
            {0x600, 0x6FF},
            {0x900, 0x97F},
            {0x980, 0x9FF},
            {0x3041, 0x30FF},
            {0x4E00, 0x52FF}
        };
        for (int[] range : ranges) {
            for (int c = range[0]; c <= range[1]; c++) {
                if (Character.isDefined(c)) {
                    all.add(Character.toString(c));
                }
            }
        }
        return all.subList(0, Math.min(all.size(), room / 2));
    }

    private static void pad(List<String> tokens, int[] types, int rows) {
        for (int i = tokens.size(); i < rows; i++) {
            tokens.add("[PAD" + i + "]");
            types[i] = UNUSED;
        }
    }

    /** The id of the token with this text. */
    int id(String token) {
        int id = tokens.indexOf(token);
        if (id < 0) {
            throw new IllegalArgumentException("no token is spelled " + token);
        }
        return id;
    }

    /** Tokens as UTF-8, as a GGUF file stores them. */
    byte[][] utf8() {
        return tokens.stream()
                .map(token -> token.getBytes(StandardCharsets.UTF_8))
                .toArray(byte[][]::new);
    }
}
