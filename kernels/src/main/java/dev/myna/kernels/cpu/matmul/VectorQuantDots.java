// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.matmul;

import static dev.myna.kernels.machine.NativeMemory.ALL;
import static dev.myna.kernels.machine.NativeMemory.known;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;

import dev.myna.kernels.machine.Lanes;
import dev.myna.kernels.machine.NativeMemory;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * Dot products of four weight rows as bytes with one or two activation rows. A vector of ints is read as 4 W bytes; each of its four
 * bytes in turn is shifted to the upper end and converted, so it counts 2^24 times ({@link #UNIT}). The activations lie in the same
 * order ({@link #arrange}). Nothing here is wider or narrower than a vector, so the loops are the same at 128, 256 and 512 bits: per
 * 4 W weights of a row six shifts and masks, four conversions and five multiply-adds. Each result is summed in the same order in both
 * forms.
 */
final class VectorQuantDots {
    /** Columns that are expanded at a time, a multiple of every block size: four rows of it fit the L1 cache. */
    static final int STRETCH = 1024;

    /** Offset of a row's factors from its quants, in bytes. */
    static final int FACTORS = STRETCH + 64;

    /** Offset of a row's minimums from its quants, in bytes. */
    static final int MINIMUMS = 2 * FACTORS;

    /** From row to row: room for the last vector of each part. */
    static final int ROW = MINIMUMS + STRETCH / 16 * 4 + 64;

    /** The factor that the sums need. */
    static final float UNIT = 0x1p-24f;

    /** Weights per step. */
    static final int STEP = 4 * Lanes.W;

    private static final int BYTES = Lanes.BYTES;

    private VectorQuantDots() {}

    /** Puts k activations in the order in which the bytes are used; beyond them zeros, up to a whole step. */
    static void arrange(long x, int k, long to) {
        for (int first = 0; first < k; first += STEP) {
            for (int i = 0; i < STEP; i++) {
                float value = first + i < k ? NativeMemory.getFloat(x + (first + i) * 4L) : 0;
                NativeMemory.putFloat(to + (first + (i & 3) * Lanes.W + (i >> 2)) * 4L, value);
            }
        }
    }

    /** Sums of runs of {@code group} activations in the unit of the products; beyond them zeros, up to a whole vector. */
    static void sumGroups(long x, int k, int group, long to) {
        int groups = k / group;
        for (int i = 0; i < (groups + Lanes.W - 1) / Lanes.W * Lanes.W; i++) {
            float sum = 0;
            for (int j = 0; i < groups && j < group; j++) {
                sum += NativeMemory.getFloat(x + (i * (long) group + j) * 4);
            }
            NativeMemory.putFloat(to + i * 4L, sum / UNIT);
        }
    }

    /** Adds the minimums of a row times the activations of their groups to a vector of sums. */
    static void addMinimums(long minimums, long groupSums, int groups, long sums) {
        long m = known(minimums);
        long x = known(groupSums);
        FloatVector a = FloatVector.fromMemorySegment(Lanes.F, ALL, known(sums), LITTLE_ENDIAN);
        for (int i = 0; i < groups; i += Lanes.W) {
            a = FloatVector.fromMemorySegment(Lanes.F, ALL, m, LITTLE_ENDIAN)
                    .fma(FloatVector.fromMemorySegment(Lanes.F, ALL, x, LITTLE_ENDIAN), a);
            m = known(m + BYTES);
            x = known(x + BYTES);
        }
        a.intoMemorySegment(ALL, known(sums), LITTLE_ENDIAN);
    }

    /** Adds the products of four rows and one row of activations to four vectors of sums. */
    static void fourByOne(long rows, long x, int steps, long sums) {
        long q = known(rows);
        long at = known(x);
        long to = known(sums);
        IntVector top = IntVector.broadcast(Lanes.I, 0xff000000);
        FloatVector a0 = FloatVector.fromMemorySegment(Lanes.F, ALL, to, LITTLE_ENDIAN);
        FloatVector a1 = FloatVector.fromMemorySegment(Lanes.F, ALL, to + 1 * BYTES, LITTLE_ENDIAN);
        FloatVector a2 = FloatVector.fromMemorySegment(Lanes.F, ALL, to + 2 * BYTES, LITTLE_ENDIAN);
        FloatVector a3 = FloatVector.fromMemorySegment(Lanes.F, ALL, to + 3 * BYTES, LITTLE_ENDIAN);
        for (int i = 0; i < steps; i++) {
            FloatVector x0 = FloatVector.fromMemorySegment(Lanes.F, ALL, at, LITTLE_ENDIAN);
            FloatVector x1 = FloatVector.fromMemorySegment(Lanes.F, ALL, at + 1 * BYTES, LITTLE_ENDIAN);
            FloatVector x2 = FloatVector.fromMemorySegment(Lanes.F, ALL, at + 2 * BYTES, LITTLE_ENDIAN);
            FloatVector x3 = FloatVector.fromMemorySegment(Lanes.F, ALL, at + 3 * BYTES, LITTLE_ENDIAN);
            IntVector v;
            v = IntVector.fromMemorySegment(Lanes.I, ALL, q, LITTLE_ENDIAN);
            a0 = ((FloatVector) v.and(top).convertShape(I2F, Lanes.F, 0))
                    .fma(
                            x3,
                            ((FloatVector) v.lanewise(LSHL, 8).and(top).convertShape(I2F, Lanes.F, 0))
                                    .fma(
                                            x2,
                                            ((FloatVector) v.lanewise(LSHL, 16)
                                                            .and(top)
                                                            .convertShape(I2F, Lanes.F, 0))
                                                    .fma(
                                                            x1,
                                                            ((FloatVector) v.lanewise(LSHL, 24)
                                                                            .convertShape(I2F, Lanes.F, 0))
                                                                    .mul(x0))))
                    .fma(FloatVector.fromMemorySegment(Lanes.F, ALL, q + FACTORS, LITTLE_ENDIAN), a0);
            v = IntVector.fromMemorySegment(Lanes.I, ALL, q + 1 * ROW, LITTLE_ENDIAN);
            a1 = ((FloatVector) v.and(top).convertShape(I2F, Lanes.F, 0))
                    .fma(
                            x3,
                            ((FloatVector) v.lanewise(LSHL, 8).and(top).convertShape(I2F, Lanes.F, 0))
                                    .fma(
                                            x2,
                                            ((FloatVector) v.lanewise(LSHL, 16)
                                                            .and(top)
                                                            .convertShape(I2F, Lanes.F, 0))
                                                    .fma(
                                                            x1,
                                                            ((FloatVector) v.lanewise(LSHL, 24)
                                                                            .convertShape(I2F, Lanes.F, 0))
                                                                    .mul(x0))))
                    .fma(FloatVector.fromMemorySegment(Lanes.F, ALL, q + 1 * ROW + FACTORS, LITTLE_ENDIAN), a1);
            v = IntVector.fromMemorySegment(Lanes.I, ALL, q + 2 * ROW, LITTLE_ENDIAN);
            a2 = ((FloatVector) v.and(top).convertShape(I2F, Lanes.F, 0))
                    .fma(
                            x3,
                            ((FloatVector) v.lanewise(LSHL, 8).and(top).convertShape(I2F, Lanes.F, 0))
                                    .fma(
                                            x2,
                                            ((FloatVector) v.lanewise(LSHL, 16)
                                                            .and(top)
                                                            .convertShape(I2F, Lanes.F, 0))
                                                    .fma(
                                                            x1,
                                                            ((FloatVector) v.lanewise(LSHL, 24)
                                                                            .convertShape(I2F, Lanes.F, 0))
                                                                    .mul(x0))))
                    .fma(FloatVector.fromMemorySegment(Lanes.F, ALL, q + 2 * ROW + FACTORS, LITTLE_ENDIAN), a2);
            v = IntVector.fromMemorySegment(Lanes.I, ALL, q + 3 * ROW, LITTLE_ENDIAN);
            a3 = ((FloatVector) v.and(top).convertShape(I2F, Lanes.F, 0))
                    .fma(
                            x3,
                            ((FloatVector) v.lanewise(LSHL, 8).and(top).convertShape(I2F, Lanes.F, 0))
                                    .fma(
                                            x2,
                                            ((FloatVector) v.lanewise(LSHL, 16)
                                                            .and(top)
                                                            .convertShape(I2F, Lanes.F, 0))
                                                    .fma(
                                                            x1,
                                                            ((FloatVector) v.lanewise(LSHL, 24)
                                                                            .convertShape(I2F, Lanes.F, 0))
                                                                    .mul(x0))))
                    .fma(FloatVector.fromMemorySegment(Lanes.F, ALL, q + 3 * ROW + FACTORS, LITTLE_ENDIAN), a3);
            q = known(q + BYTES);
            at = known(at + 4 * BYTES);
        }
        a0.intoMemorySegment(ALL, to, LITTLE_ENDIAN);
        a1.intoMemorySegment(ALL, to + 1 * BYTES, LITTLE_ENDIAN);
        a2.intoMemorySegment(ALL, to + 2 * BYTES, LITTLE_ENDIAN);
        a3.intoMemorySegment(ALL, to + 3 * BYTES, LITTLE_ENDIAN);
    }

    /**
     * Adds the products of two rows and two rows of activations, {@code stride} bytes apart, to two vectors of sums for the first and, four
     * vectors on, two for the second.
     */
    static void twoByTwo(long rows, long x, long stride, int steps, long sums) {
        long q = known(rows);
        long at = known(x);
        long next = known(x + stride);
        long to = known(sums);
        IntVector top = IntVector.broadcast(Lanes.I, 0xff000000);
        FloatVector a00 = FloatVector.fromMemorySegment(Lanes.F, ALL, to, LITTLE_ENDIAN);
        FloatVector a10 = FloatVector.fromMemorySegment(Lanes.F, ALL, to + 1 * BYTES, LITTLE_ENDIAN);
        FloatVector a01 = FloatVector.fromMemorySegment(Lanes.F, ALL, to + 4 * BYTES, LITTLE_ENDIAN);
        FloatVector a11 = FloatVector.fromMemorySegment(Lanes.F, ALL, to + 5 * BYTES, LITTLE_ENDIAN);
        for (int i = 0; i < steps; i++) {
            IntVector v;
            FloatVector p;
            FloatVector s0;
            FloatVector s1;
            v = IntVector.fromMemorySegment(Lanes.I, ALL, q, LITTLE_ENDIAN);
            p = (FloatVector) v.lanewise(LSHL, 24).convertShape(I2F, Lanes.F, 0);
            s0 = p.mul(FloatVector.fromMemorySegment(Lanes.F, ALL, at, LITTLE_ENDIAN));
            s1 = p.mul(FloatVector.fromMemorySegment(Lanes.F, ALL, next, LITTLE_ENDIAN));
            p = (FloatVector) v.lanewise(LSHL, 16).and(top).convertShape(I2F, Lanes.F, 0);
            s0 = p.fma(FloatVector.fromMemorySegment(Lanes.F, ALL, at + 1 * BYTES, LITTLE_ENDIAN), s0);
            s1 = p.fma(FloatVector.fromMemorySegment(Lanes.F, ALL, next + 1 * BYTES, LITTLE_ENDIAN), s1);
            p = (FloatVector) v.lanewise(LSHL, 8).and(top).convertShape(I2F, Lanes.F, 0);
            s0 = p.fma(FloatVector.fromMemorySegment(Lanes.F, ALL, at + 2 * BYTES, LITTLE_ENDIAN), s0);
            s1 = p.fma(FloatVector.fromMemorySegment(Lanes.F, ALL, next + 2 * BYTES, LITTLE_ENDIAN), s1);
            p = (FloatVector) v.and(top).convertShape(I2F, Lanes.F, 0);
            s0 = p.fma(FloatVector.fromMemorySegment(Lanes.F, ALL, at + 3 * BYTES, LITTLE_ENDIAN), s0);
            s1 = p.fma(FloatVector.fromMemorySegment(Lanes.F, ALL, next + 3 * BYTES, LITTLE_ENDIAN), s1);
            p = FloatVector.fromMemorySegment(Lanes.F, ALL, q + FACTORS, LITTLE_ENDIAN);
            a00 = s0.fma(p, a00);
            a01 = s1.fma(p, a01);
            v = IntVector.fromMemorySegment(Lanes.I, ALL, q + ROW, LITTLE_ENDIAN);
            p = (FloatVector) v.lanewise(LSHL, 24).convertShape(I2F, Lanes.F, 0);
            s0 = p.mul(FloatVector.fromMemorySegment(Lanes.F, ALL, at, LITTLE_ENDIAN));
            s1 = p.mul(FloatVector.fromMemorySegment(Lanes.F, ALL, next, LITTLE_ENDIAN));
            p = (FloatVector) v.lanewise(LSHL, 16).and(top).convertShape(I2F, Lanes.F, 0);
            s0 = p.fma(FloatVector.fromMemorySegment(Lanes.F, ALL, at + 1 * BYTES, LITTLE_ENDIAN), s0);
            s1 = p.fma(FloatVector.fromMemorySegment(Lanes.F, ALL, next + 1 * BYTES, LITTLE_ENDIAN), s1);
            p = (FloatVector) v.lanewise(LSHL, 8).and(top).convertShape(I2F, Lanes.F, 0);
            s0 = p.fma(FloatVector.fromMemorySegment(Lanes.F, ALL, at + 2 * BYTES, LITTLE_ENDIAN), s0);
            s1 = p.fma(FloatVector.fromMemorySegment(Lanes.F, ALL, next + 2 * BYTES, LITTLE_ENDIAN), s1);
            p = (FloatVector) v.and(top).convertShape(I2F, Lanes.F, 0);
            s0 = p.fma(FloatVector.fromMemorySegment(Lanes.F, ALL, at + 3 * BYTES, LITTLE_ENDIAN), s0);
            s1 = p.fma(FloatVector.fromMemorySegment(Lanes.F, ALL, next + 3 * BYTES, LITTLE_ENDIAN), s1);
            p = FloatVector.fromMemorySegment(Lanes.F, ALL, q + ROW + FACTORS, LITTLE_ENDIAN);
            a10 = s0.fma(p, a10);
            a11 = s1.fma(p, a11);
            q = known(q + BYTES);
            at = known(at + 4 * BYTES);
            next = known(next + 4 * BYTES);
        }
        a00.intoMemorySegment(ALL, to, LITTLE_ENDIAN);
        a10.intoMemorySegment(ALL, to + 1 * BYTES, LITTLE_ENDIAN);
        a01.intoMemorySegment(ALL, to + 4 * BYTES, LITTLE_ENDIAN);
        a11.intoMemorySegment(ALL, to + 5 * BYTES, LITTLE_ENDIAN);
    }
}
