// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.kv;

import dev.myna.kernels.machine.Lanes;

/**
 * Cached keys and values read with vectors; the layouts are those of {@link KvFormat}. For blocks of queries they are expanded
 * to panels of f32 that the tiles take; a lone query works on them as they are. All loops are written with calls that the
 * compiler is told to inline: one vector that crosses a call would put all on the heap.
 */
public abstract class VectorKv {
    static final int GROUP = KvFormat.GROUP;

    private static final VectorKv F32 = new VectorKvF32();
    private static final VectorKv F16 = new VectorKvF16();
    private static final VectorKv Q8 = new VectorKvQ8();
    private static final VectorKv ANY_F32 = new VectorKvAny(new KvFormat.F32());
    private static final VectorKv ANY_F16 = new VectorKvAny(new KvFormat.F16());
    private static final VectorKv ANY_Q8 = new VectorKvAny(new KvFormat.Q8());

    /** The reader of a format; {@code fast} if heads are {@link #whole} and all numbers finite. */
    public static VectorKv of(KvFormat format, boolean fast) {
        return switch (format) {
            case KvFormat.F32 f -> fast ? F32 : ANY_F32;
            case KvFormat.F16 f -> fast ? F16 : ANY_F16;
            case KvFormat.Q8 f -> fast ? Q8 : ANY_Q8;
        };
    }

    /** Whether heads of {@code dim} elements are whole vectors of any width. */
    public static boolean whole(int dim) {
        return dim % 16 == 0;
    }

    /**
     * Expands the keys of W slots from {@code slot}.
     *
     * @param to address of [dim] rows of W, {@link Panel#ROW} apart
     */
    abstract void keys(long region, int slot, int dim, long to);

    /**
     * Expands W elements of the values of the first {@code count} slots and up to three more.
     *
     * @param element the first of them, a multiple of W
     * @param to address of [count] rows of W, {@link Panel#ROW} apart
     */
    abstract void values(long region, int count, int dim, int element, long to);

    /** {@code to[slot] = query . key[slot]} for the first {@code count} slots, up to whole vectors. */
    public abstract void scores(long query, long region, int count, int dim, long to);

    /**
     * {@code out += sum of weights[slot] value[slot]} over the first {@code count} slots; up to three more have weight 0.
     *
     * @param spare address of 16 f32
     */
    public abstract void addValues(long weights, long region, int count, int dim, long out, long spare);

    /** Expands the keys of the first {@code count} slots from {@code slot}, at most a panel of them, to [dim][COLUMNS]. */
    public void keyPanel(long region, int slot, int count, int dim, long to) {
        keys(region, slot, dim, to);
        if (count > Lanes.W) {
            keys(region, slot + Lanes.W, dim, to + Lanes.BYTES);
        }
    }

    /** Expands a panel of elements from {@code element} of the first {@code count} slots to [count][COLUMNS]. */
    public void valuePanel(long region, int count, int dim, int element, long to) {
        values(region, count, dim, element, to);
        if (element + Lanes.W < dim) {
            values(region, count, dim, element + Lanes.W, to + Lanes.BYTES);
        }
    }
}
