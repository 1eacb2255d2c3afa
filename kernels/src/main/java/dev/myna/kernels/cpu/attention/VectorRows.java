// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.attention;

import static dev.myna.kernels.machine.NativeMemory.ALL;
import static dev.myna.kernels.machine.NativeMemory.getFloat;
import static dev.myna.kernels.machine.NativeMemory.putFloat;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import dev.myna.kernels.cpu.kv.Panel;
import dev.myna.kernels.machine.Lanes;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** Attention's loops over a row with vectors: see {@link FlashLoops}. */
final class VectorRows {
    private VectorRows() {}

    static void scale(long from, float factor, long to, int count) {
        int i = 0;
        for (; i <= count - Lanes.W; i += Lanes.W) {
            fromMemorySegment(Lanes.F, ALL, from + i * 4L, LITTLE_ENDIAN)
                    .mul(factor)
                    .intoMemorySegment(ALL, to + i * 4L, LITTLE_ENDIAN);
        }
        for (; i < count; i++) {
            putFloat(to + i * 4L, getFloat(from + i * 4L) * factor);
        }
    }

    static float largest(long x, int count) {
        FloatVector a = fromMemorySegment(Lanes.F, ALL, x, LITTLE_ENDIAN);
        FloatVector b = fromMemorySegment(Lanes.F, ALL, x + Lanes.BYTES, LITTLE_ENDIAN);
        for (int i = Panel.COLUMNS; i < count; i += Panel.COLUMNS) {
            // Half the cost of max, which keeps NaN. Here a NaN may be lost; its exponential is NaN again.
            FloatVector v = fromMemorySegment(Lanes.F, ALL, x + i * 4L, LITTLE_ENDIAN);
            FloatVector w = fromMemorySegment(Lanes.F, ALL, x + i * 4L + Lanes.BYTES, LITTLE_ENDIAN);
            a = v.blend(a, v.compare(VectorOperators.GT, a).not());
            b = w.blend(b, w.compare(VectorOperators.GT, b).not());
        }
        return a.max(b).reduceLanes(VectorOperators.MAX);
    }

    static void mean(long weights, int count, long rows, long stride, float divisor, long to, int dim) {
        int i = 0;
        for (; i <= dim - Lanes.W; i += Lanes.W) {
            FloatVector total = FloatVector.zero(Lanes.F);
            for (int row = 0; row < count; row++) {
                FloatVector part = fromMemorySegment(Lanes.F, ALL, rows + row * stride + i * 4L, LITTLE_ENDIAN);
                total = part.fma(FloatVector.broadcast(Lanes.F, getFloat(weights + row * 4L)), total);
            }
            total.div(divisor).intoMemorySegment(ALL, to + i * 4L, LITTLE_ENDIAN);
        }
        for (; i < dim; i++) {
            float total = 0;
            for (int row = 0; row < count; row++) {
                total = Math.fma(getFloat(rows + row * stride + i * 4L), getFloat(weights + row * 4L), total);
            }
            putFloat(to + i * 4L, total / divisor);
        }
    }

    static void packKeys(long from, long stride, int rows, int dim, long to) {
        for (int row = 0; row < Math.ceilDiv(rows, Panel.COLUMNS) * Panel.COLUMNS; row++) {
            long panel = to + row / Panel.COLUMNS * (dim * Panel.ROW);
            long column = panel + row % Panel.COLUMNS * 4L;
            for (int i = 0; i < dim; i++) {
                putFloat(column + i * Panel.ROW, row < rows ? getFloat(from + row * stride + i * 4L) : 0);
            }
        }
    }
}
