// SPDX-License-Identifier: Apache-2.0
package dev.myna.bench.generate;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/** Fills a memory segment from its start; writing past its end throws {@link IndexOutOfBoundsException}. */
public final class SegmentChannel implements WritableByteChannel {
    private final MemorySegment target;
    private long offset;

    public SegmentChannel(MemorySegment target) {
        this.target = target;
    }

    @Override
    public int write(ByteBuffer source) {
        int length = source.remaining();
        MemorySegment.copy(MemorySegment.ofBuffer(source), 0, target, offset, length);
        source.position(source.limit());
        offset += length;
        return length;
    }

    @Override
    public boolean isOpen() {
        return true;
    }

    @Override
    public void close() {}
}
