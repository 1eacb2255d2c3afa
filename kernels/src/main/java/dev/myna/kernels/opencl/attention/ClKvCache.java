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

/**
 * Keys and values in device memory, one piece per layer: first the keys head by head, then the values (layout in kv.cl). A layer with a
 * window has room for fewer positions: a new one takes the place of the oldest.
 */
public final class ClKvCache implements KvCache {
    private final Shape shape;
    private final ClMemory[] layers;
    private final MemorySegment life;
    /** Per layer, how many positions from 0 on were stored to. */
    private final int[] stored;
    /** [layer][place]: which block of positions is there, where blocks are dropped. */
    private final int[][] held;

    public ClKvCache(ClMemoryPool pool, ClQueue queue, Arena scope, Shape shape) {
        this.shape = shape;
        layers = new ClMemory[shape.layers()];
        stored = new int[shape.layers()];
        held = new int[shape.layers()][];
        MemorySegment last = null;
        for (int i = 0; i < layers.length; i++) {
            long bytes = shape.heads() * (keyRegion(i) + valueRegion(i));
            layers[i] = pool.allocate(bytes, "keys and values");
            held[i] = new int[drops(i) ? shape.positions(i) / BLOCK : 0];
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

    /** Whether new positions of a layer take the places of old ones. */
    boolean drops(int layer) {
        return shape.positions(layer) < shape.capacity();
    }

    /** Bytes of a head's keys. */
    long keyRegion(int layer) {
        return shape.positions(layer) * shape.keys().bytes(shape.headDim());
    }

    /** Bytes of a head's values. */
    long valueRegion(int layer) {
        return shape.positions(layer) * shape.values().bytes(shape.headDim());
    }

    /** Where the values of the first head begin. */
    long valuesFrom(int layer) {
        return shape.heads() * keyRegion(layer);
    }

    /** Notes that {@code count} positions from {@code first} on are stored. */
    void store(int layer, int first, int count) {
        stored[layer] = Math.max(stored[layer], first + count);
        int places = held[layer].length;
        for (int block = first / BLOCK; places > 0 && block <= (first + count - 1) / BLOCK; block++) {
            held[layer][block % places] = block;
        }
    }

    /** Whether positions {@code first} to {@code last} of a layer were stored to and are still there. */
    boolean holds(int layer, int first, int last) {
        int places = held[layer].length;
        for (int block = first / BLOCK; places > 0 && block <= last / BLOCK; block++) {
            if (held[layer][block % places] != block) {
                return false;
            }
        }
        return last < stored[layer];
    }

    @Override
    public boolean canContinueAt(int position) {
        for (int layer = 0;
                layer < layers.length && position > 0 && !shape.windows().isEmpty();
                layer++) {
            int first = Math.max(0, position - shape.windows().get(layer) + 1);
            if (first < position && !holds(layer, first, position - 1)) {
                return false;
            }
        }
        return true;
    }

    void requireAlive() {
        if (!life.scope().isAlive()) {
            throw new IllegalStateException("the key/value cache's scope is closed");
        }
    }
}
