// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.matvec;

import static dev.myna.kernels.format.NativeMemory.ALL;
import static dev.myna.kernels.format.NativeMemory.getFloat;
import static dev.myna.kernels.format.NativeMemory.getHalf;
import static dev.myna.kernels.format.NativeMemory.getInt;
import static dev.myna.kernels.format.NativeMemory.getShort;
import static dev.myna.kernels.format.NativeMemory.putFloat;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.B2I;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.ZERO_EXTEND_B2I;

import dev.myna.kernels.format.Lanes;
import java.util.Arrays;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorShuffle;

/**
 * What the kernels of the 256-weight formats share: scales as f32, and activations in the order and with the powers of two
 * in which the quants lie in their bytes. A prepared super-block is 16 sums of activations, then the 256 activations in
 * units of four vectors.
 */
final class SuperBlocks {
    /** Units of 4 W weights in a super-block. */
    static final int UNITS = 64 / Shapes.W;

    /** Bytes of a prepared super-block. */
    static final long PREPARED_BYTES = (16 + 256) * 4;

    /** Where the vector of minimums begins among the eight scales and eight minimums of a row's factors. */
    static final int MINIMUMS = Shapes.W == 16 ? 0 : 8;

    // Lanes are sixteen 6-bit numbers, in vectors of 16 or (second half: MINIMUMS_, LATER_) 8; each is taken from
    // two of a header's ints, here by group of four lanes. Only one species per class is used: with a second one the
    // compiler no longer knows what an IntVector is, guards every operation, and allocates where the ways meet.
    private static final int SECOND = Shapes.W == 16 ? 0 : Shapes.W;

    // Q4_K and Q5_K: d and dmin, s0, s1, s2. Wanted: scales 0-3 and 4-7, minimums 0-3 and 4-7.
    private static final int[] LOW_INTS = {1, 3, 2, 3};
    private static final int[] LOW_FIRST_BITS = {0, 0, 0, 4};
    private static final int[] LOW_MASKS = {0x3f, 0x0f, 0x3f, 0x0f};
    private static final int[] HIGH_INTS = {0, 1, 0, 2};
    private static final int[] HIGH_MASKS = {0, 0x30, 0, 0x30};
    private static final VectorShuffle<Integer> LOW = order(0, LOW_INTS);
    private static final VectorShuffle<Integer> MINIMUMS_LOW = order(SECOND, LOW_INTS);
    private static final VectorShuffle<Integer> HIGH = order(0, HIGH_INTS);
    private static final VectorShuffle<Integer> MINIMUMS_HIGH = order(SECOND, HIGH_INTS);
    private static final IntVector LOW_SHIFTS = lanes(0, 8, LOW_FIRST_BITS);
    private static final IntVector MINIMUMS_LOW_SHIFTS = lanes(SECOND, 8, LOW_FIRST_BITS);
    private static final IntVector HIGH_SHIFTS = lanes(0, 8, new int[] {2, 2, 2, 2});
    private static final IntVector LOW_BITS = lanes(0, 0, LOW_MASKS);
    private static final IntVector HIGH_BITS = lanes(0, 0, HIGH_MASKS);

    // Q3_K: the last four ints of a vector that ends with them are high bits of quants, low nibbles of scales 0-3
    // and 4-7 (8-15 above them), pairs.
    private static final int[] THIRD_LOW_FIRST_BITS = {0, 0, 4, 4};
    private static final int[] THIRD_HIGH_FIRST_BITS = {0, 2, 4, 6};
    private static final VectorShuffle<Integer> THIRD_LOW =
            order(0, new int[] {Shapes.W - 3, Shapes.W - 2, Shapes.W - 3, Shapes.W - 2});
    private static final VectorShuffle<Integer> THIRD_HIGH =
            order(0, new int[] {Shapes.W - 1, Shapes.W - 1, Shapes.W - 1, Shapes.W - 1});
    private static final IntVector THIRD_LOW_SHIFTS = lanes(0, 8, THIRD_LOW_FIRST_BITS);
    private static final IntVector LATER_THIRD_LOW_SHIFTS = lanes(SECOND, 8, THIRD_LOW_FIRST_BITS);
    private static final IntVector THIRD_HIGH_SHIFTS = lanes(0, 8, THIRD_HIGH_FIRST_BITS);
    private static final IntVector LATER_THIRD_HIGH_SHIFTS = lanes(SECOND, 8, THIRD_HIGH_FIRST_BITS);

    /** 0, 2, 4 ...: IQ4_XS has two bits of a scale in one place and four in another; lanes past its eight are not used. */
    private static final IntVector RUN_SHIFTS = Lanes.IOTA.lanewise(LSHL, 1);

    private SuperBlocks() {}

    /** W lanes from {@code first} on: a number per group of four, and {@code step} times the lane within its group. */
    private static IntVector lanes(int first, int step, int[] perGroup) {
        int[] values = new int[Shapes.W];
        Arrays.setAll(values, i -> step * (i % 4) + perGroup[(first + i) / 4]);
        return IntVector.fromArray(Shapes.I, values, 0);
    }

    private static VectorShuffle<Integer> order(int first, int[] perGroup) {
        return VectorShuffle.fromOp(Shapes.I, i -> perGroup[(first + i) / 4]);
    }

    /** Q4_K and Q5_K: d times eight scales, then dmin times eight minimums. */
    static void scales(long block, float[] to, int at) {
        IntVector header = IntVector.fromMemorySegment(Shapes.I, ALL, block, LITTLE_ENDIAN);
        float d = getHalf(block);
        float dmin = getHalf(block + 2);
        FloatVector six = (FloatVector) header.rearrange(LOW)
                .lanewise(LSHR, LOW_SHIFTS)
                .and(LOW_BITS)
                .or(header.rearrange(HIGH).lanewise(LSHR, HIGH_SHIFTS).and(HIGH_BITS))
                .convertShape(I2F, Shapes.F, 0);
        if (Shapes.W == 16) {
            six.mul(FloatVector.broadcast(Shapes.F, d).blend(dmin, Shapes.UPPER_HALF))
                    .intoArray(to, at);
            return;
        }
        six.mul(d).intoArray(to, at);
        ((FloatVector) header.rearrange(MINIMUMS_LOW)
                        .lanewise(LSHR, MINIMUMS_LOW_SHIFTS)
                        .and(LOW_BITS)
                        .or(header.rearrange(MINIMUMS_HIGH)
                                .lanewise(LSHR, HIGH_SHIFTS)
                                .and(HIGH_BITS))
                        .convertShape(I2F, Shapes.F, 0))
                .mul(dmin)
                .intoArray(to, at + 8);
    }

    /** Q6_K: d times 16 scales. */
    static void signedScales(long block, float[] to, int at) {
        float d = getHalf(block + 208);
        for (int i = 0; i < 16; i += Shapes.W) {
            ((FloatVector) ByteVector.fromMemorySegment(Shapes.B, ALL, block + 192 + i, LITTLE_ENDIAN)
                            .convertShape(B2I, Shapes.I, 0)
                            .convertShape(I2F, Shapes.F, 0))
                    .mul(d)
                    .intoArray(to, at + i);
        }
    }

    /** Q2_K: d times 16 scales, then dmin times 16 minimums. */
    static void fourBitScales(long block, float[] to, int at) {
        float d = getHalf(block + 80);
        float dmin = getHalf(block + 82);
        for (int i = 0; i < 16; i += Shapes.W) {
            IntVector both = (IntVector) ByteVector.fromMemorySegment(Shapes.B, ALL, block + i, LITTLE_ENDIAN)
                    .convertShape(ZERO_EXTEND_B2I, Shapes.I, 0);
            ((FloatVector) both.and(15).convertShape(I2F, Shapes.F, 0)).mul(d).intoArray(to, at + i);
            ((FloatVector) both.lanewise(LSHR, 4).convertShape(I2F, Shapes.F, 0))
                    .mul(dmin)
                    .intoArray(to, at + 16 + i);
        }
    }

    /** Q3_K: d times 16 scales. */
    static void sixBitScales(long block, float[] to, int at) {
        float d = getHalf(block + 108);
        IntVector header = IntVector.fromMemorySegment(Shapes.I, ALL, block + 108 - Shapes.BYTES, LITTLE_ENDIAN);
        IntVector low = header.rearrange(THIRD_LOW);
        IntVector high = header.rearrange(THIRD_HIGH);
        ((FloatVector) low.lanewise(LSHR, THIRD_LOW_SHIFTS)
                        .and(0x0f)
                        .or(high.lanewise(LSHR, THIRD_HIGH_SHIFTS).and(3).lanewise(LSHL, 4))
                        .sub(32)
                        .convertShape(I2F, Shapes.F, 0))
                .mul(d)
                .intoArray(to, at);
        if (Shapes.W == 8) {
            ((FloatVector) low.lanewise(LSHR, LATER_THIRD_LOW_SHIFTS)
                            .and(0x0f)
                            .or(high.lanewise(LSHR, LATER_THIRD_HIGH_SHIFTS)
                                    .and(3)
                                    .lanewise(LSHL, 4))
                            .sub(32)
                            .convertShape(I2F, Shapes.F, 0))
                    .mul(d)
                    .intoArray(to, at + 8);
        }
    }

    /** IQ4_XS: d times eight scales. */
    static void iqScales(long block, float[] to, int at) {
        float d = getHalf(block);
        IntVector low = IntVector.broadcast(Shapes.I, getInt(block + 4)).lanewise(LSHR, RUN_SHIFTS.lanewise(LSHL, 1));
        IntVector high = IntVector.broadcast(Shapes.I, getShort(block + 2)).lanewise(LSHR, RUN_SHIFTS);
        ((FloatVector) low.and(15).or(high.and(3).lanewise(LSHL, 4)).sub(32).convertShape(I2F, Shapes.F, 0))
                .mul(d)
                .intoArray(to, at);
    }

    /** Q4_K and Q5_K: eight zeros, minus the sums of eight runs of 32; then for each pair of runs the nibbles of shorts. */
    static void prepareNibbles(long x, long to) {
        for (int run = 0; run < 8; run++) {
            putFloat(to + run * 4, 0);
            putFloat(to + 32 + run * 4, -sum(x + run * 128, 32));
        }
        for (int unit = 0; unit < UNITS; unit++) {
            int first = unit * 2 * Shapes.W;
            long low = x + (first / 32 * 64 + first % 32) * 4L;
            long out = to + 64 + unit * 4L * Shapes.BYTES;
            for (int lane = 0; lane < Shapes.W; lane++) {
                putFloat(out + lane * 4L, getFloat(low + lane * 8L));
                putFloat(out + Shapes.BYTES + lane * 4L, getFloat(low + 128 + lane * 8L) * 0x1p-4f);
                putFloat(out + 2 * Shapes.BYTES + lane * 4L, getFloat(low + 4 + lane * 8L) * 0x1p-8f);
                putFloat(out + 3 * Shapes.BYTES + lane * 4L, getFloat(low + 132 + lane * 8L) * 0x1p-12f);
            }
        }
    }

    /** Q6_K. */
    static void prepareSixBits(long x, long to) {
        prepareBytes(x, to, -32, 1, 0x1p-4f, 0x1p-4f);
    }

    /** Q2_K. */
    static void prepareTwoBits(long x, long to) {
        prepareBytes(x, to, -1, 0x1p-2f, 0x1p-4f, 0x1p-6f);
    }

    /** Q3_K. */
    static void prepareThreeBits(long x, long to) {
        prepareBytes(x, to, -4, 0x1p-2f, 0x1p-4f, 0x1p-6f);
    }

    /** Sums of 16 runs of 16 times a factor; then for each half the W bytes of its four runs of 32. */
    private static void prepareBytes(long x, long to, float sumFactor, float second, float third, float fourth) {
        for (int run = 0; run < 16; run++) {
            putFloat(to + run * 4, sumFactor * sum(x + run * 64, 16));
        }
        for (int unit = 0; unit < UNITS; unit++) {
            int first = unit * Shapes.W;
            long run = x + (first / 32 * 128 + first % 32) * 4L;
            long out = to + 64 + unit * 4L * Shapes.BYTES;
            for (int lane = 0; lane < Shapes.W; lane++) {
                putFloat(out + lane * 4L, getFloat(run + lane * 4L));
                putFloat(out + Shapes.BYTES + lane * 4L, getFloat(run + 128 + lane * 4L) * second);
                putFloat(out + 2 * Shapes.BYTES + lane * 4L, getFloat(run + 256 + lane * 4L) * third);
                putFloat(out + 3 * Shapes.BYTES + lane * 4L, getFloat(run + 384 + lane * 4L) * fourth);
            }
        }
    }

    private static float sum(long x, int count) {
        float sum = 0;
        for (int i = 0; i < count; i++) {
            sum += getFloat(x + i * 4L);
        }
        return sum;
    }
}
