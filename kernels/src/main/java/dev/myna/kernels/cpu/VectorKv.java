// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu;

import static dev.myna.kernels.format.NativeMemory.getFloat;
import static dev.myna.kernels.format.NativeMemory.getHalf;
import static dev.myna.kernels.format.NativeMemory.putFloat;

import dev.myna.kernels.format.Lanes;
import jdk.incubator.vector.FloatVector;

/** Expands cached keys and values to f32 with vectors; the layouts are those of {@link KvFormat}. */
enum VectorKv {
    F32 {
        @Override
        void keys(long region, int slot, int dim, long to) {
            long from = region + group(slot) * dim * 4 + lane(slot) * 4;
            for (int i = 0; i < dim; i++) {
                Lanes.store(Lanes.load(from + i * (GROUP * 4L)), to + i * AttentionTile.PANEL_ROW);
            }
        }

        @Override
        void values(long region, int count, int dim, int element, long to) {
            long from = region + element * 4L;
            for (int i = 0; i < count; i++) {
                Lanes.store(Lanes.load(from + (long) i * dim * 4), to + i * AttentionTile.PANEL_ROW);
            }
        }

        @Override
        float value(long region, int slot, int dim, int element) {
            return getFloat(region + ((long) slot * dim + element) * 4);
        }
    },

    F16 {
        @Override
        void keys(long region, int slot, int dim, long to) {
            long from = region + group(slot) * dim * 2 + lane(slot) * 2;
            for (int i = 0; i < dim; i++) {
                Lanes.store(Lanes.halves(from + i * (GROUP * 2L)), to + i * AttentionTile.PANEL_ROW);
            }
        }

        @Override
        void values(long region, int count, int dim, int element, long to) {
            long from = region + element * 2L;
            for (int i = 0; i < count; i++) {
                Lanes.store(Lanes.halves(from + (long) i * dim * 2), to + i * AttentionTile.PANEL_ROW);
            }
        }

        @Override
        float value(long region, int slot, int dim, int element) {
            return getHalf(region + ((long) slot * dim + element) * 2);
        }
    },

    Q8_0 {
        @Override
        void keys(long region, int slot, int dim, long to) {
            for (int start = 0; start < dim; start += KvFormat.Q8.BLOCK) {
                long block = KvFormat.Q8.block(region, slot, dim, start);
                FloatVector scales = Lanes.halves(block + lane(slot) * 2);
                long from = block + KvFormat.Q8.BYTES_AT + lane(slot);
                long target = to + start * AttentionTile.PANEL_ROW;
                for (int i = 0; i < KvFormat.Q8.BLOCK; i++) {
                    FloatVector quants = Lanes.floats(Lanes.bytes(from + (long) i * GROUP));
                    Lanes.store(quants.mul(scales), target + i * AttentionTile.PANEL_ROW);
                }
            }
        }

        @Override
        void values(long region, int count, int dim, int element, long to) {
            for (int slot = 0; slot < count; slot++) {
                long block = KvFormat.Q8.block(region, slot, dim, element);
                long from = block + KvFormat.Q8.BYTES_AT + lane(slot) * KvFormat.Q8.BLOCK + element % KvFormat.Q8.BLOCK;
                FloatVector quants = Lanes.floats(Lanes.bytes(from));
                Lanes.store(quants.mul(getHalf(block + lane(slot) * 2)), to + slot * AttentionTile.PANEL_ROW);
            }
        }

        @Override
        float value(long region, int slot, int dim, int element) {
            throw new IllegalStateException("a head of " + dim + " elements has whole vectors only");
        }
    };

    private static final int GROUP = KvFormat.GROUP;

    static VectorKv of(KvFormat format) {
        return switch (format) {
            case KvFormat.F32 f -> F32;
            case KvFormat.F16 f -> F16;
            case KvFormat.Q8 f -> Q8_0;
        };
    }

    /** Slots before a slot's group. */
    private static long group(int slot) {
        return slot & -GROUP;
    }

    /** Place of a slot in its group. */
    private static long lane(int slot) {
        return slot % GROUP;
    }

    /**
     * Expands the keys of W slots from {@code slot}.
     *
     * @param to address of [dim] rows of W, {@link AttentionTile#PANEL_ROW} apart
     */
    abstract void keys(long region, int slot, int dim, long to);

    /**
     * Expands W elements, all inside the head, of the values of the first {@code count} slots.
     *
     * @param element the first of them, a multiple of W
     * @param to address of [count] rows of W, {@link AttentionTile#PANEL_ROW} apart
     */
    abstract void values(long region, int count, int dim, int element, long to);

    /** One element, for heads that are not a number of whole vectors. */
    abstract float value(long region, int slot, int dim, int element);

    /** Expands the keys of the first {@code count} slots to panels [dim][COLUMNS]. */
    final void keyPanels(long region, int count, int dim, long to) {
        for (int slot = 0; slot < count; slot += Lanes.W) {
            long panel = to + slot / AttentionTile.COLUMNS * (dim * AttentionTile.PANEL_ROW);
            keys(region, slot, dim, panel + slot % AttentionTile.COLUMNS * 4L);
        }
    }

    /** Expands the values of the first {@code count} slots to panels [count][COLUMNS]. */
    final void valuePanels(long region, int count, int dim, long to) {
        for (int element = 0; element < dim; element += Lanes.W) {
            long panel = to + element / AttentionTile.COLUMNS * (count * AttentionTile.PANEL_ROW);
            long column = panel + element % AttentionTile.COLUMNS * 4L;
            if (element + Lanes.W <= dim) {
                values(region, count, dim, element, column);
            } else {
                oddValues(region, count, dim, element, column);
            }
        }
    }

    private void oddValues(long region, int count, int dim, int element, long to) {
        for (int slot = 0; slot < count; slot++) {
            for (int i = 0; i < Lanes.W; i++) {
                float value = element + i < dim ? value(region, slot, dim, element + i) : 0;
                putFloat(to + slot * AttentionTile.PANEL_ROW + i * 4L, value);
            }
        }
    }
}
