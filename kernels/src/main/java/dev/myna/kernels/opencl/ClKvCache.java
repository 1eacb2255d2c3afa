// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.opencl;

import dev.myna.kernels.KvCache;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Keys and values in device memory, one piece per layer: first the keys head by head, then the values (layout in kv.cl). */
final class ClKvCache implements KvCache {
    private final Shape shape;
    private final ClMemory[] layers;
    private final MemorySegment life;
    private final long keyRegion;
    private final long valueRegion;
    /** Per layer, how many positions from 0 on were stored to. */
    private final int[] stored;

    ClKvCache(ClMemoryPool pool, ClQueue queue, Arena scope, Shape shape) {
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
