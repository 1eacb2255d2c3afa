// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.matmul;

import dev.myna.kernels.Activation;
import dev.myna.kernels.Buffer;
import dev.myna.kernels.Linear;
import dev.myna.kernels.Matrices;
import dev.myna.kernels.TensorType;
import dev.myna.kernels.Weight;
import dev.myna.kernels.cpu.elementwise.CpuElementwise;
import dev.myna.kernels.cpu.operand.CpuBuffer;
import dev.myna.kernels.cpu.operand.CpuWeight;
import dev.myna.kernels.cpu.operand.MatMulJob;
import dev.myna.kernels.cpu.operand.Operands;
import dev.myna.kernels.format.Dequantizer;
import dev.myna.kernels.machine.Scratch;
import dev.myna.kernels.machine.WorkerTeam;
import dev.myna.kernels.operand.Checks;
import java.lang.ref.Reference;

/** Operations on matrices of weights. */
public final class CpuMatrices implements Matrices {
    private final MatMul matmul;
    private final CpuElementwise elementwise;
    private final WorkerTeam team;
    private final WorkerTeam.Task prepare;
    private final WorkerTeam.Task multiply;
    private final MatMulJob job = new MatMulJob();
    private final Scratch results = new Scratch();
    private final Embed embed = new Embed();

    public CpuMatrices(MatMul matmul, CpuElementwise elementwise, WorkerTeam team) {
        this.matmul = matmul;
        this.elementwise = elementwise;
        this.team = team;
        prepare = matmul::prepare;
        multiply = (first, end, scratch) -> {
            int rows = matmul.rowsPerUnit();
            matmul.multiply(first * rows, Math.min(end * rows, job.m()), scratch);
        };
    }

    /** As {@link dev.myna.kernels.Device#fewRows}. */
    public int fewRows() {
        return matmul.fewRows();
    }

    /** A unit is one row. */
    private static final class Embed implements WorkerTeam.Task {
        private Dequantizer format;
        private long table;
        private long rowBytes;
        private long blocks;
        private int[] ids;
        private int offset;
        private long out;
        private int width;

        @Override
        public void run(int from, int to, Scratch scratch) {
            long work = scratch.floats(Dequantizer.WORK_BYTES / 4);
            for (int i = from; i < to; i++) {
                format.dequantize(table + ids[offset + i] * rowBytes, out + i * (width * 4L), blocks, work);
            }
        }
    }

    @Override
    public void embed(Weight table, int[] ids, int offset, Buffer out, int n) {
        CpuWeight weight = Operands.weight(table, "table");
        CpuBuffer to = Operands.buffer(out, "out", n, weight.width());
        Checks.requireIds(ids, offset, n, weight.rows());
        TensorType type = weight.tensor().type();
        try (WorkerTeam.Turn turn = team.turn()) {
            embed.format = matmul.dequantizer(type);
            embed.table = weight.address();
            embed.rowBytes = weight.rowBytes();
            embed.blocks = weight.width() / type.blockSize();
            embed.ids = ids;
            embed.offset = offset;
            embed.out = to.address();
            embed.width = weight.width();
            turn.run(n, weight.width(), embed);
            embed.ids = null;
        }
        Reference.reachabilityFence(weight);
        Reference.reachabilityFence(to);
    }

    @Override
    public void matmul(Linear linear, Buffer in, Buffer out, int n) {
        CpuWeight matrix = Operands.weight(linear.weight(), "weight");
        CpuBuffer from = Operands.buffer(in, "in", n, matrix.width());
        CpuBuffer to = Operands.buffer(out, "out", n, matrix.rows());
        Operands.requireApart(from, to);
        try (WorkerTeam.Turn turn = team.turn()) {
            run(turn, matrix, linear.bias(), from, to.address(), n);
        }
        Reference.reachabilityFence(to);
    }

    @Override
    public void matmulAdd(Linear linear, Buffer in, Buffer x, int n) {
        CpuBuffer target = Operands.buffer(x, "x", n, linear.outputs());
        try (WorkerTeam.Turn turn = team.turn()) {
            long product = toScratch(turn, linear, in, n);
            elementwise.addScaled(turn, target, product, 1, n);
        }
    }

    @Override
    public void gatedMatmul(Activation f, Linear up, Buffer in, Buffer gate, int n) {
        CpuBuffer target = Operands.buffer(gate, "gate", n, up.outputs());
        try (WorkerTeam.Turn turn = team.turn()) {
            long product = toScratch(turn, up, in, n);
            elementwise.gate(turn, f, target, product, n);
        }
    }

    /**
     * A matmul to memory of this device, for the next operation of the same turn.
     *
     * @return address of n rows of outputs, which the next call overwrites
     */
    private long toScratch(WorkerTeam.Turn turn, Linear linear, Buffer in, int n) {
        CpuWeight matrix = Operands.weight(linear.weight(), "weight");
        CpuBuffer from = Operands.buffer(in, "in", n, matrix.width());
        long to = results.floats((long) n * matrix.rows());
        run(turn, matrix, linear.bias(), from, to, n);
        return to;
    }

    private void run(WorkerTeam.Turn turn, CpuWeight matrix, Weight bias, CpuBuffer in, long out, int n) {
        CpuWeight addend = bias == null ? null : Operands.vector(bias, "bias", matrix.rows());
        if (n > 0) {
            job.weights(matrix, addend);
            job.activations(in.address(), out, n);
            run(turn);
        }
        Reference.reachabilityFence(matrix);
        Reference.reachabilityFence(addend);
        Reference.reachabilityFence(in);
    }

    @Override
    public void matmulTransposed(Buffer in, Buffer rows, Buffer out, int n) {
        CpuBuffer right = Operands.buffer(rows, "rows", 0);
        CpuBuffer from = Operands.buffer(in, "in", n, right.width());
        CpuBuffer to = Operands.buffer(out, "out", n, right.rows());
        Operands.requireApart(from, to);
        Operands.requireApart(right, to);
        if (n > 0) {
            try (WorkerTeam.Turn turn = team.turn()) {
                job.weights(right);
                job.activations(from.address(), to.address(), n);
                run(turn);
            }
        }
        Reference.reachabilityFence(right);
        Reference.reachabilityFence(from);
        Reference.reachabilityFence(to);
    }

    private void run(WorkerTeam.Turn turn) {
        matmul.describe(job);
        long work = (long) job.n() * job.k();
        if (matmul.preparations() > 0) {
            turn.run(matmul.preparations(), job.n() / matmul.preparations() * (long) job.k(), prepare);
        }
        int rows = matmul.rowsPerUnit();
        turn.run((job.m() - 1) / rows + 1, rows * work, multiply);
    }
}
