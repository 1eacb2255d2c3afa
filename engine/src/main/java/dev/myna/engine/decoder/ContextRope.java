// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.decoder;

import dev.myna.kernels.Batch;
import dev.myna.kernels.Rope;

/**
 * The rotary embedding of a layer. A model that was trained for a longer context afterwards (LongRoPE) has other frequencies for it: they
 * hold for all positions of a sequence whose cache has room for more positions than the model was trained for at first, and do not change
 * while the sequence grows, so keys in the cache stay right.
 *
 * @param rope of contexts of at most {@code trained} positions
 * @param longer of larger contexts; the same if there are no others
 * @param trained positions the model was trained for at first
 */
public record ContextRope(Rope rope, Rope longer, int trained) {

    /** One rotary embedding for contexts of any size. */
    public static ContextRope of(Rope rope) {
        return new ContextRope(rope, rope, Integer.MAX_VALUE);
    }

    /** Whether contexts of this size have the other frequencies. */
    public boolean isLonger(int contextSize) {
        return contextSize > trained;
    }

    /** The frequencies for a pass; the caches of its sequences have the same size. */
    Rope of(Batch batch) {
        return longer == rope
                        || batch.rows() == 0
                        || !isLonger(batch.cache(0).shape().capacity())
                ? rope
                : longer;
    }
}
