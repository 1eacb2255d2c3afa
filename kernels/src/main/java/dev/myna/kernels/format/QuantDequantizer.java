// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.format;

import static dev.myna.kernels.machine.NativeMemory.ALL;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.B2I;
import static jdk.incubator.vector.VectorOperators.I2F;

import dev.myna.kernels.TensorType;
import dev.myna.kernels.machine.Lanes;
import dev.myna.kernels.machine.NativeMemory;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;

/**
 * The vector form of every quantized format: stretches become bytes in working memory, then f32.
 *
 * @param unpacker writes the bytes
 */
public record QuantDequantizer(Layout layout, Unpacker unpacker) implements Dequantizer {
    /** Weights per stretch, a multiple of every block size. */
    private static final int STRETCH = 1024;

    // After the bytes an f32 for every four, then one for every 16; room for a vector behind each.
    private static final int FACTORS = STRETCH + 64;
    private static final int MINIMUMS = FACTORS + STRETCH + 64;
    static final long WORK_BYTES = MINIMUMS + STRETCH / 4 + 64;

    /** Weights that share a factor and a minimum: 16 or 32. */
    public int group() {
        return layout.group();
    }

    /** Whether there are minimums; otherwise all are 0, and the unpacker writes none. */
    public boolean hasMinimums() {
        return layout.hasMinimums();
    }

    @Override
    public void dequantize(long from, long to, long blocks, long work) {
        TensorType type = layout.type();
        int perStretch = STRETCH / type.blockSize();
        long factors = work + FACTORS;
        long minimums = work + MINIMUMS;
        for (long b = 0; b < blocks; b += perStretch) {
            int count = (int) Math.min(perStretch, blocks - b);
            long out = to + b * type.blockSize() * 4;
            unpacker.unpack(from + b * type.blockBytes(), count, work, factors, minimums);
            if (!hasMinimums()) {
                // Leaves every number as it is, zeros and their signs included.
                NativeMemory.putFloat(minimums, -0f);
            }
            expand(work, count * type.blockSize(), minimumBytes(), out);
        }
    }

    /** Bytes of minimums per 16 weights. */
    private int minimumBytes() {
        return hasMinimums() ? 64 / group() : 0;
    }

    /**
     * Bytes to f32, rounded twice as the scalar forms do. Calls the Vector API directly: where this is inlined behind an unpacker,
     * the compiler inlines no more ordinary methods. A vector of four lanes is loaded with four bytes too many.
     */
    private static void expand(long work, int count, int minimumBytes, long out) {
        for (int i = 0; i < count; i += 16) {
            long q = NativeMemory.known(work + i);
            long m = NativeMemory.known(work + MINIMUMS + (i / 16 * minimumBytes & -4));
            long to = NativeMemory.known(out + i * 4L);
            FloatVector factor = FloatVector.broadcast(Lanes.F, NativeMemory.getFloat(q + FACTORS));
            FloatVector minimum = FloatVector.broadcast(Lanes.F, NativeMemory.getFloat(m));
            ((FloatVector) ByteVector.fromMemorySegment(Lanes.B, ALL, q, LITTLE_ENDIAN)
                            .convertShape(B2I, Lanes.I, 0)
                            .convertShape(I2F, Lanes.F, 0))
                    .mul(factor)
                    .add(minimum)
                    .intoMemorySegment(ALL, to, LITTLE_ENDIAN);
            if (Lanes.W < 16) {
                ((FloatVector) ByteVector.fromMemorySegment(Lanes.B, ALL, q + Lanes.W, LITTLE_ENDIAN)
                                .convertShape(B2I, Lanes.I, 0)
                                .convertShape(I2F, Lanes.F, 0))
                        .mul(factor)
                        .add(minimum)
                        .intoMemorySegment(ALL, to + Lanes.BYTES, LITTLE_ENDIAN);
            }
            if (Lanes.W == 4) {
                ((FloatVector) ByteVector.fromMemorySegment(Lanes.B, ALL, q + 8, LITTLE_ENDIAN)
                                .convertShape(B2I, Lanes.I, 0)
                                .convertShape(I2F, Lanes.F, 0))
                        .mul(factor)
                        .add(minimum)
                        .intoMemorySegment(ALL, to + 32, LITTLE_ENDIAN);
                ((FloatVector) ByteVector.fromMemorySegment(Lanes.B, ALL, q + 12, LITTLE_ENDIAN)
                                .convertShape(B2I, Lanes.I, 0)
                                .convertShape(I2F, Lanes.F, 0))
                        .mul(factor)
                        .add(minimum)
                        .intoMemorySegment(ALL, to + 48, LITTLE_ENDIAN);
            }
        }
    }
}
