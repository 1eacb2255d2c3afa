// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.norms;

import dev.myna.kernels.Buffer;
import dev.myna.kernels.Norm;
import dev.myna.kernels.Norms;
import dev.myna.kernels.cpu.operand.CpuBuffer;
import dev.myna.kernels.cpu.operand.CpuWeight;
import dev.myna.kernels.cpu.operand.Operands;
import dev.myna.kernels.machine.Scratch;
import dev.myna.kernels.machine.WorkerTeam;
import dev.myna.kernels.operand.Checks;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;

/** Operations that look at whole rows: normalizations and softmax. A unit is one row, or a stretch of it. */
public final class CpuNorms implements Norms {
    private final NormKernels kernels;
    private final WorkerTeam team;
    private final RmsNorm rmsNorm = new RmsNorm();
    private final LayerNorm layerNorm = new LayerNorm();
    /** The bias of norms that have none. */
    private MemorySegment zeros = MemorySegment.NULL;

    private final Softmax softmax = new Softmax();

    public CpuNorms(NormKernels kernels, WorkerTeam team) {
        this.kernels = kernels;
        this.team = team;
    }

    private final class RmsNorm implements WorkerTeam.Task {
        private long in;
        private long gain;
        private float eps;
        private long out;
        private int width;

        @Override
        public void run(int from, int to, Scratch scratch) {
            for (int i = from; i < to; i++) {
                long offset = i * (width * 4L);
                kernels.rmsNorm(in + offset, gain, eps, out + offset, width);
            }
        }
    }

    @Override
    public void rmsNorm(Norm norm, Buffer in, Buffer out, int n) {
        CpuBuffer from = Operands.buffer(in, "in", n);
        CpuBuffer to = Operands.buffer(out, "out", n, from.width());
        CpuWeight factors = Operands.weight(norm.gain(), "gain");
        int width = Math.multiplyExact(factors.rows(), factors.width());
        int segments = Checks.segments(from, "in", width);
        try (WorkerTeam.Turn turn = team.turn()) {
            rmsNorm.in = from.address();
            rmsNorm.gain = factors.floats();
            rmsNorm.eps = norm.eps();
            rmsNorm.out = to.address();
            rmsNorm.width = width;
            turn.run(n * segments, width, rmsNorm);
        }
        Reference.reachabilityFence(from);
        Reference.reachabilityFence(factors);
        Reference.reachabilityFence(to);
    }

    private final class LayerNorm implements WorkerTeam.Task {
        private long in;
        private long gain;
        private long bias;
        private float eps;
        private long out;
        private int width;

        @Override
        public void run(int from, int to, Scratch scratch) {
            for (int i = from; i < to; i++) {
                long offset = i * (width * 4L);
                kernels.layerNorm(in + offset, gain, bias, eps, out + offset, width);
            }
        }
    }

    @Override
    public void layerNorm(Norm norm, Buffer in, Buffer out, int n) {
        CpuBuffer from = Operands.buffer(in, "in", n);
        int width = from.width();
        CpuBuffer to = Operands.buffer(out, "out", n, width);
        CpuWeight factors = Operands.vector(norm.gain(), "gain", width);
        CpuWeight terms = norm.bias() == null ? null : Operands.vector(norm.bias(), "bias", width);
        try (WorkerTeam.Turn turn = team.turn()) {
            layerNorm.in = from.address();
            layerNorm.gain = factors.floats();
            layerNorm.bias = terms == null ? zeros(width) : terms.floats();
            layerNorm.eps = norm.eps();
            layerNorm.out = to.address();
            layerNorm.width = width;
            turn.run(n, width, layerNorm);
        }
        Reference.reachabilityFence(from);
        Reference.reachabilityFence(factors);
        Reference.reachabilityFence(terms);
        Reference.reachabilityFence(to);
    }

    private long zeros(int width) {
        if (zeros.byteSize() < width * 4L) {
            zeros = Arena.ofAuto().allocate(width * 4L, 64);
        }
        return zeros.address();
    }

    private final class Softmax implements WorkerTeam.Task {
        private long x;
        private int width;

        @Override
        public void run(int from, int to, Scratch scratch) {
            for (int i = from; i < to; i++) {
                kernels.softmax(x + i * (width * 4L), width);
            }
        }
    }

    @Override
    public void softmax(Buffer x, int n) {
        CpuBuffer rows = Operands.buffer(x, "x", n);
        try (WorkerTeam.Turn turn = team.turn()) {
            softmax.x = rows.address();
            softmax.width = rows.width();
            turn.run(n, 4L * rows.width(), softmax);
        }
        Reference.reachabilityFence(rows);
    }
}
