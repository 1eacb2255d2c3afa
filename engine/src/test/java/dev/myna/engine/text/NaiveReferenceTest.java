// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.myna.engine.text.Tokenizer.Specials;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Both tokenizers equal simple quadratic ones on random text in ten scripts. */
class NaiveReferenceTest {
    private static final long SEED = 99;

    @Test
    void spm() {
        Vocabulary vocabulary = SmallVocabularies.spmVocabulary(SEED);
        SpmTokenizer tokenizer = new SpmTokenizer(vocabulary);
        SplittableRandom random = new SplittableRandom(SEED);
        for (int round = 0; round < 500; round++) {
            String text = SmallVocabularies.randomText(random, 1 + random.nextInt(30));
            assertArrayEquals(
                    naiveSpm(vocabulary, text),
                    tokenizer.encode(text, Specials.PLAIN),
                    () -> "seed " + SEED + ": " + text);
        }
    }

    @ParameterizedTest
    @EnumSource(PreTokenizer.class)
    void bpe(PreTokenizer preTokenizer) {
        boolean llama3 = preTokenizer == PreTokenizer.LLAMA3;
        Vocabulary vocabulary = llama3 ? SmallVocabularies.llama3Vocabulary() : SmallVocabularies.bpeVocabulary();
        BpeTokenizer tokenizer = new BpeTokenizer(vocabulary, preTokenizer);
        SplittableRandom random = new SplittableRandom(SEED);
        for (int round = 0; round < 500; round++) {
            String text = SmallVocabularies.randomText(random, 1 + random.nextInt(30));
            int[] ids = tokenizer.encode(text, Specials.PLAIN);
            boolean composes = preTokenizer.normalization() == BpeTokenizer.Normalization.NFC;
            String normal = composes ? Normalizer.normalize(text, Normalizer.Form.NFC) : text;
            assertArrayEquals(naiveBpe(vocabulary, normal, preTokenizer), ids, () -> "seed " + SEED + ": " + text);
            assertEquals(normal, new String(TokenizerGoldenTest.bytes(tokenizer, ids), StandardCharsets.UTF_8));
        }
    }

    private static int[] naiveSpm(Vocabulary vocabulary, String text) {
        Map<String, Integer> ids = new HashMap<>();
        for (int id = 0; id < vocabulary.size(); id++) {
            if (TokenType.isText(vocabulary.types()[id])) {
                ids.putIfAbsent(new String(vocabulary.pieces()[id], StandardCharsets.UTF_8), id);
            }
        }
        List<String> symbols = new ArrayList<>();
        ("\u2581" + text.replace(' ', '\u2581')).codePoints().forEach(c -> symbols.add(Character.toString(c)));
        while (true) {
            int best = -1;
            float bestScore = 0;
            for (int i = 0; i + 1 < symbols.size(); i++) {
                Integer id = ids.get(symbols.get(i) + symbols.get(i + 1));
                if (id != null && (best < 0 || vocabulary.scores()[id] > bestScore)) {
                    best = i;
                    bestScore = vocabulary.scores()[id];
                }
            }
            if (best < 0) {
                break;
            }
            symbols.set(best, symbols.get(best) + symbols.remove(best + 1));
        }
        IntList out = new IntList();
        for (String symbol : symbols) {
            Integer id = ids.get(symbol);
            if (id != null) {
                out.add(id);
            } else {
                for (byte b : symbol.getBytes(StandardCharsets.UTF_8)) {
                    out.add(3 + (b & 0xff));
                }
            }
        }
        return out.toArray();
    }

    private static int[] naiveBpe(Vocabulary vocabulary, String normal, PreTokenizer preTokenizer) {
        List<String> merges = Arrays.stream(vocabulary.merges())
                .map(merge -> new String(merge, StandardCharsets.UTF_8))
                .toList();
        Map<String, Integer> ranks = new HashMap<>();
        for (int rank = 0; rank < merges.size(); rank++) {
            ranks.putIfAbsent(merges.get(rank), rank);
        }
        Map<String, Integer> ids = new HashMap<>();
        for (int id = 0; id < vocabulary.size(); id++) {
            ids.putIfAbsent(new String(vocabulary.pieces()[id], StandardCharsets.UTF_8), id);
        }
        IntList out = new IntList();
        for (int from = 0; from < normal.length(); ) {
            int to = preTokenizer.end(normal, from);
            List<String> symbols = new ArrayList<>();
            for (byte b : normal.substring(from, to).getBytes(StandardCharsets.UTF_8)) {
                symbols.add(SmallVocabularies.spelled(b & 0xff));
            }
            Integer whole = ids.get(String.join("", symbols));
            if (preTokenizer.takesWholePieces() && whole != null) {
                out.add(whole);
                symbols.clear();
            }
            while (true) {
                int best = -1;
                int bestRank = Integer.MAX_VALUE;
                for (int i = 0; i + 1 < symbols.size(); i++) {
                    int rank = ranks.getOrDefault(symbols.get(i) + " " + symbols.get(i + 1), Integer.MAX_VALUE);
                    if (rank < bestRank) {
                        best = i;
                        bestRank = rank;
                    }
                }
                if (best < 0) {
                    break;
                }
                symbols.set(best, symbols.get(best) + symbols.remove(best + 1));
            }
            symbols.forEach(symbol -> out.add(ids.get(symbol)));
            from = to;
        }
        return out.toArray();
    }
}
