// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.kv;

import static dev.myna.kernels.machine.NativeMemory.ALL;
import static dev.myna.kernels.machine.NativeMemory.getFloat;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import dev.myna.kernels.machine.Lanes;
import jdk.incubator.vector.FloatVector;

/** F32 caches: 64 bytes hold one element of the keys of a group, or 16 elements of a value. */
final class VectorKvF32 extends VectorKv {

    /** The first of the rows of 64 bytes that hold W slots' keys. */
    private static long keyRows(long region, int slot, int dim) {
        return region + ((long) (slot & -GROUP) * dim + slot % GROUP) * 4;
    }

    /** The first of the 16 rows of 64 bytes that hold W elements of a group's values. */
    private static long valueRows(long region, int slot, int dim, int element) {
        return region + ((long) slot * dim + (element & -16) * GROUP + element % 16) * 4;
    }

    @Override
    void keys(long region, int slot, int dim, long to) {
        long from = keyRows(region, slot, dim);
        for (int i = 0; i < dim; i++) {
            fromMemorySegment(Lanes.F, ALL, from + i * 64L, LITTLE_ENDIAN)
                    .intoMemorySegment(ALL, to + i * Panel.ROW, LITTLE_ENDIAN);
        }
    }

    @Override
    void values(long region, int count, int dim, int element, long to) {
        for (int first = 0; first < count; first += GROUP) {
            long from = valueRows(region, first, dim, element);
            long target = to + first * Panel.ROW;
            for (int i = 0; i < Math.min(GROUP, count - first); i++) {
                fromMemorySegment(Lanes.F, ALL, from + i * 64L, LITTLE_ENDIAN)
                        .intoMemorySegment(ALL, target + i * Panel.ROW, LITTLE_ENDIAN);
            }
        }
    }

    @Override
    public void scores(long query, long region, int count, int dim, long to) {
        for (int slot = 0; slot < count; slot += Lanes.W) {
            long from = keyRows(region, slot, dim);
            FloatVector sum = FloatVector.zero(Lanes.F);
            for (int i = 0; i < dim; i++) {
                FloatVector key = fromMemorySegment(Lanes.F, ALL, from + i * 64L, LITTLE_ENDIAN);
                sum = FloatVector.broadcast(Lanes.F, getFloat(query + i * 4L)).fma(key, sum);
            }
            sum.intoMemorySegment(ALL, to + slot * 4L, LITTLE_ENDIAN);
        }
    }

    @Override
    public void addValues(long weights, long region, int count, int dim, long out, long spare) {
        for (int first = 0; first < count; first += GROUP) {
            int slots = Math.min(GROUP, count - first);
            long group = weights + first * 4L;
            for (int element = 0; element < dim; element += Lanes.W) {
                long from = valueRows(region, first, dim, element);
                FloatVector sum = fromMemorySegment(Lanes.F, ALL, out + element * 4L, LITTLE_ENDIAN);
                for (int i = 0; i < slots; i++) {
                    FloatVector value = fromMemorySegment(Lanes.F, ALL, from + i * 64L, LITTLE_ENDIAN);
                    sum = FloatVector.broadcast(Lanes.F, getFloat(group + i * 4L))
                            .fma(value, sum);
                }
                sum.intoMemorySegment(ALL, out + element * 4L, LITTLE_ENDIAN);
            }
        }
    }
}
