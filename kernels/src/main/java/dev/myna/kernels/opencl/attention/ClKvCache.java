// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.opencl.attention;

import dev.myna.kernels.Batch;
import dev.myna.kernels.KvCache;
import dev.myna.kernels.opencl.machine.ClMemory;
import dev.myna.kernels.opencl.machine.ClMemoryPool;
import dev.myna.kernels.opencl.machine.ClQueue;
import dev.myna.kernels.operand.Checks;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Keys and values in device memory, one piece per layer: first the keys head by head, then the values (layout in kv.cl). */
public final class ClKvCache implements KvCache {
    private final Shape shape;
    private final ClMemory[] layers;
    private final MemorySegment life;
    private final long keyRegion;
    private final long valueRegion;
    /** Per layer, how many positions from 0 on were stored to. */
    private final int[] stored;

    public ClKvCache(ClMemoryPool pool, ClQueue queue, Arena scope, Shape shape) {
        this.shape = shape;
        long positions = Math.ceilDiv((long) shape.capacity(), GROUP) * GROUP;
        keyRegion = positions * shape.keys().bytes(shape.headDim());
        valueRegion = positions * shape.values().bytes(shape.headDim());
        layers = new ClMemory[shape.layers()];
        stored = new int[shape.layers()];
        long bytes = shape.bytes() / shape.layers();
        MemorySegment last = null;
        for (int i = 0; i < layers.length; i++) {
            layers[i] = pool.allocate(bytes, "keys and values");
            last = ClMemoryPool.bind(layers[i], scope);
            queue.clear(layers[i]);
        }
        life = last;
        // Some drivers take memory only when it is used: better here than in the middle of an answer.
        queue.finish();
    }

    /** The cache of a batch row. */
    static ClKvCache of(Batch batch, int row, int layer) {
        if (!(batch.cache(row) instanceof ClKvCache cache)) {
            throw Checks.misfit("batch row %d: not a cache of an OpenCL device", row);
        }
        Checks.requireLayer(cache.shape(), layer);
        cache.requireAlive();
        return cache;
    }

    /** The cache of a batch row, with {@code heads} heads of {@code dim} elements in {@code layer}. */
    static ClKvCache of(Batch batch, int row, int layer, int heads, int dim) {
        ClKvCache cache = of(batch, row, layer);
        Checks.requireHeads(cache.shape(), row, heads, dim);
        return cache;
    }

    @Override
    public Shape shape() {
        return shape;
    }

    ClMemory layer(int layer) {
        return layers[layer];
    }

    /** Bytes of a head's keys. */
    long keyRegion() {
        return keyRegion;
    }

    /** Bytes of a head's values. */
    long valueRegion() {
        return valueRegion;
    }

    /** Where the values of the first head begin. */
    long valuesFrom() {
        return shape.heads() * keyRegion;
    }

    /** Notes that {@code count} positions from {@code first} on are stored. */
    void store(int layer, int first, int count) {
        stored[layer] = Math.max(stored[layer], first + count);
    }

    boolean holds(int layer, int last) {
        return last < stored[layer];
    }

    void requireAlive() {
        if (!life.scope().isAlive()) {
            throw new IllegalStateException("the key/value cache's scope is closed");
        }
    }
}
