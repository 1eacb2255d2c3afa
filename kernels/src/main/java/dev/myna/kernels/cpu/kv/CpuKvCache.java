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
 * ({@link KvFormat}), so that attention reads memory in one direction. A layer with a window has fewer places than chunks: a new chunk
 * takes the place of the oldest.
 */
public final class CpuKvCache implements KvCache {
    /** Positions per chunk; also the block of positions that attention takes at a time. */
    public static final int CHUNK = BLOCK;

    private final Arena scope;
    private final Shape shape;
    private final KvFormat keyFormat;
    private final KvFormat valueFormat;
    private final long keyBytes;
    private final long valueBytes;
    /** [layer][place]. */
    private final MemorySegment[][] chunks;
    /** [layer][place]: which chunk is there. */
    private final int[][] held;
    /** [layer][place]: whether infinities or NaN were stored there. */
    private final boolean[][] damaged;

    public CpuKvCache(Arena scope, Shape shape) {
        this.scope = scope;
        this.shape = shape;
        keyFormat = KvFormat.of(shape.keys());
        valueFormat = KvFormat.of(shape.values());
        keyBytes = shape.keys().bytes(shape.headDim());
        valueBytes = shape.values().bytes(shape.headDim());
        chunks = new MemorySegment[shape.layers()][];
        held = new int[shape.layers()][];
        damaged = new boolean[shape.layers()][];
        for (int layer = 0; layer < shape.layers(); layer++) {
            int places = Math.ceilDiv(shape.positions(layer), CHUNK);
            chunks[layer] = new MemorySegment[places];
            held[layer] = new int[places];
            damaged[layer] = new boolean[places];
        }
    }

    private int place(int layer, int chunk) {
        int places = chunks[layer].length;
        return chunk < places ? chunk : chunk % places;
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
        int place = place(layer, chunk);
        if (chunks[layer][place] == null) {
            long bytes = shape.heads() * slots(layer, place) * (keyBytes + valueBytes);
            chunks[layer][place] = scope.allocate(bytes, 64);
        }
        if (held[layer][place] != chunk) {
            held[layer][place] = chunk;
            damaged[layer][place] = false;
        }
    }

    /** Copies positions 0 to {@code count} - 1 of a cache of the same shape, chunk by chunk as they lie in memory. */
    public void copyFrom(CpuKvCache source, int count) {
        for (int layer = 0; layer < chunks.length; layer++) {
            int places = Math.min(chunks[layer].length, (count - 1) / CHUNK + 1);
            for (int place = 0; place < places; place++) {
                reserve(layer, source.held[layer][place] * CHUNK);
                chunks[layer][place].copyFrom(source.chunks[layer][place]);
                damaged[layer][place] = source.damaged[layer][place];
            }
        }
    }

    /** Whether positions {@code first} to {@code last} of a layer lie in chunks that were stored to and are still there. */
    public boolean holds(int layer, int first, int last) {
        for (int chunk = last / CHUNK; chunk >= first / CHUNK; chunk--) {
            int place = place(layer, chunk);
            if (chunks[layer][place] == null || held[layer][place] != chunk) {
                return false;
            }
        }
        return true;
    }

    @Override
    public boolean canContinueAt(int position) {
        for (int layer = 0;
                layer < chunks.length && position > 0 && !shape.windows().isEmpty();
                layer++) {
            int first = Math.max(0, position - shape.windows().get(layer) + 1);
            if (first < position && !holds(layer, first, position - 1)) {
                return false;
            }
        }
        return true;
    }

    /** Notes that a chunk holds infinities or NaN: fast readers may take them for numbers. */
    public void damage(int layer, int chunk) {
        damaged[layer][place(layer, chunk)] = true;
    }

    /** Whether all numbers of the chunks that hold positions {@code from} to {@code to} are finite. */
    public boolean finite(int layer, int from, int to) {
        for (int chunk = from / CHUNK; chunk <= (to - 1) / CHUNK; chunk++) {
            if (damaged[layer][place(layer, chunk)]) {
                return false;
            }
        }
        return true;
    }

    /** Address of a head's keys in a chunk. */
    public long keys(int layer, int chunk, int head) {
        int place = place(layer, chunk);
        return chunks[layer][place].address() + head * slots(layer, place) * (keyBytes + valueBytes);
    }

    /** Address of a head's values in a chunk. */
    public long values(int layer, int chunk, int head) {
        return keys(layer, chunk, head) + slots(layer, place(layer, chunk)) * keyBytes;
    }

    private long slots(int layer, int place) {
        return Math.min(CHUNK, shape.positions(layer) - place * CHUNK);
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
