// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.kv;

import static dev.myna.kernels.machine.NativeMemory.ALL;
import static dev.myna.kernels.machine.NativeMemory.getFloat;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import dev.myna.kernels.machine.Lanes;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * F16 caches: 64 bytes hold two elements of the keys of a group, or 16 elements of two values. An f16 on top of a lane,
 * shifted right by three with its sign, has exponent and fraction in f32's place, 112 short of f32's bias; infinity and
 * NaN do not survive that. The conversion stands in every loop, because vectors must not cross calls.
 */
final class VectorKvF16 extends VectorKv {
    /** Sign, exponent and fraction of an f16 in an f32. */
    static final int KEPT = 0x8fffe000;

    /** Makes up for the difference of the biases. */
    static final float REBIAS = 0x1p112f;

    /** The first of the dim / 2 rows of 64 bytes that hold W slots' keys. */
    private static long keyRows(long region, int slot, int dim) {
        return region + (long) (slot & -GROUP) * dim * 2 + slot % GROUP * 4;
    }

    /** The first of the 8 rows of 64 bytes that hold W elements of a group's values. */
    private static long valueRows(long region, int slot, int dim, int element) {
        return region + ((long) slot * dim + (element & -16) * GROUP) * 2 + element % 16 * 4;
    }

    @Override
    void keys(long region, int slot, int dim, long to) {
        long from = keyRows(region, slot, dim);
        for (int i = 0; i < dim; i += 2) {
            IntVector pair = IntVector.fromMemorySegment(Lanes.I, ALL, from + i * 32L, LITTLE_ENDIAN);
            long target = to + i * Panel.ROW;
            pair.lanewise(VectorOperators.LSHL, 16)
                    .lanewise(VectorOperators.ASHR, 3)
                    .and(KEPT)
                    .reinterpretAsFloats()
                    .mul(REBIAS)
                    .intoMemorySegment(ALL, target, LITTLE_ENDIAN);
            pair.lanewise(VectorOperators.ASHR, 3)
                    .and(KEPT)
                    .reinterpretAsFloats()
                    .mul(REBIAS)
                    .intoMemorySegment(ALL, target + Panel.ROW, LITTLE_ENDIAN);
        }
    }

    @Override
    void values(long region, int count, int dim, int element, long to) {
        for (int first = 0; first < count; first += GROUP) {
            long from = valueRows(region, first, dim, element);
            for (int i = 0; i < Math.min(GROUP, count - first); i += 2) {
                IntVector pair = IntVector.fromMemorySegment(Lanes.I, ALL, from + i * 32L, LITTLE_ENDIAN);
                long target = to + (first + i) * Panel.ROW;
                pair.lanewise(VectorOperators.LSHL, 16)
                        .lanewise(VectorOperators.ASHR, 3)
                        .and(KEPT)
                        .reinterpretAsFloats()
                        .mul(REBIAS)
                        .intoMemorySegment(ALL, target, LITTLE_ENDIAN);
                pair.lanewise(VectorOperators.ASHR, 3)
                        .and(KEPT)
                        .reinterpretAsFloats()
                        .mul(REBIAS)
                        .intoMemorySegment(ALL, target + Panel.ROW, LITTLE_ENDIAN);
            }
        }
    }

    @Override
    public void scores(long query, long region, int count, int dim, long to) {
        for (int slot = 0; slot < count; slot += Lanes.W) {
            long from = keyRows(region, slot, dim);
            FloatVector even = FloatVector.zero(Lanes.F);
            FloatVector odd = even;
            for (int i = 0; i < dim; i += 2) {
                IntVector pair = IntVector.fromMemorySegment(Lanes.I, ALL, from + i * 32L, LITTLE_ENDIAN);
                FloatVector low = pair.lanewise(VectorOperators.LSHL, 16)
                        .lanewise(VectorOperators.ASHR, 3)
                        .and(KEPT)
                        .reinterpretAsFloats();
                FloatVector high =
                        pair.lanewise(VectorOperators.ASHR, 3).and(KEPT).reinterpretAsFloats();
                even = FloatVector.broadcast(Lanes.F, getFloat(query + i * 4L)).fma(low.mul(REBIAS), even);
                odd = FloatVector.broadcast(Lanes.F, getFloat(query + i * 4L + 4))
                        .fma(high.mul(REBIAS), odd);
            }
            even.add(odd).intoMemorySegment(ALL, to + slot * 4L, LITTLE_ENDIAN);
        }
    }

    @Override
    public void addValues(long weights, long region, int count, int dim, long out, long spare) {
        for (int first = 0; first < count; first += GROUP) {
            int slots = Math.min(GROUP, count - first);
            long group = weights + first * 4L;
            for (int element = 0; element < dim; element += Lanes.W) {
                long from = valueRows(region, first, dim, element);
                FloatVector even = fromMemorySegment(Lanes.F, ALL, out + element * 4L, LITTLE_ENDIAN);
                FloatVector odd = FloatVector.zero(Lanes.F);
                for (int i = 0; i < slots; i += 2) {
                    IntVector pair = IntVector.fromMemorySegment(Lanes.I, ALL, from + i * 32L, LITTLE_ENDIAN);
                    FloatVector low = pair.lanewise(VectorOperators.LSHL, 16)
                            .lanewise(VectorOperators.ASHR, 3)
                            .and(KEPT)
                            .reinterpretAsFloats();
                    FloatVector high =
                            pair.lanewise(VectorOperators.ASHR, 3).and(KEPT).reinterpretAsFloats();
                    even = FloatVector.broadcast(Lanes.F, getFloat(group + i * 4L))
                            .fma(low.mul(REBIAS), even);
                    odd = FloatVector.broadcast(Lanes.F, getFloat(group + i * 4L + 4))
                            .fma(high.mul(REBIAS), odd);
                }
                even.add(odd).intoMemorySegment(ALL, out + element * 4L, LITTLE_ENDIAN);
            }
        }
    }
}
