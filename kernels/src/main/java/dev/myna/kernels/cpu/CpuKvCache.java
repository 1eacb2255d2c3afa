// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu;

import dev.myna.kernels.KvCache;
import dev.myna.kernels.TensorType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Keys and values in chunks of {@link #CHUNK} positions per layer, allocated when first stored to: a long context costs
 * memory only as far as it is used.
 */
final class CpuKvCache implements KvCache {
    /** Positions per chunk: 1 MiB of f16 keys at width 4096, small beside a model and large beside a page. */
    static final int CHUNK = 128;

    private final Arena scope;
    private final Shape shape;
    private final long rowBytes;
    private final MemorySegment[][] chunks;

    CpuKvCache(Arena scope, Shape shape) {
        this.scope = scope;
        this.shape = shape;
        rowBytes = shape.type().bytes(shape.width());
        chunks = new MemorySegment[shape.layers()][(shape.capacity() - 1) / CHUNK + 1];
    }

    @Override
    public Shape shape() {
        return shape;
    }

    boolean half() {
        return shape.type() == TensorType.F16;
    }

    /** Bytes of the keys, or of the values, of one position in one layer. */
    long rowBytes() {
        return rowBytes;
    }

    void requireAlive() {
        if (!scope.scope().isAlive()) {
            throw new IllegalStateException("the key/value cache's scope is closed");
        }
    }

    /** Makes room for a position; call from the thread that owns the scope. */
    void reserve(int layer, int position) {
        int chunk = position / CHUNK;
        if (chunks[layer][chunk] == null) {
            chunks[layer][chunk] = scope.allocate(2 * bytesPerChunk(chunk), 64);
        }
    }

    /** Whether positions 0 to {@code last} of a layer lie in chunks that were stored to. */
    boolean holds(int layer, int last) {
        for (int chunk = 0; chunk <= last / CHUNK; chunk++) {
            if (chunks[layer][chunk] == null) {
                return false;
            }
        }
        return true;
    }

    /** Address of a position's keys. The positions of a chunk follow each other. */
    long keys(int layer, int position) {
        return chunks[layer][position / CHUNK].address() + (position % CHUNK) * rowBytes;
    }

    /** Address of a position's values. */
    long values(int layer, int position) {
        return keys(layer, position) + bytesPerChunk(position / CHUNK);
    }

    private long bytesPerChunk(int chunk) {
        return Math.min(CHUNK, shape.capacity() - chunk * CHUNK) * rowBytes;
    }
}
