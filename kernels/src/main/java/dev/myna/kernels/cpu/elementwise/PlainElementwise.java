// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.elementwise;

import static dev.myna.kernels.cpu.math.RowMemory.load;
import static dev.myna.kernels.cpu.math.RowMemory.store;

import dev.myna.kernels.Activation;
import dev.myna.kernels.cpu.math.RowMemory;
import dev.myna.kernels.machine.Lanes;

/** The operations of {@link VectorElementwise} element by element, with the same bits. */
public final class PlainElementwise implements ElementwiseKernels {
    private final ThreadLocal<RowMemory> memory;

    public PlainElementwise(ThreadLocal<RowMemory> memory) {
        this.memory = memory;
    }

    /** Elements that fill vectors; what remains is computed as the specification says. */
    private static long whole(long count) {
        return count & -Lanes.W;
    }

    @Override
    public void activate(Activation f, long x, long count) {
        long whole = whole(count);
        float[] values = memory.get().a;
        for (long done = 0; done < whole; done += RowMemory.PIECE) {
            int piece = (int) Math.min(RowMemory.PIECE, whole - done);
            load(x + done * 4, values, piece);
            PlainActivations.apply(f, values, piece);
            store(values, x + done * 4, piece);
        }
        ElementwiseKernels.super.activate(f, x + whole * 4, count - whole);
    }

    @Override
    public void siluMul(long gate, long up, long count) {
        long whole = whole(count);
        RowMemory rows = memory.get();
        for (long done = 0; done < whole; done += RowMemory.PIECE) {
            int piece = (int) Math.min(RowMemory.PIECE, whole - done);
            load(gate + done * 4, rows.a, piece);
            load(up + done * 4, rows.b, piece);
            PlainActivations.siluMul(rows.a, rows.b, piece);
            store(rows.a, gate + done * 4, piece);
        }
        ElementwiseKernels.super.siluMul(gate + whole * 4, up + whole * 4, count - whole);
    }

    @Override
    public void addScaled(long x, long y, float scale, long count) {
        long whole = whole(count);
        RowMemory rows = memory.get();
        for (long done = 0; done < whole; done += RowMemory.PIECE) {
            int piece = (int) Math.min(RowMemory.PIECE, whole - done);
            load(x + done * 4, rows.a, piece);
            load(y + done * 4, rows.b, piece);
            for (int i = 0; i < piece; i++) {
                rows.a[i] = Math.fma(rows.b[i], scale, rows.a[i]);
            }
            store(rows.a, x + done * 4, piece);
        }
        ElementwiseKernels.super.addScaled(x + whole * 4, y + whole * 4, scale, count - whole);
    }

    @Override
    public void scale(long x, float factor, long count) {
        float[] values = memory.get().a;
        for (long done = 0; done < count; done += RowMemory.PIECE) {
            int piece = (int) Math.min(RowMemory.PIECE, count - done);
            load(x + done * 4, values, piece);
            for (int i = 0; i < piece; i++) {
                values[i] *= factor;
            }
            store(values, x + done * 4, piece);
        }
    }

    @Override
    public void mul(long x, long y, long count) {
        RowMemory rows = memory.get();
        for (long done = 0; done < count; done += RowMemory.PIECE) {
            int piece = (int) Math.min(RowMemory.PIECE, count - done);
            load(x + done * 4, rows.a, piece);
            load(y + done * 4, rows.b, piece);
            for (int i = 0; i < piece; i++) {
                rows.a[i] *= rows.b[i];
            }
            store(rows.a, x + done * 4, piece);
        }
    }
}
