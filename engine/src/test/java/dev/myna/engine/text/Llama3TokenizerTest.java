// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.engine.text.Tokenizer.Specials;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Differences of Llama 3's byte-level BPE: whole pieces, BOS, no composition, special tokens. */
class Llama3TokenizerTest {
    private static final Vocabulary VOCABULARY = SmallVocabularies.llama3Vocabulary();

    private final BpeTokenizer tokenizer = SmallVocabularies.llama3();

    @Test
    void piecesThatAreTokensAreNotMerged() {
        assertArrayEquals(new int[] {tokenizer.id("\u0120whole")}, tokenizer.encode(" whole", Specials.PLAIN));
        assertArrayEquals(
                new int[] {tokenizer.id("987"), tokenizer.id("987"), tokenizer.id("9")},
                tokenizer.encode("9879879", Specials.PLAIN));
        // One letter more is another piece, and no merges lead to the token.
        for (int id : tokenizer.encode(" wholes", Specials.PLAIN)) {
            assertTrue(id != tokenizer.id("\u0120whole"));
        }
        // Qwen2's rule on the same vocabulary goes by merges alone.
        BpeTokenizer qwen = new BpeTokenizer(VOCABULARY, PreTokenizer.QWEN2);
        assertTrue(qwen.encode(" whole", Specials.PLAIN).length > 1);
    }

    @Test
    void smallVocabularyWithoutMergesGivesTheExpectedIds() {
        // Byte-level letters 0..255, then a merge of t and h, and "the", to which no merge leads.
        List<String> pieces = new ArrayList<>();
        for (int i = 0; i < 256; i++) {
            pieces.add(SmallVocabularies.spelled(i));
        }
        pieces.addAll(List.of("th", "the"));
        int[] types = new int[258];
        Arrays.fill(types, TokenType.NORMAL);
        Vocabulary vocabulary = new Vocabulary(
                "hand.gguf",
                SmallVocabularies.bytes(pieces),
                new float[0],
                types,
                SmallVocabularies.bytes(List.of("t h")),
                -1,
                -1,
                -1,
                EnumSet.noneOf(Vocabulary.Flag.class));
        BpeTokenizer llama3 = new BpeTokenizer(vocabulary, PreTokenizer.LLAMA3);
        BpeTokenizer qwen = new BpeTokenizer(vocabulary, PreTokenizer.QWEN2);
        assertArrayEquals(new int[] {257}, llama3.encode("the", Specials.PLAIN));
        assertArrayEquals(new int[] {256, 'e'}, qwen.encode("the", Specials.PLAIN));
        assertArrayEquals(new int[] {' ', 256, 'e'}, llama3.encode(" the", Specials.PLAIN));
        assertArrayEquals(new int[] {256, 'e', 'y'}, llama3.encode("they", Specials.PLAIN));
    }

    @Test
    void textIsNotComposed() {
        String decomposed = "e\u0301 \u0915\u093C";
        assertEquals(decomposed, decoded(tokenizer.encode(decomposed, Specials.PLAIN)));
    }

    @Test
    void randomTextInTenScriptsRoundTrips() {
        long seed = 31;
        SplittableRandom random = new SplittableRandom(seed);
        for (int round = 0; round < 500; round++) {
            String text = SmallVocabularies.randomText(random, 1 + random.nextInt(30));
            assertEquals(text, decoded(tokenizer.encode(text, Specials.PLAIN)), () -> "seed " + seed);
        }
    }

    @Test
    void promptsStartWithBosUnlessTheFileSaysOtherwise() {
        assertTrue(file().load().addBos());
        assertEquals(tokenizer.id("<|begin_of_text|>"), file().load().bos());
        assertFalse(file().put("tokenizer.ggml.add_bos_token", false).load().addBos());
        assertFalse(file().put("tokenizer.ggml.pre", "qwen2").load().addBos());
        for (String name : new String[] {"llama3", "llama-v3"}) {
            assertTrue(file().put("tokenizer.ggml.pre", name).load().addBos(), name);
        }
    }

    @Test
    void specialTokensAreParsedAndEndAnswers() {
        int[] ids = tokenizer.encode("<|start_header_id|>987<|end_header_id|><|eot_id|>", Specials.PARSE);
        assertArrayEquals(
                new int[] {
                    tokenizer.id("<|start_header_id|>"),
                    tokenizer.id("987"),
                    tokenizer.id("<|end_header_id|>"),
                    tokenizer.id("<|eot_id|>")
                },
                ids);
        for (String end : new String[] {"<|eot_id|>", "<|eom_id|>", "<|end_of_text|>"}) {
            assertTrue(tokenizer.isEndOfGeneration(tokenizer.id(end)), end);
            assertEquals(0, tokenizer.bytes(tokenizer.id(end)).length);
        }
        assertFalse(tokenizer.isEndOfGeneration(tokenizer.id("<|start_header_id|>")));
        assertFalse(tokenizer.isEndOfGeneration(tokenizer.id("<|begin_of_text|>")));
    }

    private static TokenizerGguf file() {
        return new TokenizerGguf("gpt2", VOCABULARY)
                .put("tokenizer.ggml.pre", "llama-bpe")
                .put(Vocabulary.BOS, VOCABULARY.bos());
    }

    private String decoded(int[] ids) {
        return new String(TokenizerGoldenTest.bytes(tokenizer, ids), StandardCharsets.UTF_8);
    }
}
