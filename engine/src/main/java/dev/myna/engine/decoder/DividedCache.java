// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.decoder;

import dev.myna.kernels.KvCache;

/** Keys and values of one sequence on the two devices of a {@link LayerPlacement}. */
record DividedCache(Shape shape, KvCache front, KvCache back) implements KvCache {
    @Override
    public boolean canContinueAt(int position) {
        return front.canContinueAt(position) && back.canContinueAt(position);
    }

    @Override
    public long maxBytes() {
        return front.maxBytes() + back.maxBytes();
    }

    @Override
    public long allocatedBytes() {
        return front.allocatedBytes() + back.allocatedBytes();
    }
}
