// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.text;

import dev.myna.engine.Language;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/** Vocabularies for tests, built in memory from a few sentences in ten languages. */
public final class SmallVocabularies {
    public static final List<String> SAMPLES = samples();

    private SmallVocabularies() {}

    private static List<String> samples() {
        List<String> samples = new ArrayList<>();
        for (Language language : Language.values()) {
            samples.add(language.describe());
            samples.add(language.nativeName() + " " + language.describe());
        }
        samples.add("It's 1234 o'clock,  isn't\tit?\r\n\n  Yes! 👍🏽 👨‍👩‍👧‍👦");
        return samples;
    }

    /**
     * Random text in ten scripts: pieces of the samples, white space, digits, rare characters and special-token text.
     */
    static String randomText(RandomGenerator random, int parts) {
        String[] rare = {
            "\n", "\r\n", "  ", "\u00A0", "\u3000", "7", "٣", "ж", "é", "e\u0301", "𠜎", "🦙", "\u200D", "</s>", "'ll",
            "ſ"
        };
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < parts; i++) {
            if (random.nextInt(3) == 0) {
                text.append(rare[random.nextInt(rare.length)]);
                continue;
            }
            int[] sample =
                    SAMPLES.get(random.nextInt(SAMPLES.size())).codePoints().toArray();
            int from = random.nextInt(sample.length);
            int count = Math.min(sample.length - from, 1 + random.nextInt(8));
            text.append(new String(sample, from, count));
        }
        return text.toString();
    }

    /**
     * An SPM tokenizer: unk, bos, eos, 256 byte tokens, two user-defined tokens, then pieces of the samples with
     * random scores.
     */
    public static SpmTokenizer spm() {
        return new SpmTokenizer(spmVocabulary(20261122));
    }

    static Vocabulary spmVocabulary(long seed) {
        RandomGenerator random = new java.util.SplittableRandom(seed);
        Map<String, Integer> types = new LinkedHashMap<>();
        types.put("<unk>", TokenType.UNKNOWN);
        types.put("<s>", TokenType.CONTROL);
        types.put("</s>", TokenType.CONTROL);
        for (int i = 0; i < 256; i++) {
            types.put("<0x%02X>".formatted(i), TokenType.BYTE);
        }
        types.put("<user>", TokenType.USER_DEFINED);
        types.put("<user><user>", TokenType.USER_DEFINED);
        types.put("[PAD0]", TokenType.UNUSED);
        for (String sample : SAMPLES) {
            int[] points =
                    ("\u2581" + sample.replace(' ', '\u2581')).codePoints().toArray();
            for (int from = 0; from < points.length; from++) {
                // Every third character stays out, so that byte fallback has work to do.
                for (int length = points[from] % 3 == 0 ? 2 : 1;
                        length <= 5 && from + length <= points.length;
                        length++) {
                    if (length == 1 || random.nextInt(2) == 0) {
                        types.putIfAbsent(new String(points, from, length), TokenType.NORMAL);
                    }
                }
            }
        }
        byte[][] pieces = types.keySet().stream()
                .map(piece -> piece.getBytes(StandardCharsets.UTF_8))
                .toArray(byte[][]::new);
        float[] scores = new float[pieces.length];
        for (int i = 0; i < scores.length; i++) {
            // Few values, so that ties are common.
            scores[i] = -random.nextInt(40);
        }
        return new Vocabulary(
                "spm.gguf",
                pieces,
                scores,
                types.values().stream().mapToInt(i -> i).toArray(),
                new byte[0][],
                1,
                2,
                0,
                EnumSet.allOf(Vocabulary.Flag.class));
    }

    /** A BPE tokenizer with ChatML's marks and 200 merges learnt from the samples. */
    public static BpeTokenizer bpe() {
        return new BpeTokenizer(bpeVocabulary(), PreTokenizer.QWEN2);
    }

    static Vocabulary bpeVocabulary() {
        List<String> pieces = byteLevel();
        List<String> merges = learn(pieces, 200, PreTokenizer.QWEN2);
        int marks = pieces.size();
        pieces.addAll(List.of("<|endoftext|>", "<|im_start|>", "<|im_end|>", "[PAD0]"));
        int[] types = types(pieces.size(), marks);
        types[marks + 3] = TokenType.UNUSED;
        return bpe(pieces, types, merges, marks, marks + 2, EnumSet.noneOf(Vocabulary.Flag.class));
    }

    /** Llama 3's kind of BPE: its marks, BOS, 200 merges, and two tokens that no merges lead to. */
    public static BpeTokenizer llama3() {
        return new BpeTokenizer(llama3Vocabulary(), PreTokenizer.LLAMA3);
    }

    static Vocabulary llama3Vocabulary() {
        List<String> pieces = byteLevel();
        List<String> merges = learn(pieces, 200, PreTokenizer.LLAMA3);
        pieces.addAll(List.of("\u0120whole", "987"));
        int marks = pieces.size();
        pieces.addAll(List.of(
                "<|begin_of_text|>",
                "<|end_of_text|>",
                "<|start_header_id|>",
                "<|end_header_id|>",
                "<|eom_id|>",
                "<|eot_id|>"));
        return bpe(pieces, types(pieces.size(), marks), merges, marks, marks + 5, EnumSet.of(Vocabulary.Flag.ADD_BOS));
    }

    private static List<String> byteLevel() {
        List<String> pieces = new ArrayList<>();
        for (int i = 0; i < 256; i++) {
            pieces.add(spelled(i));
        }
        return pieces;
    }

    private static int[] types(int size, int controls) {
        int[] types = new int[size];
        for (int i = 0; i < size; i++) {
            types[i] = i < controls ? TokenType.NORMAL : TokenType.CONTROL;
        }
        return types;
    }

    private static Vocabulary bpe(
            List<String> pieces, int[] types, List<String> merges, int bos, int eos, EnumSet<Vocabulary.Flag> flags) {
        return new Vocabulary("bpe.gguf", bytes(pieces), new float[0], types, bytes(merges), bos, eos, -1, flags);
    }

    static byte[][] bytes(List<String> texts) {
        return texts.stream().map(text -> text.getBytes(StandardCharsets.UTF_8)).toArray(byte[][]::new);
    }

    static String spelled(int value) {
        return new String(ByteLevel.spell(value), StandardCharsets.UTF_8);
    }

    /** Adds the most frequent pair, again and again, to the pieces; returns the merges. */
    private static List<String> learn(List<String> pieces, int count, PreTokenizer preTokenizer) {
        List<List<String>> corpus = new ArrayList<>();
        for (String sample : SAMPLES) {
            for (int from = 0; from < sample.length(); ) {
                int to = preTokenizer.end(sample, from);
                List<String> symbols = new ArrayList<>();
                for (byte b : sample.substring(from, to).getBytes(StandardCharsets.UTF_8)) {
                    symbols.add(spelled(b & 0xff));
                }
                corpus.add(symbols);
                from = to;
            }
        }
        List<String> merges = new ArrayList<>();
        while (merges.size() < count) {
            Map<String, Integer> frequency = new HashMap<>();
            for (List<String> symbols : corpus) {
                for (int i = 0; i + 1 < symbols.size(); i++) {
                    frequency.merge(symbols.get(i) + " " + symbols.get(i + 1), 1, Integer::sum);
                }
            }
            String best = frequency.entrySet().stream()
                    .max(Map.Entry.<String, Integer>comparingByValue().thenComparing(Map.Entry.comparingByKey()))
                    .orElseThrow()
                    .getKey();
            merges.add(best);
            String joined = best.replace(" ", "");
            if (!pieces.contains(joined)) {
                pieces.add(joined);
            }
            for (List<String> symbols : corpus) {
                for (int i = 0; i + 1 < symbols.size(); i++) {
                    if ((symbols.get(i) + " " + symbols.get(i + 1)).equals(best)) {
                        symbols.set(i, joined);
                        symbols.remove(i + 1);
                    }
                }
            }
        }
        return merges;
    }
}
