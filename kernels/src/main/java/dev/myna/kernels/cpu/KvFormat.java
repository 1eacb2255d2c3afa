// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu;

import static dev.myna.kernels.format.NativeMemory.getByte;
import static dev.myna.kernels.format.NativeMemory.getFloat;
import static dev.myna.kernels.format.NativeMemory.getHalf;
import static dev.myna.kernels.format.NativeMemory.putByte;
import static dev.myna.kernels.format.NativeMemory.putFloat;
import static dev.myna.kernels.format.NativeMemory.putShort;

import dev.myna.kernels.KvCache;
import dev.myna.kernels.TensorType;

/**
 * How the keys, or the values, of one head lie in a region of a cache, and the scalar ways in and out. A region is a row of
 * groups of {@link KvCache#GROUP} positions (slots). Products with keys want one element of many positions in a vector, sums
 * of values many elements of one position:
 *
 * <ul>
 *   <li>F32 and F16 keys: a group is [dim][16 slots]; values: [16 slots][dim].
 *   <li>Q8_0: a group is dim / 32 blocks of 544 bytes, each with the f16 scales of 16 slots, then 32 x 16 signed bytes: [32
 *       elements][16 slots] for keys, [16 slots][32 elements] for values. Scales and bytes are those of ggml's Q8_0.
 * </ul>
 */
sealed interface KvFormat {
    int GROUP = KvCache.GROUP;

    static KvFormat of(TensorType type) {
        return switch (type) {
            case F32 -> new F32();
            case F16 -> new F16();
            case Q8_0 -> new Q8();
            default -> throw new IllegalArgumentException("no cache format for " + type);
        };
    }

    /** Stores one position's {@code dim} f32. */
    void putKey(long from, long region, int slot, int dim);

    /** Stores one position's {@code dim} f32. */
    void putValue(long from, long region, int slot, int dim);

    /** Element i of a slot's key. */
    float key(long region, int slot, int dim, int i);

    /** Element i of a slot's value. */
    float value(long region, int slot, int dim, int i);

    /** Index of a key's element in a region without blocks. */
    private static long keyIndex(int slot, int dim, int i) {
        return (long) (slot / GROUP) * GROUP * dim + (long) i * GROUP + slot % GROUP;
    }

    /** Index of a value's element in a region without blocks. */
    private static long valueIndex(int slot, int dim, int i) {
        return (long) slot * dim + i;
    }

    /** 4 bytes per element. */
    record F32() implements KvFormat {
        @Override
        public void putKey(long from, long region, int slot, int dim) {
            for (int i = 0; i < dim; i++) {
                putFloat(region + keyIndex(slot, dim, i) * 4, getFloat(from + i * 4L));
            }
        }

        @Override
        public void putValue(long from, long region, int slot, int dim) {
            for (int i = 0; i < dim; i++) {
                putFloat(region + valueIndex(slot, dim, i) * 4, getFloat(from + i * 4L));
            }
        }

        @Override
        public float key(long region, int slot, int dim, int i) {
            return getFloat(region + keyIndex(slot, dim, i) * 4);
        }

        @Override
        public float value(long region, int slot, int dim, int i) {
            return getFloat(region + valueIndex(slot, dim, i) * 4);
        }
    }

    /** 2 bytes per element, rounded to nearest even. */
    record F16() implements KvFormat {
        @Override
        public void putKey(long from, long region, int slot, int dim) {
            for (int i = 0; i < dim; i++) {
                putShort(region + keyIndex(slot, dim, i) * 2, Float.floatToFloat16(getFloat(from + i * 4L)));
            }
        }

        @Override
        public void putValue(long from, long region, int slot, int dim) {
            for (int i = 0; i < dim; i++) {
                putShort(region + valueIndex(slot, dim, i) * 2, Float.floatToFloat16(getFloat(from + i * 4L)));
            }
        }

        @Override
        public float key(long region, int slot, int dim, int i) {
            return getHalf(region + keyIndex(slot, dim, i) * 2);
        }

        @Override
        public float value(long region, int slot, int dim, int i) {
            return getHalf(region + valueIndex(slot, dim, i) * 2);
        }
    }

    /** 34 bytes per 32 elements. */
    record Q8() implements KvFormat {
        /** Elements that share a scale. */
        static final int BLOCK = 32;

        /** Where a block's bytes begin: behind the scales of a group. */
        static final int BYTES_AT = 2 * GROUP;

        /** Bytes of a block of one group. */
        static final int BLOCK_BYTES = BYTES_AT + BLOCK * GROUP;

        /** Address of the block of a group that element i belongs to. */
        static long block(long region, int slot, int dim, int i) {
            return region + ((long) (slot / GROUP) * (dim / BLOCK) + i / BLOCK) * BLOCK_BYTES;
        }

        @Override
        public void putKey(long from, long region, int slot, int dim) {
            put(from, region, slot, dim, GROUP, slot % GROUP);
        }

        @Override
        public void putValue(long from, long region, int slot, int dim) {
            put(from, region, slot, dim, 1, slot % GROUP * BLOCK);
        }

        /** Quantizes block by block; the bytes of a block are {@code step} apart and begin at {@code first}. */
        private static void put(long from, long region, int slot, int dim, int step, int first) {
            for (int start = 0; start < dim; start += BLOCK) {
                long block = block(region, slot, dim, start);
                float largest = 0;
                for (int i = start; i < start + BLOCK; i++) {
                    largest = Math.max(largest, Math.abs(getFloat(from + i * 4L)));
                }
                float scale = largest / 127;
                float inverse = scale == 0 ? 0 : 1 / scale;
                putShort(block + slot % GROUP * 2L, Float.floatToFloat16(scale));
                long to = block + BYTES_AT + first;
                for (int i = 0; i < BLOCK; i++) {
                    int quant = (int) Math.rint((double) (getFloat(from + (start + i) * 4L) * inverse));
                    putByte(to + (long) i * step, (byte) quant);
                }
            }
        }

        @Override
        public float key(long region, int slot, int dim, int i) {
            long block = block(region, slot, dim, i);
            long at = block + BYTES_AT + (long) (i % BLOCK) * GROUP + slot % GROUP;
            return getHalf(block + slot % GROUP * 2L) * getByte(at);
        }

        @Override
        public float value(long region, int slot, int dim, int i) {
            long block = block(region, slot, dim, i);
            long at = block + BYTES_AT + (long) (slot % GROUP) * BLOCK + i % BLOCK;
            return getHalf(block + slot % GROUP * 2L) * getByte(at);
        }
    }
}
