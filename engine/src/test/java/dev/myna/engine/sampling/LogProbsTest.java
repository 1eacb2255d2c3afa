// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.sampling;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.myna.engine.Generation;
import dev.myna.engine.text.SmallVocabularies;
import dev.myna.engine.text.Tokenizer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class LogProbsTest {
    /** The last token of this vocabulary is unused. */
    private static final Tokenizer TOKENIZER = SmallVocabularies.bpe();

    private static final int SIZE = TOKENIZER.size();

    @Test
    void areTheLogarithmOfTheSoftmaxOverUsableTokens() {
        int offset = 3;
        float[] logits = new float[offset + SIZE];
        Arrays.fill(logits, Float.NEGATIVE_INFINITY);
        double[] probabilities = {0.5, 0.125, 0.25, 0.125};
        for (int id = 0; id < probabilities.length; id++) {
            logits[offset + id] = (float) (Math.log(probabilities[id]) + 40);
        }
        logits[offset + SIZE - 1] = 100;
        Generation.TokenChoice choice = LogProbs.of(logits, offset, TOKENIZER, 1, 3);
        assertEquals(1, choice.id());
        assertArrayEquals(TOKENIZER.bytes(1), choice.bytes());
        assertEquals(Math.log(0.125), choice.logprob(), 1e-5);
        assertEquals(3, choice.top().size());
        int[] best = {0, 2, 1}; // the lower id among equals
        for (int i = 0; i < 3; i++) {
            assertEquals(best[i], choice.top().get(i).id());
            assertEquals(Math.log(probabilities[best[i]]), choice.top().get(i).logprob(), 1e-5);
        }
        assertEquals(0, LogProbs.of(logits, offset, TOKENIZER, 1, 0).top().size());
    }
}
