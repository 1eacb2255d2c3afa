// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.norms;

import dev.myna.kernels.Buffer;
import dev.myna.kernels.Norm;
import dev.myna.kernels.Norms;
import dev.myna.kernels.cpu.operand.CpuBuffer;
import dev.myna.kernels.cpu.operand.CpuWeight;
import dev.myna.kernels.cpu.operand.Operands;
import dev.myna.kernels.machine.WorkerTeam;
import dev.myna.kernels.operand.Checks;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;

/** Operations that look at whole rows: normalizations and softmax. A unit is one row, or a stretch of it. */
public final class CpuNorms implements Norms {
    private final WorkerTeam team;
    private final WorkerTeam.Task rmsNorm;
    private final WorkerTeam.Task layerNorm;
    private final WorkerTeam.Task softmax;
    /** The bias of norms that have none. */
    private MemorySegment zeros = MemorySegment.NULL;

    // Operands of the operation that has the turn.
    private long in;
    private long gain;
    private long bias;
    private float eps;
    private long out;
    private int width;

    public CpuNorms(NormKernels kernels, WorkerTeam team) {
        this.team = team;
        rmsNorm = (first, end, _) -> {
            for (int i = first; i < end; i++) {
                kernels.rmsNorm(in + offset(i), gain, eps, out + offset(i), width);
            }
        };
        layerNorm = (first, end, _) -> {
            for (int i = first; i < end; i++) {
                kernels.layerNorm(in + offset(i), gain, bias, eps, out + offset(i), width);
            }
        };
        softmax = (first, end, _) -> {
            for (int i = first; i < end; i++) {
                kernels.softmax(in + offset(i), width);
            }
        };
    }

    private long offset(int row) {
        return row * (width * 4L);
    }

    @Override
    public void rmsNorm(Norm norm, Buffer in, Buffer out, int n) {
        CpuBuffer from = Operands.buffer(in, "in", n);
        CpuBuffer to = Operands.buffer(out, "out", n, from.width());
        CpuWeight factors = Operands.weight(norm.gain(), "gain");
        int segment = Math.multiplyExact(factors.rows(), factors.width());
        int segments = Checks.segments(from, "in", segment);
        try (WorkerTeam.Turn turn = team.turn()) {
            set(from, factors, norm.eps(), to, segment);
            turn.run(n * segments, segment, rmsNorm);
        }
        Reference.reachabilityFence(from);
        Reference.reachabilityFence(factors);
        Reference.reachabilityFence(to);
    }

    @Override
    public void layerNorm(Norm norm, Buffer in, Buffer out, int n) {
        CpuBuffer from = Operands.buffer(in, "in", n);
        CpuBuffer to = Operands.buffer(out, "out", n, from.width());
        CpuWeight factors = Operands.vector(norm.gain(), "gain", from.width());
        CpuWeight terms = norm.bias() == null ? null : Operands.vector(norm.bias(), "bias", from.width());
        try (WorkerTeam.Turn turn = team.turn()) {
            set(from, factors, norm.eps(), to, from.width());
            bias = terms == null ? zeros() : terms.floats();
            turn.run(n, width, layerNorm);
        }
        Reference.reachabilityFence(from);
        Reference.reachabilityFence(factors);
        Reference.reachabilityFence(terms);
        Reference.reachabilityFence(to);
    }

    private void set(CpuBuffer from, CpuWeight factors, float eps, CpuBuffer to, int width) {
        in = from.address();
        gain = factors.floats();
        this.eps = eps;
        out = to.address();
        this.width = width;
    }

    private long zeros() {
        if (zeros.byteSize() < width * 4L) {
            zeros = Arena.ofAuto().allocate(width * 4L, 64);
        }
        return zeros.address();
    }

    @Override
    public void softmax(Buffer x, int n) {
        CpuBuffer rows = Operands.buffer(x, "x", n);
        try (WorkerTeam.Turn turn = team.turn()) {
            in = rows.address();
            width = rows.width();
            turn.run(n, 4L * width, softmax);
        }
        Reference.reachabilityFence(rows);
    }
}
