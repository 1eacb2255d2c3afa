// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu;

import dev.myna.kernels.Activation;
import dev.myna.kernels.RopePairing;
import dev.myna.kernels.TensorType;
import dev.myna.kernels.format.BlockFormat;
import dev.myna.kernels.format.Dequantizer;
import dev.myna.kernels.format.Lanes;
import dev.myna.kernels.format.Unpacker;
import java.util.EnumMap;
import java.util.Map;
import jdk.incubator.vector.FloatVector;

/** The operations with vectors; ends that do not fill a vector go through the scalar form. */
final class VectorKernels implements RangeKernels {
    private static final FlashLoops FLASH = new FlashLoops.Vectors();

    private final AttentionTiles attentionTiles;
    private final ScalarKernels scalar = new ScalarKernels();
    private final Map<TensorType, Dequantizer> dequantizers = new EnumMap<>(TensorType.class);
    private final Map<TensorType, Unpacker> unpackers = new EnumMap<>(TensorType.class);

    VectorKernels() {
        this(new AttentionTiles.Vectors());
    }

    VectorKernels(AttentionTiles attentionTiles) {
        this.attentionTiles = attentionTiles;
        for (TensorType type : TensorType.values()) {
            dequantizers.put(type, BlockFormat.of(type).simd());
            unpackers.put(type, BlockFormat.of(type).unpacker());
        }
    }

    @Override
    public String name() {
        return Lanes.describe();
    }

    @Override
    public String label() {
        return "Vector API, " + Lanes.describe();
    }

    @Override
    public Dequantizer dequantizer(TensorType type) {
        return dequantizers.get(type);
    }

    @Override
    public Multiplication multiplication() {
        return new DirectMultiplication(VectorMatVec.MOST_ROWS, this::multiply);
    }

    private void multiply(MatMulJob job, int from, int to, Scratch scratch) {
        Unpacker unpacker = unpackers.get(job.type());
        if (unpacker != null && job.n() <= VectorMatVec.MOST_ROWS) {
            VectorMatVec.band(job, unpacker, from, to, scratch);
        } else if (VectorHalfMatVec.applies(job)) {
            VectorHalfMatVec.band(job, from, to, scratch);
        } else {
            VectorMatMul.band(job, dequantizer(job.type()), from, to, scratch);
        }
    }

    @Override
    public void rmsNorm(long in, long gain, float eps, long out, int width) {
        VectorNorms.rms(in, gain, eps, out, width);
    }

    @Override
    public void layerNorm(long in, long gain, long bias, float eps, long out, int width) {
        VectorNorms.layer(in, gain, bias, eps, out, width);
    }

    @Override
    public void softmax(long x, int width) {
        VectorNorms.softmax(x, width, 1);
    }

    @Override
    public void activate(Activation f, long x, long count) {
        long done = switch (f) {
            case GELU_ERF -> VectorActivations.geluErf(x, count);
            case GELU_TANH -> VectorActivations.geluTanh(x, count);
            case QUICK_GELU -> VectorActivations.sigmoidGate(x, 1.702f, count);
            case SILU -> VectorActivations.sigmoidGate(x, 1, count);
            case RELU -> VectorActivations.relu(x, count);
            case HARDSIGMOID -> VectorActivations.hardSigmoid(x, count);
            case HARDSWISH -> VectorActivations.hardSwish(x, count);
        };
        scalar.activate(f, x + done * 4, count - done);
    }

    @Override
    public void siluMul(long gate, long up, long count) {
        long done = VectorActivations.siluMul(gate, up, count);
        scalar.siluMul(gate + done * 4, up + done * 4, count - done);
    }

    @Override
    public void addScaled(long x, long y, float scale, long count) {
        long i = 0;
        for (; i <= count - Lanes.W; i += Lanes.W) {
            Lanes.store(
                    Lanes.load(y + i * 4).fma(FloatVector.broadcast(Lanes.F, scale), Lanes.load(x + i * 4)), x + i * 4);
        }
        scalar.addScaled(x + i * 4, y + i * 4, scale, count - i);
    }

    @Override
    public void scale(long x, float factor, long count) {
        long i = 0;
        for (; i <= count - Lanes.W; i += Lanes.W) {
            Lanes.store(Lanes.load(x + i * 4).mul(factor), x + i * 4);
        }
        scalar.scale(x + i * 4, factor, count - i);
    }

    @Override
    public void mul(long x, long y, long count) {
        long i = 0;
        for (; i <= count - Lanes.W; i += Lanes.W) {
            Lanes.store(Lanes.load(x + i * 4).mul(Lanes.load(y + i * 4)), x + i * 4);
        }
        scalar.mul(x + i * 4, y + i * 4, count - i);
    }

    @Override
    public void rotate(long x, long factors, int headDim, RopePairing pairing) {
        boolean whole = headDim / 2 % Lanes.W == 0;
        if (!whole) {
            scalar.rotate(x, factors, headDim, pairing);
        } else if (pairing == RopePairing.ADJACENT) {
            VectorRope.adjacent(x, factors, headDim);
        } else {
            VectorRope.splitHalf(x, factors, headDim);
        }
    }

    @Override
    public boolean putKey(KvFormat format, long from, long region, int slot, int dim) {
        return scalar.putKey(format, from, region, slot, dim);
    }

    @Override
    public boolean putValue(KvFormat format, long from, long region, int slot, int dim) {
        return scalar.putValue(format, from, region, slot, dim);
    }

    @Override
    public void attendFull(FullAttentionJob job, int from, int to, Scratch scratch) {
        VectorAttention.full(job, attentionTiles, FLASH, from, to, scratch);
    }

    @Override
    public int contextSpan() {
        return CpuKvCache.CHUNK;
    }

    @Override
    public void attendCausal(CausalAttentionJob job, int unit, Scratch scratch) {
        VectorCausalAttention.attend(job, attentionTiles, FLASH, unit, scratch);
    }

    @Override
    public void combine(CausalAttentionJob job, int combination, Scratch scratch) {
        VectorCausalAttention.combine(job, FLASH, combination, scratch);
    }

    @Override
    public void convolve(GridJob job, int unit) {
        VectorGrid.convolve(job, unit);
    }

    @Override
    public void averagePool(GridJob job, int unit) {
        VectorGrid.averagePool(job, unit);
    }

    @Override
    public void meanRows(long in, int n, int width, long out, int from, int to) {
        int done = VectorGrid.meanRows(in, n, width, out, from, to);
        scalar.meanRows(in, n, width, out, done, to);
    }
}
