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
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/**
 * Arithmetic with plain loops at first, with vectors later. A loop of vectors must be compiled before it is of any use, which takes a
 * second or more of processor time for all of them. Plain loops give the first answers and go on while another thread warms the
 * vectors up. Both give the same results to the last bit. Where vectors cannot be made ready, because memory runs out or a class of
 * theirs is lost, plain loops go on: a class whose initializer failed once fails for as long as the process lives.
 */
final class PlainThenVectors implements NormKernels, ElementwiseKernels, RopeKernels, AttentionKernels, GridKernels {
    /**
     * Elements after which loops of vectors are worth compiling, which goes on beside the plain loops. A short answer of a small
     * model stays below: its first token must not share the processors with a compiler.
     */
    private static final long PLAIN_ELEMENTS = 20_000_000;

    /** Cost of an element of these functions, relative to an addition. */
    private static final int ACTIVATION = 4;

    private final Supplier<CpuArithmetic> vectors;
    private final CpuArithmetic plain;
    private final long plainElements;
    private final VectorWarmUp.Uses uses = new VectorWarmUp.Uses();
    private final AtomicBoolean begun = new AtomicBoolean();
    private volatile CpuArithmetic current;
    /** Counted by all workers without a lock: a few may be missed. */
    private long left;

    PlainThenVectors(AttentionTiles tiles) {
        this(tiles, () -> CpuArithmetic.vectors(tiles), PLAIN_ELEMENTS);
    }

    /**
     * @param vectors makes the arithmetic with vectors; called by a thread of its own
     * @param plainElements elements that plain loops compute before vectors are made ready
     */
    PlainThenVectors(AttentionTiles tiles, Supplier<CpuArithmetic> vectors, long plainElements) {
        this.vectors = vectors;
        this.plainElements = plainElements;
        plain = CpuArithmetic.plain(tiles);
        left = plainElements;
        current = plain;
    }

    CpuArithmetic arithmetic() {
        return new CpuArithmetic(this, this, this, this, this);
    }

    /** The arithmetic that computes the next {@code count} elements. */
    private CpuArithmetic now(long count) {
        CpuArithmetic now = current;
        if (now == plain) {
            left -= count;
            if (left < 0 && begun.compareAndSet(false, true)) {
                beginWarmUp();
            }
        }
        return now;
    }

    /** Whether vectors have taken over. */
    boolean vectorsCompute() {
        return current != plain;
    }

    private void beginWarmUp() {
        try {
            Thread thread = new Thread(this::warmVectorsUp, "myna-vectors");
            thread.setDaemon(true);
            thread.start();
        } catch (OutOfMemoryError e) {
            tryLater();
        }
    }

    private void warmVectorsUp() {
        try {
            CpuArithmetic made = vectors.get();
            new VectorWarmUp(made, uses).run();
            current = made;
        } catch (OutOfMemoryError e) {
            tryLater();
        } catch (RuntimeException | LinkageError e) {
            // Plain loops go on, with the same results.
        }
    }

    private void tryLater() {
        left = plainElements;
        begun.set(false);
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
