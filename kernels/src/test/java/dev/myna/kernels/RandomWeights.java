// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels;

import dev.myna.kernels.format.BlockFormat;
import dev.myna.kernels.format.Layout;
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
        Layout layout = BlockFormat.of(type).layout();
        for (int block = 0; block < bytes.capacity(); block += type.blockBytes()) {
            switch (type) {
                case F32 -> bytes.putFloat(block, (float) random.nextGaussian());
                case BF16 ->
                    bytes.putShort(block, (short) (Float.floatToRawIntBits((float) random.nextGaussian()) >> 16));
                default -> {
                    putScale(bytes, block + layout.scaleAt(), random);
                    if (layout.hasMinimums()) {
                        putScale(bytes, block + layout.minimumAt(), random);
                    }
                }
            }
        }
        return bytes.array();
    }

    private static void putScale(ByteBuffer bytes, int at, Random random) {
        bytes.putShort(at, Float.floatToFloat16((float) random.nextGaussian() / 16));
    }

    /** A tensor of random blocks that starts at an odd address. */
    public static Tensor tensor(Arena arena, TensorType type, int width, int rows, Random random) {
        byte[] bytes = bytes(type, Math.multiplyExact(width, rows), random);
        MemorySegment data = arena.allocate(bytes.length + 1L).asSlice(1);
        MemorySegment.copy(bytes, 0, data, ValueLayout.JAVA_BYTE, 0, bytes.length);
        return new Tensor("random", type, List.of((long) width, (long) rows), data);
    }
}
