// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.engine.text.Tokenizer.Specials;
import dev.myna.loaders.gguf.GgufException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Cases G-15 and G-20 of the safety contract: invalid tokenizer metadata. */
class HostileVocabularyTest {
    private static final String TOKENS = Vocabulary.TOKENS;

    @Test
    void g20WellFormedFilesLoad() {
        int[] ids = spm().load().encode("Describe the image.</s>", Specials.PARSE);
        assertEquals(2, ids[ids.length - 1]);
        ids = bpe().load().encode("Describe the image.<|im_end|>", Specials.PARSE);
        assertEquals(bpe().load().id("<|im_end|>"), ids[ids.length - 1]);
    }

    @Test
    void g20NoTokens() {
        refused(spm().put(TOKENS, new byte[0][]).put(Vocabulary.SCORES, new float[0]), TOKENS);
        refused(bpe().put(TOKENS, new byte[0][]).put(Vocabulary.TYPES, new int[0]), TOKENS);
        refused(spm().remove(TOKENS), TOKENS);
    }

    @Test
    void g20ScoresAndTypesOfOtherLength() {
        refused(spm().put(Vocabulary.SCORES, new float[5]), Vocabulary.SCORES);
        refused(spm().put(Vocabulary.SCORES, new float[0]), Vocabulary.SCORES);
        refused(spm().remove(Vocabulary.SCORES), Vocabulary.SCORES);
        refused(spm().put(Vocabulary.TYPES, new int[5]), Vocabulary.TYPES);
        refused(bpe().put(Vocabulary.TYPES, new int[0]), Vocabulary.TYPES);
    }

    @Test
    void g20BadScoresAndTypes() {
        float[] scores = SmallVocabularies.spmVocabulary(1).scores().clone();
        scores[300] = Float.NaN;
        refused(spm().put(Vocabulary.SCORES, scores), Vocabulary.SCORES);
        int[] types = SmallVocabularies.spmVocabulary(1).types().clone();
        for (int bad : new int[] {7, -1, Integer.MIN_VALUE, Integer.MAX_VALUE}) {
            types[300] = bad;
            refused(spm().put(Vocabulary.TYPES, types), Vocabulary.TYPES);
        }
        types[300] = TokenType.BYTE;
        refused(spm().put(Vocabulary.TYPES, types), TOKENS);
    }

    @Test
    void g20IdsOutOfRange() {
        for (String key : new String[] {Vocabulary.BOS, Vocabulary.EOS, Vocabulary.UNKNOWN}) {
            for (int bad : new int[] {1_000_000, Integer.MAX_VALUE, -2}) {
                refused(spm().put(key, bad), key);
                refused(bpe().put(key, bad), key);
            }
        }
    }

    @Test
    void g20Merges() {
        for (String bad : new String[] {"", " ", "a", "a ", " a", "absent too", "a b c", "\u0120 ", "a  b"}) {
            refused(bpe().put(Vocabulary.MERGES, SmallVocabularies.bytes(List.of(bad))), Vocabulary.MERGES);
        }
        refused(bpe().remove(Vocabulary.MERGES), Vocabulary.MERGES);
        Tokenizer none = bpe().put(Vocabulary.MERGES, new byte[0][]).load();
        assertEquals(2, none.encode("ab", Specials.PLAIN).length);
    }

    @Test
    void g20DuplicateMergesAndPieces() {
        Vocabulary vocabulary = SmallVocabularies.bpeVocabulary();
        byte[][] merges = Arrays.copyOf(vocabulary.merges(), vocabulary.merges().length * 2);
        System.arraycopy(vocabulary.merges(), 0, merges, vocabulary.merges().length, vocabulary.merges().length);
        String text = SmallVocabularies.SAMPLES.get(3);
        assertArrayEquals(
                bpe().load().encode(text, Specials.PLAIN),
                bpe().put(Vocabulary.MERGES, merges).load().encode(text, Specials.PLAIN));

        Vocabulary spm = SmallVocabularies.spmVocabulary(1);
        int size = spm.size();
        byte[][] pieces = Arrays.copyOf(spm.pieces(), 2 * size);
        System.arraycopy(spm.pieces(), 0, pieces, size, size);
        int[] types = Arrays.copyOf(spm.types(), 2 * size);
        System.arraycopy(spm.types(), 0, types, size, size);
        Tokenizer doubled = spm().put(TOKENS, pieces)
                .put(Vocabulary.TYPES, types)
                .put(Vocabulary.SCORES, Arrays.copyOf(spm.scores(), 2 * size))
                .load();
        assertArrayEquals(spm().load().encode(text, Specials.PLAIN), doubled.encode(text, Specials.PLAIN));
    }

    @Test
    void g20MissingBytes() {
        Vocabulary spm = SmallVocabularies.spmVocabulary(1);
        int[] types = spm.types().clone();
        types[50] = TokenType.UNUSED;
        // The unknown token stands in for a byte without token.
        Tokenizer tokenizer = spm().put(Vocabulary.TYPES, types).load();
        assertTrue(contains(tokenizer.encode(Character.toString(50 - 3), Specials.PLAIN), 0));
        byte[][] pieces = SmallVocabularies.bpeVocabulary().pieces().clone();
        pieces[7] = "?".getBytes(StandardCharsets.UTF_8);
        refused(bpe().put(TOKENS, pieces), TOKENS);
    }

    @Test
    void g20InvalidUtf8AndEmptyPieces() {
        byte[][] pieces = SmallVocabularies.spmVocabulary(1).pieces().clone();
        int last = pieces.length - 1;
        pieces[last] = new byte[] {(byte) 0xE5, (byte) 0xAD};
        pieces[last - 1] = new byte[0];
        pieces[2] = new byte[] {(byte) 0x80, (byte) 0xFF};
        pieces[1] = new byte[0];
        Tokenizer tokenizer = spm().put(TOKENS, pieces).load();
        for (String text : SmallVocabularies.SAMPLES) {
            int[] ids = tokenizer.encode(text, Specials.PARSE);
            assertEquals(" " + text, new String(TokenizerGoldenTest.bytes(tokenizer, ids), StandardCharsets.UTF_8));
        }
        assertArrayEquals(pieces[last], tokenizer.bytes(last));
        assertEquals("\uFFFD", tokenizer.piece(last));
    }

    @Test
    void g20OneMebibyteToken() {
        byte[] huge = "a".repeat(1 << 20).getBytes(StandardCharsets.UTF_8);
        byte[][] pieces = SmallVocabularies.spmVocabulary(1).pieces().clone();
        pieces[pieces.length - 1] = huge;
        Tokenizer tokenizer = spm().put(TOKENS, pieces).load();
        String text = "a".repeat(1 << 20);
        assertTimeout(Duration.ofSeconds(10), () -> tokenizer.encode(text, Specials.PLAIN));
        pieces[pieces.length - 1] = SmallVocabularies.spmVocabulary(1).pieces()[pieces.length - 1];
        pieces[1] = huge;
        refused(spm().put(TOKENS, pieces), TOKENS);
    }

    @Test
    void g20ManySpecialTokensThatOverlap() {
        String[] specials = new String[Vocabulary.MAX_SPECIAL_BYTES / 2];
        for (int i = 0; i < specials.length; i++) {
            specials[i] = "a".repeat(i + 1);
        }
        SpmTokenizer tokenizer = new SpmTokenizer(specials(specials));
        assertTimeout(Duration.ofSeconds(10), () -> tokenizer.encode("a".repeat(100_000) + "b", Specials.PARSE));
    }

    @Test
    void g15WrongTypes() {
        refused(spm().put(Vocabulary.SCORES, new int[300]), Vocabulary.SCORES);
        refused(spm().put(Vocabulary.TYPES, new float[300]), Vocabulary.TYPES);
        refused(spm().put(TOKENS, "text"), TOKENS);
        refused(spm().put(TOKENS, new int[300]), TOKENS);
        refused(spm().put(Vocabulary.BOS, "1"), Vocabulary.BOS);
        refused(spm().put("tokenizer.ggml.add_bos_token", 1), "tokenizer.ggml.add_bos_token");
        refused(spm().put("tokenizer.ggml.model", 1), "tokenizer.ggml.model");
        refused(bpe().put(Vocabulary.MERGES, new int[3]), Vocabulary.MERGES);
        refused(bpe().put("tokenizer.ggml.pre", true), "tokenizer.ggml.pre");
    }

    @Test
    void g15UnknownTokenizers() {
        refused(spm().put("tokenizer.ggml.model", "bert"), "tokenizer.ggml.model");
        refused(spm().remove("tokenizer.ggml.model"), "tokenizer.ggml.model");
        refused(bpe().put("tokenizer.ggml.pre", "deepseek-llm"), "tokenizer.ggml.pre");
    }

    @Test
    void missingTypesFollowFromTheSpelling() {
        Tokenizer tokenizer = spm().remove(Vocabulary.TYPES).load();
        assertArrayEquals(new int[] {2}, tokenizer.encode("</s>", Specials.PARSE));
        assertTrue(tokenizer.encode("</s>", Specials.PLAIN).length > 1);
        assertArrayEquals(new byte[] {10}, tokenizer.bytes(13));
    }

    /** An SPM vocabulary that ends with these user-defined tokens. */
    static Vocabulary specials(String... texts) {
        Vocabulary base = SmallVocabularies.spmVocabulary(1);
        List<byte[]> pieces = new ArrayList<>(List.of(base.pieces()));
        int[] types = Arrays.copyOf(base.types(), base.size() + texts.length);
        for (int i = 0; i < texts.length; i++) {
            pieces.add(texts[i].getBytes(StandardCharsets.UTF_8));
            types[base.size() + i] = TokenType.USER_DEFINED;
        }
        return new Vocabulary(
                base.source(),
                pieces.toArray(byte[][]::new),
                Arrays.copyOf(base.scores(), types.length),
                types,
                base.merges(),
                base.bos(),
                base.eos(),
                base.unknown(),
                base.flags());
    }

    private static void refused(TokenizerGguf file, String key) {
        assertTimeout(Duration.ofSeconds(5), () -> {
            String message = assertThrows(GgufException.class, file::load).getMessage();
            assertTrue(message.contains(key), message);
            assertTrue(message.contains(TokenizerGguf.NAME), message);
            assertEquals(-1, message.indexOf('\n'), message);
        });
    }

    private static boolean contains(int[] ids, int id) {
        return Arrays.stream(ids).anyMatch(i -> i == id);
    }

    private static TokenizerGguf spm() {
        return new TokenizerGguf("llama", SmallVocabularies.spmVocabulary(1));
    }

    private static TokenizerGguf bpe() {
        return new TokenizerGguf("gpt2", SmallVocabularies.bpeVocabulary());
    }
}
