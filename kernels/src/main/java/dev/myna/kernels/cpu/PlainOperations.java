// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu;

import static dev.myna.kernels.cpu.RowMemory.load;
import static dev.myna.kernels.cpu.RowMemory.store;

import dev.myna.kernels.Activation;
import dev.myna.kernels.RopePairing;
import dev.myna.kernels.format.Lanes;

/**
 * The operations of {@link VectorKernels} element by element, with the same results to the last bit. Any compiler makes good code
 * of these loops at once, where a loop of vectors runs at a thousandth of its speed until the optimizing compiler, which takes
 * its time, has seen it as a whole.
 */
final class PlainOperations implements RangeOperations {
    private final AttentionTiles attentionTiles;
    private final ScalarKernels scalar = new ScalarKernels();
    private final ThreadLocal<RowMemory> memory = ThreadLocal.withInitial(RowMemory::new);
    private final FlashLoops flash = new PlainFlash(memory);

    PlainOperations(AttentionTiles attentionTiles) {
        this.attentionTiles = attentionTiles;
    }

    /** Elements that fill vectors; what remains is computed as {@link ScalarKernels} does. */
    private static long whole(long count) {
        return count & -Lanes.W;
    }

    @Override
    public void rmsNorm(long in, long gain, float eps, long out, int width) {
        RowMemory rows = memory.get();
        rows.reserve(width);
        load(in, rows.a, width);
        load(gain, rows.b, width);
        PlainNorms.rms(rows.a, rows.b, eps, width);
        store(rows.a, out, width);
    }

    @Override
    public void layerNorm(long in, long gain, long bias, float eps, long out, int width) {
        RowMemory rows = memory.get();
        rows.reserve(width);
        load(in, rows.a, width);
        load(gain, rows.b, width);
        load(bias, rows.c, width);
        PlainNorms.layer(rows.a, rows.b, rows.c, eps, width);
        store(rows.a, out, width);
    }

    @Override
    public void softmax(long x, int width) {
        RowMemory rows = memory.get();
        rows.reserve(width);
        load(x, rows.a, width);
        PlainNorms.softmax(rows.a, width);
        store(rows.a, x, width);
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
        scalar.activate(f, x + whole * 4, count - whole);
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
        scalar.siluMul(gate + whole * 4, up + whole * 4, count - whole);
    }

    @Override
    public void addScaled(long x, long y, float scale, long count) {
        long whole = whole(count);
        RowMemory rows = memory.get();
        for (long done = 0; done < whole; done += RowMemory.PIECE) {
            int piece = (int) Math.min(RowMemory.PIECE, whole - done);
            load(x + done * 4, rows.a, piece);
            load(y + done * 4, rows.b, piece);
            PlainRows.addScaled(rows.a, rows.b, scale, piece);
            store(rows.a, x + done * 4, piece);
        }
        scalar.addScaled(x + whole * 4, y + whole * 4, scale, count - whole);
    }

    @Override
    public void scale(long x, float factor, long count) {
        float[] values = memory.get().a;
        for (long done = 0; done < count; done += RowMemory.PIECE) {
            int piece = (int) Math.min(RowMemory.PIECE, count - done);
            load(x + done * 4, values, piece);
            PlainRows.scale(values, factor, piece);
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

    @Override
    public void rotate(long x, long factors, int headDim, RopePairing pairing) {
        if (headDim / 2 % Lanes.W != 0) {
            scalar.rotate(x, factors, headDim, pairing);
            return;
        }
        RowMemory rows = memory.get();
        rows.reserve(2 * headDim);
        load(x, rows.a, headDim);
        load(factors, rows.b, 2 * headDim);
        turn(rows.a, rows.b, headDim, pairing == RopePairing.ADJACENT);
        store(rows.a, x, headDim);
    }

    /** @param factors those of each element, then those of its partner */
    private static void turn(float[] x, float[] factors, int headDim, boolean adjacent) {
        int half = headDim / 2;
        for (int pair = 0; pair < half; pair++) {
            int first = adjacent ? 2 * pair : pair;
            int second = adjacent ? first + 1 : first + half;
            float a = x[first];
            float b = x[second];
            x[first] = Math.fma(a, factors[first], b * factors[headDim + first]);
            x[second] = Math.fma(b, factors[second], a * factors[headDim + second]);
        }
    }

    @Override
    public void attendFull(FullAttentionJob job, int from, int to, Scratch scratch) {
        VectorAttention.full(job, attentionTiles, flash, from, to, scratch);
    }

    @Override
    public void attendCausal(CausalAttentionJob job, int unit, Scratch scratch) {
        VectorCausalAttention.attend(job, attentionTiles, flash, unit, scratch);
    }

    @Override
    public void combine(CausalAttentionJob job, int combination, Scratch scratch) {
        VectorCausalAttention.combine(job, flash, combination, scratch);
    }

    @Override
    public void convolve(GridJob job, int unit) {
        PlainGrid.convolve(job, unit);
    }

    @Override
    public void averagePool(GridJob job, int unit) {
        PlainGrid.averagePool(job, unit);
    }

    @Override
    public void meanRows(long in, int n, int width, long out, int from, int to) {
        int done = from + (int) whole(to - from);
        PlainGrid.meanRows(in, n, width, out, from, done);
        scalar.meanRows(in, n, width, out, done, to);
    }
}
