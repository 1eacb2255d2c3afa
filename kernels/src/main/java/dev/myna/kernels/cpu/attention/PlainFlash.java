// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.attention;

import static dev.myna.kernels.cpu.math.RowMemory.load;
import static dev.myna.kernels.cpu.math.RowMemory.store;

import dev.myna.kernels.cpu.kv.KvFormat;
import dev.myna.kernels.cpu.kv.Panel;
import dev.myna.kernels.cpu.kv.PlainKv;
import dev.myna.kernels.cpu.kv.VectorKv;
import dev.myna.kernels.cpu.math.RowMemory;
import dev.myna.kernels.machine.Lanes;
import dev.myna.kernels.machine.NativeMemory;
import java.util.Arrays;

/** {@link FlashLoops} element by element, on arrays. */
final class PlainFlash implements FlashLoops {
    private final ThreadLocal<RowMemory> memory;
    private final VectorKv floats;
    private final VectorKv halves;
    private final VectorKv quants;

    PlainFlash(ThreadLocal<RowMemory> memory) {
        this.memory = memory;
        floats = PlainKv.ofFloats(memory);
        halves = PlainKv.ofHalves(memory);
        quants = PlainKv.ofQuants(memory);
    }

    @Override
    public void scale(long from, float factor, long to, int count) {
        RowMemory rows = memory.get();
        rows.reserve(count);
        load(from, rows.a, count);
        PlainRows.scale(rows.a, factor, count);
        store(rows.a, to, count);
    }

    @Override
    public float largest(long x, int count) {
        RowMemory rows = memory.get();
        rows.reserve(count);
        load(x, rows.a, count);
        return PlainRows.largest(rows.a, count);
    }

    @Override
    public void weights(long x, int count, float max, float factor, long sums) {
        RowMemory rows = memory.get();
        int whole = Math.ceilDiv(count, Lanes.W) * Lanes.W;
        rows.reserve(whole);
        load(x, rows.a, whole);
        load(sums, rows.b, Lanes.W);
        PlainRows.weights(rows.a, whole, max, factor, rows.b);
        store(rows.a, x, whole);
        store(rows.b, sums, Lanes.W);
    }

    @Override
    public void mean(long weights, int count, long rows, long stride, float divisor, long to, int dim) {
        RowMemory here = memory.get();
        here.reserve(dim);
        Arrays.fill(here.a, 0, dim, 0);
        for (int i = 0; i < count; i++) {
            load(rows + i * stride, here.b, dim);
            PlainRows.addScaled(here.a, here.b, NativeMemory.getFloat(weights + i * 4L), dim);
        }
        PlainRows.divide(here.a, divisor, dim);
        store(here.a, to, dim);
    }

    @Override
    public void packKeys(long from, long stride, int rows, int dim, long to) {
        RowMemory here = memory.get();
        int columns = Panel.COLUMNS;
        here.reserve(Math.max(dim, dim * columns));
        for (int first = 0; first < rows; first += columns) {
            Arrays.fill(here.a, 0, dim * columns, 0);
            for (int column = 0; column < Math.min(columns, rows - first); column++) {
                load(from + (first + column) * stride, here.b, dim);
                for (int i = 0; i < dim; i++) {
                    here.a[i * columns + column] = here.b[i];
                }
            }
            store(here.a, to + first / columns * (dim * Panel.ROW), dim * columns);
        }
    }

    @Override
    public VectorKv reader(KvFormat format, boolean fast) {
        // No switch: the first use of one over types makes the JVM write a class.
        if (format instanceof KvFormat.F32) {
            return floats;
        }
        return format instanceof KvFormat.F16 ? halves : quants;
    }
}
