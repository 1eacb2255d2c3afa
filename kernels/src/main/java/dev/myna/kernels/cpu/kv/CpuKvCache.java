// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.kv;

import dev.myna.kernels.Batch;
import dev.myna.kernels.KvCache;
import dev.myna.kernels.operand.Checks;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Keys and values in chunks of {@link #CHUNK} positions per layer, allocated when first stored to: a long context costs
 * memory only as far as it is used. In a chunk, head follows head, each with a region of keys and one of values
 * ({@link KvFormat}), so that attention reads memory in one direction.
 */
public final class CpuKvCache implements KvCache {
    /** Positions per chunk; also the block of positions that attention takes at a time. */
    public static final int CHUNK = 128;

    private final Arena scope;
    private final Shape shape;
    private final KvFormat keyFormat;
    private final KvFormat valueFormat;
    private final long keyBytes;
    private final long valueBytes;
    private final MemorySegment[][] chunks;
    /** [layer][chunk]: whether infinities or NaN were stored there. */
    private final boolean[][] damaged;

    public CpuKvCache(Arena scope, Shape shape) {
        this.scope = scope;
        this.shape = shape;
        keyFormat = KvFormat.of(shape.keys());
        valueFormat = KvFormat.of(shape.values());
        keyBytes = shape.keys().bytes(shape.headDim());
        valueBytes = shape.values().bytes(shape.headDim());
        int count = Math.ceilDiv(shape.capacity(), CHUNK);
        chunks = new MemorySegment[shape.layers()][count];
        damaged = new boolean[shape.layers()][count];
    }

    /** The cache of a batch row, once it has passed the {@link Checks} of all devices. */
    public static CpuKvCache of(Batch batch, int row, int layer) {
        if (!(batch.cache(row) instanceof CpuKvCache cache)) {
            throw Checks.misfit("batch row %d: not a cache of a CPU device", row);
        }
        Checks.requireLayer(cache.shape(), layer);
        cache.requireAlive();
        return cache;
    }

    /** The cache of a batch row, with {@code heads} heads of {@code dim} elements in {@code layer}. */
    public static CpuKvCache of(Batch batch, int row, int layer, int heads, int dim) {
        CpuKvCache cache = of(batch, row, layer);
        Checks.requireHeads(cache.shape(), row, heads, dim);
        return cache;
    }

    @Override
    public Shape shape() {
        return shape;
    }

    public KvFormat keyFormat() {
        return keyFormat;
    }

    public KvFormat valueFormat() {
        return valueFormat;
    }

    public void requireAlive() {
        if (!scope.scope().isAlive()) {
            throw new IllegalStateException("the key/value cache's scope is closed");
        }
    }

    /** Makes room for a position; call from the thread that owns the scope. */
    public void reserve(int layer, int position) {
        int chunk = position / CHUNK;
        if (chunks[layer][chunk] == null) {
            long bytes = shape.heads() * slots(chunk) * (keyBytes + valueBytes);
            chunks[layer][chunk] = scope.allocate(bytes, 64);
        }
    }

    /** Copies positions 0 to {@code count} - 1 of a cache of the same shape, chunk by chunk as they lie in memory. */
    public void copyFrom(CpuKvCache source, int count) {
        for (int layer = 0; layer < chunks.length; layer++) {
            for (int chunk = 0; chunk <= (count - 1) / CHUNK; chunk++) {
                reserve(layer, chunk * CHUNK);
                chunks[layer][chunk].copyFrom(source.chunks[layer][chunk]);
                damaged[layer][chunk] = source.damaged[layer][chunk];
            }
        }
    }

    /** Whether positions 0 to {@code last} of a layer lie in chunks that were stored to. */
    public boolean holds(int layer, int last) {
        for (int chunk = last / CHUNK; chunk >= 0; chunk--) {
            if (chunks[layer][chunk] == null) {
                return false;
            }
        }
        return true;
    }

    /** Notes that a chunk holds infinities or NaN: fast readers may take them for numbers. */
    public void damage(int layer, int chunk) {
        damaged[layer][chunk] = true;
    }

    /** Whether all numbers of the chunks that hold positions {@code from} to {@code to} are finite. */
    public boolean finite(int layer, int from, int to) {
        for (int chunk = from / CHUNK; chunk <= (to - 1) / CHUNK; chunk++) {
            if (damaged[layer][chunk]) {
                return false;
            }
        }
        return true;
    }

    /** Address of a head's keys in a chunk. */
    public long keys(int layer, int chunk, int head) {
        return chunks[layer][chunk].address() + head * slots(chunk) * (keyBytes + valueBytes);
    }

    /** Address of a head's values in a chunk. */
    public long values(int layer, int chunk, int head) {
        return keys(layer, chunk, head) + slots(chunk) * keyBytes;
    }

    private long slots(int chunk) {
        int positions = Math.ceilDiv(shape.capacity(), GROUP) * GROUP;
        return Math.min(CHUNK, positions - chunk * CHUNK);
    }

    @Override
    public long allocatedBytes() {
        long bytes = 0;
        for (MemorySegment[] layer : chunks) {
            for (MemorySegment chunk : layer) {
                bytes += chunk == null ? 0 : chunk.byteSize();
            }
        }
        return bytes;
    }
}
