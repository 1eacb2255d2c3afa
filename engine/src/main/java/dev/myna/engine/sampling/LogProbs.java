// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.sampling;

import dev.myna.engine.Generation;
import dev.myna.engine.text.Tokenizer;
import java.util.ArrayList;
import java.util.List;

/** Log probabilities of tokens: the logarithm of the softmax of the model's logits over all tokens that can be generated. */
public final class LogProbs {
    private LogProbs() {}

    /**
     * What was chosen and what else might have been.
     *
     * @param logits the model's, from {@code offset} on; ids beyond the vocabulary are ignored
     * @param alternatives how many of the most likely tokens
     */
    public static Generation.TokenChoice of(
            float[] logits, int offset, Tokenizer tokenizer, int chosen, int alternatives) {
        int count = Math.min(tokenizer.size(), logits.length - offset);
        int[] best = new int[alternatives];
        int found = 0;
        float max = Float.NEGATIVE_INFINITY;
        for (int id = 0; id < count; id++) {
            if (!tokenizer.isUsable(id)) {
                continue;
            }
            float logit = logits[offset + id];
            max = Math.max(max, logit);
            if (found < alternatives || alternatives > 0 && logit > logits[offset + best[found - 1]]) {
                int at = found < alternatives ? found++ : found - 1;
                for (; at > 0 && logit > logits[offset + best[at - 1]]; at--) {
                    best[at] = best[at - 1];
                }
                best[at] = id;
            }
        }
        double sum = 0;
        for (int id = 0; id < count; id++) {
            if (tokenizer.isUsable(id)) {
                sum += Math.exp(logits[offset + id] - (double) max);
            }
        }
        double total = max + Math.log(sum);
        List<Generation.Alternative> top = new ArrayList<>(found);
        for (int i = 0; i < found; i++) {
            top.add(new Generation.Alternative(
                    best[i], tokenizer.bytes(best[i]), (float) (logits[offset + best[i]] - total)));
        }
        return new Generation.TokenChoice(
                chosen, tokenizer.bytes(chosen), (float) (logits[offset + chosen] - total), List.copyOf(top));
    }
}
