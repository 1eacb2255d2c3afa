// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.grammar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.engine.text.Tokenizer;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** A model without sense: takes random tokens among those that are allowed, until an end. */
final class RandomWalk {
    private static final int PATIENCE = 60;
    private static final int MOST = 4000;

    private final TokenTrie trie;
    private final SplittableRandom random;
    private final float[] scores;
    private final List<Integer> closers = new ArrayList<>();

    RandomWalk(TokenTrie trie, long seed) {
        this.trie = trie;
        random = new SplittableRandom(seed);
        // A few rows more than tokens, as embedding matrices have.
        scores = new float[trie.size() + 3];
        for (int id = 0; id < trie.size(); id++) {
            String text = new String(trie.tokenizer().bytes(id), StandardCharsets.UTF_8);
            if (text.equals("\"") || text.equals("}") || text.equals("]")) {
                closers.add(id);
            }
        }
    }

    /** The bytes of a whole answer. */
    byte[] run(Grammar grammar) {
        Tokenizer tokenizer = trie.tokenizer();
        GrammarMask mask = grammar.mask(trie);
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        for (int step = 0; step < MOST; step++) {
            int id = choose(mask, step);
            boolean mayEnd = mask.mayEnd();
            mask.accept(id);
            if (tokenizer.isEndOfGeneration(id)) {
                assertTrue(mayEnd && mask.complete());
                return answer.toByteArray();
            }
            assertTrue(tokenizer.isUsable(id));
            answer.writeBytes(tokenizer.bytes(id));
        }
        throw new AssertionError("no end after " + MOST + " tokens: " + answer.toString(StandardCharsets.UTF_8));
    }

    private int choose(GrammarMask mask, int step) {
        for (int id = 0; id < scores.length; id++) {
            scores[id] = id % 7;
        }
        mask.apply(scores, scores.length);
        int allowed = 0;
        int end = -1;
        for (int id = 0; id < scores.length; id++) {
            if (scores[id] != Float.NEGATIVE_INFINITY) {
                assertEquals(id % 7, scores[id]);
                allowed++;
                end = id < trie.size() && trie.tokenizer().isEndOfGeneration(id) ? id : end;
            }
        }
        assertEquals(mask.mayEnd(), end >= 0);
        if (end >= 0 && (step > PATIENCE || random.nextInt(3) == 0)) {
            return end;
        }
        if (step > PATIENCE || random.nextInt(4) == 0) {
            for (int closer : closers) {
                if (scores[closer] != Float.NEGATIVE_INFINITY) {
                    return closer;
                }
            }
        }
        int skip = random.nextInt(allowed);
        for (int id = 0; ; id++) {
            if (scores[id] != Float.NEGATIVE_INFINITY && skip-- == 0) {
                return id;
            }
        }
    }

    /** The text of bytes that must be well-formed. */
    static String text(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            throw new AssertionError("not UTF-8: " + new String(bytes, StandardCharsets.UTF_8), e);
        }
    }
}
