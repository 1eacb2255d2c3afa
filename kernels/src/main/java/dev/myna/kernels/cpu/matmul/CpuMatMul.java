// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.matmul;

import dev.myna.kernels.Buffer;
import dev.myna.kernels.TensorType;
import dev.myna.kernels.Weight;
import dev.myna.kernels.cpu.operand.CpuBuffer;
import dev.myna.kernels.cpu.operand.CpuWeight;
import dev.myna.kernels.cpu.operand.Operands;
import dev.myna.kernels.format.Dequantizer;
import dev.myna.kernels.machine.Scratch;
import dev.myna.kernels.machine.WorkerTeam;
import dev.myna.kernels.operand.Checks;
import java.lang.ref.Reference;

/** Operations on matrices of weights. */
public final class CpuMatMul {
    private final MatMul matmul;
    private final WorkerTeam team;
    private final WorkerTeam.Task prepare;
    private final WorkerTeam.Task multiply;
    private final Embed embed = new Embed();
    private int outputs;

    public CpuMatMul(MatMul matmul, WorkerTeam team) {
        this.matmul = matmul;
        this.team = team;
        prepare = matmul::prepare;
        multiply = (first, end, scratch) -> {
            int rows = matmul.rowsPerUnit();
            matmul.multiply(first * rows, Math.min(end * rows, outputs), scratch);
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
        keep(weight, to, null, null);
    }

    public void matmul(Weight weight, Weight bias, Buffer in, Buffer out, int n) {
        CpuWeight matrix = Operands.weight(weight, "weight");
        CpuBuffer from = Operands.buffer(in, "in", n, matrix.width());
        CpuBuffer to = Operands.buffer(out, "out", n, matrix.rows());
        Operands.requireApart(from, to);
        long biasAddress =
                bias == null ? 0 : Operands.vector(bias, "bias", matrix.rows()).floats();
        multiply(
                matrix.tensor().type(),
                matrix.address(),
                biasAddress,
                from.address(),
                to.address(),
                matrix.rows(),
                matrix.width(),
                n);
        keep(matrix, bias, from, to);
    }

    public void matmulTransposed(Buffer in, Buffer rows, Buffer out, int n) {
        CpuBuffer right = Operands.buffer(rows, "rows", 0);
        CpuBuffer from = Operands.buffer(in, "in", n, right.width());
        CpuBuffer to = Operands.buffer(out, "out", n, right.rows());
        Operands.requireApart(from, to);
        Operands.requireApart(right, to);
        multiply(TensorType.F32, right.address(), 0, from.address(), to.address(), right.rows(), right.width(), n);
        keep(right, from, to, null);
    }

    private void multiply(TensorType type, long weights, long bias, long in, long out, int m, int k, int n) {
        if (n == 0) {
            return;
        }
        try (WorkerTeam.Turn turn = team.turn()) {
            matmul.describe(type, weights, bias, in, out, m, k, n);
            outputs = m;
            if (matmul.preparations() > 0) {
                turn.run(matmul.preparations(), n / matmul.preparations() * (long) k, prepare);
            }
            int rows = matmul.rowsPerUnit();
            turn.run((m - 1) / rows + 1, rows * (long) n * k, multiply);
        }
    }

    /** Keeps operands, and with them memory owned by automatic arenas, reachable until the arithmetic is done. */
    private static void keep(Object a, Object b, Object c, Object d) {
        Reference.reachabilityFence(a);
        Reference.reachabilityFence(b);
        Reference.reachabilityFence(c);
        Reference.reachabilityFence(d);
    }
}
