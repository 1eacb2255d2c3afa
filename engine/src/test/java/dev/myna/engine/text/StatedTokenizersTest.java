// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.engine.text.BpeTokenizer.Normalization;
import dev.myna.engine.text.Tokenizer.Specials;
import dev.myna.loaders.gguf.GgufException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Other names and missing keys of tokenizers mean what they mean in llama.cpp. */
class StatedTokenizersTest {
    private static final String PRE = "tokenizer.ggml.pre";
    private static final String DECOMPOSED = "e\u0301";

    private static TokenizerGguf llama3() {
        return new TokenizerGguf("gpt2", SmallVocabularies.llama3Vocabulary());
    }

    private static TokenizerGguf qwen2() {
        return new TokenizerGguf("gpt2", SmallVocabularies.bpeVocabulary());
    }

    private static TokenizerGguf spm() {
        return new TokenizerGguf("llama", SmallVocabularies.spmVocabulary(1));
    }

    /** Files of April 2024 have Llama 3's tokens without {@code tokenizer.ggml.pre}. */
    @Test
    void llama3WithoutPreIsRecognizedByItsTokens() {
        List<String> pieces = new ArrayList<>();
        for (int i = 0; i < 256; i++) {
            pieces.add(SmallVocabularies.spelled(i));
        }
        pieces.addAll(List.of("12", "123", "45", "456", "<|begin_of_text|>", "<|end_of_text|>"));
        pieces.addAll(List.of("<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"));
        int[] types = new int[pieces.size()];
        Arrays.fill(types, TokenType.NORMAL);
        Arrays.fill(types, 260, types.length, TokenType.CONTROL);
        Vocabulary vocabulary = new Vocabulary(
                "april.gguf",
                SmallVocabularies.bytes(pieces),
                new float[0],
                types,
                SmallVocabularies.bytes(List.of("1 2", "12 3", "4 5", "45 6")),
                -1,
                264,
                -1,
                EnumSet.noneOf(Vocabulary.Flag.class));
        for (Object pre : new Object[] {null, "default"}) {
            TokenizerGguf file = new TokenizerGguf("gpt2", vocabulary).remove(PRE);
            Tokenizer tokenizer = (pre == null ? file : file.put(PRE, pre)).load();
            assertArrayEquals(new int[] {257, 259}, tokenizer.encode("123456", Specials.PLAIN));
            assertTrue(tokenizer.addBos());
            assertEquals(260, tokenizer.bos());
            BpeTokenizer bpe = (BpeTokenizer) tokenizer;
            assertEquals("llama-bpe", bpe.splitting());
            assertTrue(bpe.recognized());
        }
    }

    @Test
    void qwen2WithoutPreStaysQwen2() {
        BpeTokenizer tokenizer = (BpeTokenizer) qwen2().remove(PRE).load();
        assertEquals("qwen2", tokenizer.splitting());
        assertTrue(tokenizer.recognized());
        assertFalse(tokenizer.addBos());
        assertEquals(4, tokenizer.encode("2024", Specials.PLAIN).length);
    }

    @Test
    void unknownTokensWithoutPreAreReportedAsAGuess() {
        byte[][] pieces = SmallVocabularies.bpeVocabulary().pieces().clone();
        for (int i = pieces.length - 4; i < pieces.length; i++) {
            pieces[i] = new byte[] {'#', (byte) ('a' + pieces.length - i)};
        }
        BpeTokenizer tokenizer = (BpeTokenizer)
                qwen2().remove(PRE).put(Vocabulary.TOKENS, pieces).load();
        assertEquals("qwen2", tokenizer.splitting());
        assertFalse(tokenizer.recognized());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "llama3",
                "llama-v3",
                "llama-bpe",
                "falcon3",
                "falcon-h1",
                "pixtral",
                "midm-2.0",
                "lfm2",
                "jina-v5-nano"
            })
    void namesThatMeanLlama3(String name) {
        Tokenizer tokenizer = llama3().put(PRE, name).load();
        assertTrue(tokenizer.addBos());
        assertEquals(1, tokenizer.encode("987", Specials.PLAIN).length, "digits in threes, and pieces taken whole");
        assertEquals(DECOMPOSED, decoded(tokenizer));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"qwen2", "megrez", "f2llmv2", "deepseek-r1-qwen", "kormo", "stablelm2", "hunyuan", "solar-open"})
    void namesThatMeanQwen2(String name) {
        BpeTokenizer tokenizer = (BpeTokenizer) qwen2().put(PRE, name).load();
        assertEquals("qwen2", tokenizer.splitting());
        assertFalse(tokenizer.addBos());
        assertEquals(4, tokenizer.encode("2024", Specials.PLAIN).length);
        boolean composes = List.of("qwen2", "megrez", "f2llmv2").contains(name);
        assertEquals(composes ? "\u00e9" : DECOMPOSED, decoded(tokenizer));
        assertEquals("\u00e9", decoded(tokenizer.with(Normalization.NFC)));
    }

    @ParameterizedTest
    @CsvSource({
        "smollm, smollm, false",
        "starcoder, smollm, false",
        "refact, smollm, false",
        "codeshell, smollm, false",
        "command-r, command-r, true",
        "gpt-2, gpt-2, false",
        "phi-2, gpt-2, false",
        "granite-docling, gpt-2, false",
        "dbrx, dbrx, false",
        "smaug-bpe, dbrx, false",
        "glm4, dbrx, false",
        "chatglm-bpe, dbrx, false"
    })
    void otherNamesOfPlainPatterns(String name, String label, boolean composes) {
        BpeTokenizer tokenizer = (BpeTokenizer) qwen2().put(PRE, name).load();
        assertEquals(label, tokenizer.splitting());
        assertFalse(tokenizer.addBos());
        assertEquals(composes ? "\u00e9" : DECOMPOSED, decoded(tokenizer));
    }

    private static String decoded(Tokenizer tokenizer) {
        int[] ids = tokenizer.encode(DECOMPOSED, Specials.PLAIN);
        return new String(TokenizerGoldenTest.bytes(tokenizer, ids), java.nio.charset.StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @ValueSource(strings = {"gpt-neox", "deepseek-llm", "deepseek-v3", "qwen35", "gpt-4o", "xyz"})
    void otherNamesAreRefused(String name) {
        String message = assertThrows(
                        GgufException.class, () -> llama3().put(PRE, name).load())
                .getMessage();
        assertTrue(message.contains(PRE + " is '" + name + "'"), message);
    }

    @Test
    void namesFromFilesAreMadePrintable() {
        String message = assertThrows(
                        GgufException.class,
                        () -> llama3().put(PRE, "\u202e\u001b[2J" + "x".repeat(5000))
                                .load())
                .getMessage();
        assertTrue(message.length() < 400 && message.contains("\\u{202e}\\u{1b}"), message);
    }

    @Test
    void missingIdUsesTheFallback() {
        Tokenizer usual = spm().load();
        for (String key : List.of(Vocabulary.BOS, Vocabulary.UNKNOWN)) {
            Tokenizer tokenizer = spm().put(key, -1).load();
            assertEquals(usual.bos(), tokenizer.bos());
            assertArrayEquals(usual.encode("日x", Specials.PLAIN), tokenizer.encode("日x", Specials.PLAIN));
        }
        assertTrue(spm().put(Vocabulary.EOS, -1).load().isEndOfGeneration(2));
        Tokenizer qwen = qwen2().put(Vocabulary.BOS, -1).put(Vocabulary.EOS, -1).load();
        assertEquals(-1, qwen.bos());
        assertTrue(qwen.isEndOfGeneration(qwen.id("<|im_end|>")));
    }

    @Test
    void tokensWithoutATypeGetItFromTheirSpelling() {
        Vocabulary vocabulary = SmallVocabularies.spmVocabulary(1);
        int[] types = vocabulary.types().clone();
        for (int i = 0; i < types.length; i++) {
            types[i] = types[i] == TokenType.USER_DEFINED || types[i] == TokenType.UNUSED ? types[i] : 0;
        }
        Tokenizer tokenizer = spm().put(Vocabulary.TYPES, types).load();
        for (String text : SmallVocabularies.SAMPLES) {
            assertArrayEquals(spm().load().encode(text, Specials.PARSE), tokenizer.encode(text, Specials.PARSE));
        }
        assertArrayEquals(new byte[] {10}, tokenizer.bytes(13));
        assertEquals(0, tokenizer.bytes(1).length, "<s> is no text");
    }

    /** A file may have scores and types for rows of the matrix that are no tokens. */
    @Test
    void scoresAndTypesMayBeMoreThanTokens() {
        Vocabulary vocabulary = SmallVocabularies.spmVocabulary(1);
        int more = vocabulary.size() + 7;
        Tokenizer tokenizer = spm().put(Vocabulary.SCORES, Arrays.copyOf(vocabulary.scores(), more))
                .put(Vocabulary.TYPES, Arrays.copyOf(vocabulary.types(), more))
                .load();
        assertEquals(vocabulary.size(), tokenizer.size());
    }

    @Test
    void otherEndTokensEndAnAnswer() {
        Tokenizer plain = spm().load();
        assertFalse(plain.isEndOfGeneration(300));
        assertTrue(spm().put("tokenizer.ggml.eot_token_id", 300).load().isEndOfGeneration(300));
        assertTrue(spm().put("tokenizer.ggml.eom_token_id", 300).load().isEndOfGeneration(300));
        assertTrue(qwen2().put("tokenizer.ggml.eot_token_id", 5).load().isEndOfGeneration(5));
    }
}
