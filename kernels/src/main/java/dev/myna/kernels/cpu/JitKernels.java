// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu;

import dev.myna.kernels.Activation;
import dev.myna.kernels.RopePairing;
import dev.myna.kernels.TensorType;
import dev.myna.kernels.cpu.jit.Kernels;
import dev.myna.kernels.format.Dequantizer;
import dev.myna.kernels.format.Lanes;

/**
 * Products by machine code assembled at run time, everything else with vectors; but with plain loops at first. A loop of vectors
 * has to be compiled before it is of any use, which for all of them takes a second or more of processor time; machine code and
 * plain loops give the first answers, and go on while vectors are rehearsed on a thread beside. Whichever computes, results are the
 * same to the last bit.
 */
final class JitKernels implements RangeKernels {
    /**
     * Elements after which loops of vectors are worth compiling, which goes on beside the plain loops. A short answer of a small
     * model stays below: its first token must not share the processors with a compiler.
     */
    private static final long PLAIN_ELEMENTS = 20_000_000;

    /** What an element of these costs, compared with an addition. */
    private static final int ACTIVATION = 4;

    private final Kernels kernels;
    private final AttentionTiles attentionTiles;
    private final RangeOperations plain;
    private final ScalarKernels scalar = new ScalarKernels();
    private final VectorRehearsal.Uses uses = new VectorRehearsal.Uses();
    private VectorKernels vectors;
    private volatile RangeOperations operations;
    /** Counted by all workers without a lock: a few may be missed. */
    private long left;

    JitKernels(Kernels kernels) {
        this(kernels, PLAIN_ELEMENTS);
    }

    /** @param plainElements elements that plain loops compute before vectors do; 0 for none */
    JitKernels(Kernels kernels, long plainElements) {
        this.kernels = kernels;
        attentionTiles = tiles(kernels);
        plain = new PlainOperations(attentionTiles);
        left = plainElements;
        if (plainElements == 0) {
            vectors = new VectorKernels(attentionTiles);
        }
        operations = plainElements == 0 ? vectors : plain;
    }

    /** Panels are as wide as the Vector API's vectors, which need not be the widest. */
    private static AttentionTiles tiles(Kernels kernels) {
        return kernels.isa().lanes() == Lanes.W
                ? new AttentionTiles.MachineCode(kernels.attention())
                : new AttentionTiles.Vectors();
    }

    /** What computes {@code count} elements now. */
    private RangeOperations operations(long count) {
        RangeOperations now = operations;
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
        return operations != plain;
    }

    private synchronized void makeVectors() {
        if (vectors == null) {
            vectors = new VectorKernels(attentionTiles);
            Thread thread = new Thread(this::rehearseVectors, "myna-vectors");
            thread.setDaemon(true);
            thread.start();
        }
    }

    private void rehearseVectors() {
        try {
            new VectorRehearsal(vectors, uses).run();
        } catch (RuntimeException | LinkageError | OutOfMemoryError e) {
            // Whatever it is, an operand will meet it too and say it better.
        }
        operations = vectors;
    }

    @Override
    public String name() {
        return "machine code for " + kernels.isa().label() + ", " + Lanes.describe();
    }

    @Override
    public String label() {
        return "machine code for " + kernels.isa().label();
    }

    /** Rows of embeddings alone are read this way: a few a token. */
    @Override
    public Dequantizer dequantizer(TensorType type) {
        return scalar.dequantizer(type);
    }

    @Override
    public Multiplication multiplication() {
        return new JitMultiplication(kernels);
    }

    @Override
    public void rmsNorm(long in, long gain, float eps, long out, int width) {
        operations(2L * width).rmsNorm(in, gain, eps, out, width);
    }

    @Override
    public void layerNorm(long in, long gain, long bias, float eps, long out, int width) {
        uses.tower = true;
        operations(4L * width).layerNorm(in, gain, bias, eps, out, width);
    }

    @Override
    public void softmax(long x, int width) {
        operations((long) ACTIVATION * width).softmax(x, width);
    }

    @Override
    public void activate(Activation f, long x, long count) {
        uses.activation = f;
        operations(ACTIVATION * count).activate(f, x, count);
    }

    @Override
    public void siluMul(long gate, long up, long count) {
        operations(ACTIVATION * count).siluMul(gate, up, count);
    }

    @Override
    public void addScaled(long x, long y, float scale, long count) {
        operations(count).addScaled(x, y, scale, count);
    }

    @Override
    public void scale(long x, float factor, long count) {
        operations(count).scale(x, factor, count);
    }

    @Override
    public void mul(long x, long y, long count) {
        operations(count).mul(x, y, count);
    }

    @Override
    public void rotate(long x, long factors, int headDim, RopePairing pairing) {
        uses.pairing = pairing;
        operations(headDim).rotate(x, factors, headDim, pairing);
    }

    @Override
    public boolean putKey(KvFormat format, long from, long region, int slot, int dim) {
        uses.keys = format.type();
        return scalar.putKey(format, from, region, slot, dim);
    }

    @Override
    public boolean putValue(KvFormat format, long from, long region, int slot, int dim) {
        uses.values = format.type();
        return scalar.putValue(format, from, region, slot, dim);
    }

    @Override
    public void attendFull(FullAttentionJob job, int from, int to, Scratch scratch) {
        operations(job.elements(from, to)).attendFull(job, from, to, scratch);
    }

    @Override
    public int contextSpan() {
        return CpuKvCache.CHUNK;
    }

    @Override
    public void attendCausal(CausalAttentionJob job, int unit, Scratch scratch) {
        operations(job.elements(unit)).attendCausal(job, unit, scratch);
    }

    @Override
    public void combine(CausalAttentionJob job, int combination, Scratch scratch) {
        operations(job.heads().dim()).combine(job, combination, scratch);
    }

    @Override
    public void convolve(GridJob job, int unit) {
        operations(9L * job.channels()).convolve(job, unit);
    }

    @Override
    public void averagePool(GridJob job, int unit) {
        operations(job.channels()).averagePool(job, unit);
    }

    @Override
    public void meanRows(long in, int n, int width, long out, int from, int to) {
        operations((long) n * (to - from)).meanRows(in, n, width, out, from, to);
    }
}
