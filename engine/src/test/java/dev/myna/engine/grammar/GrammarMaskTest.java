// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.grammar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.engine.Language;
import dev.myna.engine.error.GenerationException;
import dev.myna.engine.text.SmallVocabularies;
import dev.myna.engine.text.Tokenizer;
import dev.myna.engine.text.Tokenizer.Specials;
import dev.myna.testing.NeedsGolden;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Which tokens a mask allows, against a look at each token by itself. */
class GrammarMaskTest {
    private static final List<Tokenizer> TOKENIZERS =
            List.of(SmallVocabularies.spm(), SmallVocabularies.bpe(), SmallVocabularies.llama3());

    @Test
    void masksAreWhatEachTokenByItselfSays() {
        Grammar[] grammars = {
            Grammar.json(),
            Grammar.gbnf("root ::= [^a-z]* | .{3,7} \"!\" | root2\nroot2 ::= \"(\" root2? \")\" | [\\u0600-\\u06FF ]+"),
            Texts.schema("{\"type\": \"string\", \"minLength\": 3, \"maxLength\": 9}"),
            Texts.schema("{\"type\": \"string\", \"minLength\": 20, \"maxLength\": 60}"),
            Grammar.gbnf("root ::= ([^ ]{2,40} \" \"?){3,30} [^x]{25,} \"x\"")
        };
        for (Tokenizer tokenizer : TOKENIZERS) {
            TokenTrie trie = new TokenTrie(tokenizer);
            for (Grammar grammar : grammars) {
                for (long seed = 0; seed < 3; seed++) {
                    compare(grammar, trie, new SplittableRandom(seed), 20);
                }
            }
        }
    }

    @NeedsGolden
    @Test
    void masksOfAReleasedVocabulary() {
        TokenTrie trie = new TokenTrie(Texts.golden("qwen2.gguf"));
        compare(Texts.schema("{\"type\": \"string\", \"maxLength\": 30}"), trie, new SplittableRandom(1), 4);
        compare(Grammar.gbnf("root ::= \" \"{10,200} [^a]{3,40}"), trie, new SplittableRandom(2), 4);
    }

    private static void compare(Grammar grammar, TokenTrie trie, SplittableRandom random, int steps) {
        Tokenizer tokenizer = trie.tokenizer();
        GrammarMask mask = grammar.mask(trie);
        Automaton automaton = new Automaton(grammar.program());
        automaton.refuel();
        State state = automaton.start(tokenizer.addsSpace());
        float[] scores = new float[tokenizer.size() + 5];
        for (int step = 0; step < steps && !mask.complete(); step++) {
            Arrays.fill(scores, 1);
            mask.apply(scores, scores.length);
            int[] allowed = new int[scores.length];
            int count = 0;
            for (int id = 0; id < scores.length; id++) {
                boolean expected = false;
                if (tokenizer.isEndOfGeneration(id)) {
                    expected = state.accepting();
                } else if (tokenizer.isUsable(id) && tokenizer.bytes(id).length > 0) {
                    // Of a large vocabulary, some short tokens and all long ones.
                    if (tokenizer.size() > 50_000 && id % 16 != step && tokenizer.bytes(id).length <= TokenTrie.SHORT) {
                        continue;
                    }
                    expected = after(automaton, state, tokenizer.bytes(id)) != null;
                    if (expected) {
                        allowed[count++] = id;
                    }
                }
                assertEquals(expected ? 1 : Float.NEGATIVE_INFINITY, scores[id], "token " + id);
            }
            if (count == 0) {
                return;
            }
            int id = allowed[random.nextInt(count)];
            mask.accept(id);
            state = after(automaton, state, tokenizer.bytes(id));
        }
    }

    private static State after(Automaton automaton, State state, byte[] bytes) {
        State next = state;
        automaton.refuel();
        for (int i = 0; i < bytes.length && next != null; i++) {
            next = automaton.next(next, bytes[i]);
        }
        return next;
    }

    @Test
    void tenLanguagesAndEmojiPassTokenByToken() {
        for (Tokenizer tokenizer : TOKENIZERS) {
            TokenTrie trie = new TokenTrie(tokenizer);
            float[] scores = new float[tokenizer.size()];
            for (Language language : Language.values()) {
                String text = "{\"" + language.nativeName() + "\": \"" + language.describe() + " 👨‍👩‍👧‍👦😀\"}";
                GrammarMask mask = Grammar.json().mask(trie);
                for (int id : tokenizer.encode(text, Specials.PLAIN)) {
                    assertFalse(mask.complete());
                    Arrays.fill(scores, 0);
                    mask.apply(scores, scores.length);
                    assertEquals(0, scores[id], () -> language + ": " + tokenizer.piece(id));
                    mask.accept(id);
                }
                assertTrue(mask.complete());
            }
        }
    }

    @Test
    void anAnswerMayBeginWithTheSpaceThatTheTokenizerAdds() {
        for (Tokenizer tokenizer : TOKENIZERS) {
            GrammarMask mask = Grammar.gbnf("root ::= \"a\"").mask(tokenizer);
            float[] scores = new float[tokenizer.size()];
            mask.apply(scores, scores.length);
            int spaces = 0;
            for (int id = 0; id < scores.length; id++) {
                if (scores[id] == 0) {
                    String text = new String(tokenizer.bytes(id), StandardCharsets.UTF_8);
                    assertTrue(text.equals("a") || tokenizer.addsSpace() && " a".startsWith(text), text);
                    spaces += text.startsWith(" ") ? 1 : 0;
                }
            }
            assertEquals(tokenizer.addsSpace(), spaces > 0);
            for (int id : tokenizer.encode("a", Specials.PLAIN)) {
                mask.accept(id);
            }
            assertTrue(mask.complete());
        }
        assertTrue(TOKENIZERS.getFirst().addsSpace());
        assertFalse(TOKENIZERS.getLast().addsSpace());
    }

    @Test
    void endsAreAllowedWhereTheTextMayEnd() {
        Tokenizer tokenizer = SmallVocabularies.bpe();
        int end = tokenizer.id("<|im_end|>");
        int other = tokenizer.id("<|endoftext|>");
        int start = tokenizer.id("<|im_start|>");
        int a = tokenizer.id("a");
        GrammarMask mask = Grammar.gbnf("root ::= \"a\"{1,2}").mask(tokenizer);
        float[] scores = new float[tokenizer.size()];
        mask.apply(scores, scores.length);
        assertEquals(0, scores[a]);
        assertEquals(Float.NEGATIVE_INFINITY, scores[end]);
        assertThrows(IllegalArgumentException.class, () -> mask.accept(end));
        assertFalse(mask.mayEnd());
        mask.accept(a);
        assertTrue(mask.mayEnd());
        assertFalse(mask.complete());
        Arrays.fill(scores, 0);
        mask.apply(scores, scores.length);
        assertEquals(0, scores[a]);
        assertEquals(0, scores[end]);
        assertEquals(0, scores[other]);
        assertEquals(Float.NEGATIVE_INFINITY, scores[start]);
        mask.accept(a);
        assertTrue(mask.complete());
        Arrays.fill(scores, 0);
        mask.apply(scores, scores.length);
        assertEquals(Float.NEGATIVE_INFINITY, scores[a]);
        assertEquals(0, scores[end]);
        mask.accept(end);
        assertTrue(mask.complete());
        assertThrows(IllegalArgumentException.class, () -> mask.accept(a));
        Arrays.fill(scores, 0);
        mask.apply(scores, scores.length);
        assertEquals(0, scores[end]);
        assertEquals(Float.NEGATIVE_INFINITY, scores[a]);
    }

    @Test
    void tokensThatCannotComeAreNotCounted() {
        Tokenizer tokenizer = SmallVocabularies.spm();
        GrammarMask mask = Grammar.gbnf("root ::= \"ab\"").mask(tokenizer);
        for (int id : new int[] {-1, tokenizer.size(), tokenizer.bos(), tokenizer.id("<0x62>"), 0}) {
            assertThrows(IllegalArgumentException.class, () -> mask.accept(id), "token " + id);
        }
        // A refused token leaves the mask as it was.
        mask.accept(tokenizer.id("<0x61>"));
        mask.accept(tokenizer.id("<0x62>"));
        assertTrue(mask.complete());
    }

    @Test
    void charactersMayBeSpeltByteByByte() {
        Tokenizer tokenizer = SmallVocabularies.spm();
        GrammarMask mask = Grammar.gbnf("root ::= [あ-ん]+ \"😀\"").mask(tokenizer);
        float[] scores = new float[tokenizer.size()];
        String[] bytes = {"E3", "81", "82", "F0", "9F", "98", "80"};
        for (int i = 0; i < bytes.length; i++) {
            Arrays.fill(scores, 0);
            mask.apply(scores, scores.length);
            assertEquals(0, scores[tokenizer.id("<0x" + bytes[i] + ">")], "byte " + i);
            assertEquals(Float.NEGATIVE_INFINITY, scores[tokenizer.id("<0xFF>")]);
            assertEquals(i == 0 || i == 3 ? 0 : Float.NEGATIVE_INFINITY, scores[tokenizer.id("<0xE3>")], "byte " + i);
            mask.accept(tokenizer.id("<0x" + bytes[i] + ">"));
        }
        assertTrue(mask.complete());
    }

    @Test
    void fewerScoresThanTokens() {
        Tokenizer tokenizer = SmallVocabularies.spm();
        GrammarMask mask = Grammar.json().mask(tokenizer);
        assertThrows(GenerationException.class, () -> mask.apply(new float[10], 10));
        float[] scores = new float[tokenizer.size()];
        mask.apply(scores, 200);
        assertEquals(0, scores[250]);
    }
}
