// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu;

import dev.myna.kernels.Activation;
import dev.myna.kernels.KvCache;
import dev.myna.kernels.RopePairing;
import dev.myna.kernels.cpu.attention.AttentionKernels;
import dev.myna.kernels.cpu.attention.AttentionTiles;
import dev.myna.kernels.cpu.attention.CausalAttentionJob;
import dev.myna.kernels.cpu.attention.FullAttentionJob;
import dev.myna.kernels.cpu.elementwise.ElementwiseKernels;
import dev.myna.kernels.cpu.grids.GridJob;
import dev.myna.kernels.cpu.grids.GridKernels;
import dev.myna.kernels.cpu.kv.CpuKvCache;
import dev.myna.kernels.cpu.norms.NormKernels;
import dev.myna.kernels.cpu.rope.RopeKernels;
import dev.myna.kernels.machine.Scratch;

/**
 * Arithmetic with plain loops at first, with vectors later. A loop of vectors must be compiled before it is of any use, which takes a
 * second or more of processor time for all of them. Plain loops give the first answers and go on while another thread warms the
 * vectors up. Both give the same results to the last bit.
 */
final class PlainThenVectors implements NormKernels, ElementwiseKernels, RopeKernels, AttentionKernels, GridKernels {
    /**
     * Elements after which loops of vectors are worth compiling, which goes on beside the plain loops. A short answer of a small
     * model stays below: its first token must not share the processors with a compiler.
     */
    private static final long PLAIN_ELEMENTS = 20_000_000;

    /** Cost of an element of these functions, relative to an addition. */
    private static final int ACTIVATION = 4;

    private final AttentionTiles tiles;
    private final CpuArithmetic plain;
    private final VectorWarmUp.Uses uses = new VectorWarmUp.Uses();
    private CpuArithmetic vectors;
    private volatile CpuArithmetic current;
    /** Counted by all workers without a lock: a few may be missed. */
    private long left;

    PlainThenVectors(AttentionTiles tiles) {
        this(tiles, PLAIN_ELEMENTS);
    }

    /** @param plainElements elements that plain loops compute before vectors do; 0 for none */
    PlainThenVectors(AttentionTiles tiles, long plainElements) {
        this.tiles = tiles;
        plain = CpuArithmetic.plain(tiles);
        left = plainElements;
        if (plainElements == 0) {
            vectors = CpuArithmetic.vectors(tiles);
        }
        current = plainElements == 0 ? vectors : plain;
    }

    CpuArithmetic arithmetic() {
        return new CpuArithmetic(this, this, this, this, this);
    }

    /** The arithmetic that computes the next {@code count} elements. */
    private CpuArithmetic now(long count) {
        CpuArithmetic now = current;
        if (now == plain) {
            left -= count;
            if (left < 0) {
                makeVectors();
            }
        }
        return now;
    }

    /** Whether vectors have taken over. */
    boolean vectorsCompute() {
        return current != plain;
    }

    private synchronized void makeVectors() {
        if (vectors == null) {
            vectors = CpuArithmetic.vectors(tiles);
            Thread thread = new Thread(this::warmVectorsUp, "myna-vectors");
            thread.setDaemon(true);
            thread.start();
        }
    }

    private void warmVectorsUp() {
        try {
            new VectorWarmUp(vectors, uses).run();
        } catch (RuntimeException | LinkageError | OutOfMemoryError e) {
            // The same error will meet an operand of the model, whose message is better.
        }
        current = vectors;
    }

    @Override
    public void rmsNorm(long in, long gain, float eps, long out, int width) {
        now(2L * width).norms().rmsNorm(in, gain, eps, out, width);
    }

    @Override
    public void layerNorm(long in, long gain, long bias, float eps, long out, int width) {
        uses.tower = true;
        now(4L * width).norms().layerNorm(in, gain, bias, eps, out, width);
    }

    @Override
    public void softmax(long x, int width) {
        now((long) ACTIVATION * width).norms().softmax(x, width);
    }

    @Override
    public void activate(Activation f, long x, long count) {
        uses.activation = f;
        now(ACTIVATION * count).elementwise().activate(f, x, count);
    }

    @Override
    public void siluMul(long gate, long up, long count) {
        now(ACTIVATION * count).elementwise().siluMul(gate, up, count);
    }

    @Override
    public void addScaled(long x, long y, float scale, long count) {
        now(count).elementwise().addScaled(x, y, scale, count);
    }

    @Override
    public void scale(long x, float factor, long count) {
        now(count).elementwise().scale(x, factor, count);
    }

    @Override
    public void mul(long x, long y, long count) {
        now(count).elementwise().mul(x, y, count);
    }

    @Override
    public void rotate(long x, long factors, int headDim, RopePairing pairing) {
        uses.pairing = pairing;
        now(headDim).rope().rotate(x, factors, headDim, pairing);
    }

    @Override
    public void attendFull(FullAttentionJob job, int from, int to, Scratch scratch) {
        now(job.elements(from, to)).attention().attendFull(job, from, to, scratch);
    }

    @Override
    public int contextSpan() {
        return CpuKvCache.CHUNK;
    }

    @Override
    public void attendCausal(CausalAttentionJob job, int unit, Scratch scratch) {
        KvCache.Shape cache = job.cache(0).shape();
        uses.keys = cache.keys();
        uses.values = cache.values();
        now(job.elements(unit)).attention().attendCausal(job, unit, scratch);
    }

    @Override
    public void combine(CausalAttentionJob job, int combination, Scratch scratch) {
        now(job.heads().dim()).attention().combine(job, combination, scratch);
    }

    @Override
    public void convolve(GridJob job, int unit) {
        now(9L * job.channels()).grids().convolve(job, unit);
    }

    @Override
    public void averagePool(GridJob job, int unit) {
        now(job.channels()).grids().averagePool(job, unit);
    }

    @Override
    public void meanRows(long in, int n, int width, long out, int from, int to) {
        now((long) n * (to - from)).grids().meanRows(in, n, width, out, from, to);
    }
}
