// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.machine;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** One worker's working memory. Grows on demand and is kept; contents do not survive {@link #floats}. */
public final class Scratch {
    private MemorySegment segment = MemorySegment.NULL;

    /** Address of at least {@code count} f32, aligned to a cache line. */
    public long floats(long count) {
        long bytes = Math.multiplyExact(count, Float.BYTES);
        if (segment.byteSize() < bytes) {
            long grown = Math.max(bytes, Math.min(2 * segment.byteSize(), 1L << 24));
            segment = Arena.ofAuto().allocate(grown, 64);
        }
        return segment.address();
    }
}
