// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.kv;

import static dev.myna.kernels.machine.NativeMemory.getByte;
import static dev.myna.kernels.machine.NativeMemory.getFloat;
import static dev.myna.kernels.machine.NativeMemory.getHalf;
import static dev.myna.kernels.machine.NativeMemory.putByte;
import static dev.myna.kernels.machine.NativeMemory.putFloat;
import static dev.myna.kernels.machine.NativeMemory.putShort;

import dev.myna.kernels.KvCache;
import dev.myna.kernels.TensorType;

/**
 * The layout of the keys, or the values, of one head in a region of a cache, with scalar access. A region is a row of
 * groups of {@link KvCache#GROUP} positions (slots). Dot products with keys need one element of many slots in a vector, sums of
 * values need many elements of one slot, and both need 32-bit lanes: neighbours share a lane and are separated by shifts.
 *
 * <ul>
 *   <li>F32: keys [dim][16 slots]; values [dim / 16][16 slots][16 elements].
 *   <li>F16: keys [dim / 2][16 slots][2 elements]; values [dim / 16][8 pairs of slots][16 elements][2 slots].
 *   <li>Q8_0: dim / 32 blocks of 544 bytes, each with the f16 scales of 16 slots, then 512 signed bytes: for keys [8][16
 *       slots][4 elements], for values [4][32 elements][4 slots]. Scales and bytes are those of ggml's Q8_0.
 * </ul>
 *
 * The last of a group's blocks of 16 elements is narrower if dim is no multiple of 16.
 */
public sealed interface KvFormat {
    int GROUP = KvCache.GROUP;

    static KvFormat of(TensorType type) {
        return switch (type) {
            case F32 -> new F32();
            case F16 -> new F16();
            case Q8_0 -> new Q8();
            default -> throw new IllegalArgumentException("no cache format for " + type);
        };
    }

    /** Stores one position's {@code dim} f32; returns whether all are finite numbers in this format. */
    boolean putKey(long from, long region, int slot, int dim);

    /** Stores one position's {@code dim} f32; returns whether all are finite numbers in this format. */
    boolean putValue(long from, long region, int slot, int dim);

    /** Element i of a slot's key. */
    float key(long region, int slot, int dim, int i);

    /** Element i of a slot's value. */
    float value(long region, int slot, int dim, int i);

    /** Elements before a slot's group. */
    private static long group(int slot, int dim) {
        return (long) (slot & -GROUP) * dim;
    }

    /** Index of a key's element among pairs of elements, or single ones ({@code pack} 2 or 1). */
    private static long keyIndex(int slot, int dim, int i, int pack) {
        return group(slot, dim) + (long) (i / pack * GROUP + slot % GROUP) * pack + i % pack;
    }

    /** Index of a value's element among pairs of slots, or single ones ({@code pack} 2 or 1). */
    private static long valueIndex(int slot, int dim, int i, int pack) {
        int block = i & -16;
        int width = Math.min(16, dim - block);
        int row = slot % GROUP / pack;
        return group(slot, dim) + (long) block * GROUP + (long) (row * width + i % 16) * pack + slot % pack;
    }

    /** 4 bytes per element. */
    record F32() implements KvFormat {
        @Override
        public boolean putKey(long from, long region, int slot, int dim) {
            boolean finite = true;
            for (int i = 0; i < dim; i++) {
                float key = getFloat(from + i * 4L);
                finite &= Float.isFinite(key);
                putFloat(region + keyIndex(slot, dim, i, 1) * 4, key);
            }
            return finite;
        }

        @Override
        public boolean putValue(long from, long region, int slot, int dim) {
            boolean finite = true;
            for (int i = 0; i < dim; i++) {
                float value = getFloat(from + i * 4L);
                finite &= Float.isFinite(value);
                putFloat(region + valueIndex(slot, dim, i, 1) * 4, value);
            }
            return finite;
        }

        @Override
        public float key(long region, int slot, int dim, int i) {
            return getFloat(region + keyIndex(slot, dim, i, 1) * 4);
        }

        @Override
        public float value(long region, int slot, int dim, int i) {
            return getFloat(region + valueIndex(slot, dim, i, 1) * 4);
        }
    }

    /** 2 bytes per element, rounded to nearest even. */
    record F16() implements KvFormat {
        private static final int EXPONENT = 0x7c00;

        @Override
        public boolean putKey(long from, long region, int slot, int dim) {
            boolean finite = true;
            for (int i = 0; i < dim; i++) {
                short key = Float.floatToFloat16(getFloat(from + i * 4L));
                finite &= (key & EXPONENT) != EXPONENT;
                putShort(region + keyIndex(slot, dim, i, 2) * 2, key);
            }
            return finite;
        }

        @Override
        public boolean putValue(long from, long region, int slot, int dim) {
            boolean finite = true;
            for (int i = 0; i < dim; i++) {
                short value = Float.floatToFloat16(getFloat(from + i * 4L));
                finite &= (value & EXPONENT) != EXPONENT;
                putShort(region + valueIndex(slot, dim, i, 2) * 2, value);
            }
            return finite;
        }

        @Override
        public float key(long region, int slot, int dim, int i) {
            return getHalf(region + keyIndex(slot, dim, i, 2) * 2);
        }

        @Override
        public float value(long region, int slot, int dim, int i) {
            return getHalf(region + valueIndex(slot, dim, i, 2) * 2);
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

        /** Address of the block of a slot's group that element i belongs to. */
        static long block(long region, int slot, int dim, int i) {
            return region + ((long) (slot / GROUP) * (dim / BLOCK) + i / BLOCK) * BLOCK_BYTES;
        }

        private static int keyByte(int slot, int i) {
            return i % BLOCK / 4 * (4 * GROUP) + slot % GROUP * 4 + i % 4;
        }

        private static int valueByte(int slot, int i) {
            return slot % GROUP / 4 * (4 * BLOCK) + i % BLOCK * 4 + slot % 4;
        }

        @Override
        public boolean putKey(long from, long region, int slot, int dim) {
            boolean finite = true;
            for (int start = 0; start < dim; start += BLOCK) {
                long block = block(region, slot, dim, start);
                float inverse = putScale(from + start * 4L, block, slot);
                for (int i = 0; i < BLOCK; i++) {
                    putByte(block + BYTES_AT + keyByte(slot, i), quantize(from + (start + i) * 4L, inverse));
                }
                finite &= Float.isFinite(getHalf(block + slot % GROUP * 2L));
            }
            return finite;
        }

        @Override
        public boolean putValue(long from, long region, int slot, int dim) {
            boolean finite = true;
            for (int start = 0; start < dim; start += BLOCK) {
                long block = block(region, slot, dim, start);
                float inverse = putScale(from + start * 4L, block, slot);
                for (int i = 0; i < BLOCK; i++) {
                    putByte(block + BYTES_AT + valueByte(slot, i), quantize(from + (start + i) * 4L, inverse));
                }
                finite &= Float.isFinite(getHalf(block + slot % GROUP * 2L));
            }
            return finite;
        }

        /** Stores the scale of 32 f32 and returns its inverse. */
        private static float putScale(long from, long block, int slot) {
            float largest = 0;
            for (int i = 0; i < BLOCK; i++) {
                largest = Math.max(largest, Math.abs(getFloat(from + i * 4L)));
            }
            float scale = largest / 127;
            putShort(block + slot % GROUP * 2L, Float.floatToFloat16(scale));
            return scale == 0 ? 0 : 1 / scale;
        }

        private static byte quantize(long from, float inverse) {
            return (byte) (int) Math.rint((double) (getFloat(from) * inverse));
        }

        /** The scale of a slot's block of elements that i belongs to. */
        static float scale(long region, int slot, int dim, int i) {
            return getHalf(block(region, slot, dim, i) + slot % GROUP * 2L);
        }

        /** Element i of a slot's key, without its scale. */
        static int keyQuant(long region, int slot, int dim, int i) {
            return getByte(block(region, slot, dim, i) + BYTES_AT + keyByte(slot, i));
        }

        /** Element i of a slot's value, without its scale. */
        static int valueQuant(long region, int slot, int dim, int i) {
            return getByte(block(region, slot, dim, i) + BYTES_AT + valueByte(slot, i));
        }

        @Override
        public float key(long region, int slot, int dim, int i) {
            return scale(region, slot, dim, i) * keyQuant(region, slot, dim, i);
        }

        @Override
        public float value(long region, int slot, int dim, int i) {
            return scale(region, slot, dim, i) * valueQuant(region, slot, dim, i);
        }
    }
}
