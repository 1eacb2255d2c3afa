// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Random;

/** Random blocks of every format: arbitrary quants under scales of ordinary size. */
public final class RandomWeights {
    private RandomWeights() {}

    /** The bytes of {@code elements} elements. */
    public static byte[] bytes(TensorType type, int elements, Random random) {
        ByteBuffer bytes = ByteBuffer.allocate((int) type.bytes(elements)).order(ByteOrder.LITTLE_ENDIAN);
        random.nextBytes(bytes.array());
        for (int block = 0; block < bytes.capacity(); block += type.blockBytes()) {
            switch (type) {
                case F32 -> bytes.putFloat(block, (float) random.nextGaussian());
                case BF16 -> bytes.putShort(
                        block, (short) (Float.floatToRawIntBits((float) random.nextGaussian()) >> 16));
                default -> {
                    for (int scale : scales(type)) {
                        bytes.putShort(block + scale, Float.floatToFloat16((float) random.nextGaussian() / 16));
                    }
                }
            }
        }
        return bytes.array();
    }

    /** A tensor of random blocks that starts at an odd address. */
    public static Tensor tensor(Arena arena, TensorType type, int width, int rows, Random random) {
        byte[] bytes = bytes(type, Math.multiplyExact(width, rows), random);
        MemorySegment data = arena.allocate(bytes.length + 1L).asSlice(1);
        MemorySegment.copy(bytes, 0, data, ValueLayout.JAVA_BYTE, 0, bytes.length);
        return new Tensor("random", type, List.of((long) width, (long) rows), data);
    }

    /** Offsets of a block's f16 scales and minimums. */
    private static int[] scales(TensorType type) {
        return switch (type) {
            case F32, BF16 -> new int[0];
            case F16, Q8_0, Q4_0, Q5_0, Q6_K, Q3_K, IQ4_NL, IQ4_XS -> new int[] {
                type == TensorType.Q6_K ? 208 : type == TensorType.Q3_K ? 108 : 0
            };
            case Q4_1, Q5_1, Q4_K, Q5_K -> new int[] {0, 2};
            case Q2_K -> new int[] {80, 82};
        };
    }
}
