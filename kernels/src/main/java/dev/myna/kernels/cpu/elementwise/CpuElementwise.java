// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.elementwise;

import dev.myna.kernels.Activation;
import dev.myna.kernels.Buffer;
import dev.myna.kernels.Elementwise;
import dev.myna.kernels.Weight;
import dev.myna.kernels.cpu.operand.CpuBuffer;
import dev.myna.kernels.cpu.operand.CpuWeight;
import dev.myna.kernels.cpu.operand.Operands;
import dev.myna.kernels.machine.Scratch;
import dev.myna.kernels.machine.WorkerTeam;
import dev.myna.kernels.operand.Checks;
import java.lang.ref.Reference;

/** Operations on each element by itself. A unit is a block of elements, or a row where rows differ. */
public final class CpuElementwise implements Elementwise {
    /** Elements per unit, so that bands end on whole vectors. */
    private static final int BLOCK = 256;

    private final ElementwiseKernels kernels;
    private final WorkerTeam team;
    private final AddScaled addScaled = new AddScaled();
    private final Scale scale = new Scale();
    private final Activate activate = new Activate();
    private final SiluMul siluMul = new SiluMul();
    private final Gate gate = new Gate();
    private final AddRows addRows = new AddRows();
    private final MulRow mulRow = new MulRow();

    public CpuElementwise(ElementwiseKernels kernels, WorkerTeam team) {
        this.kernels = kernels;
        this.team = team;
    }

    /** A task over the elements of one or two buffers of the same shape. */
    private abstract static class Elements implements WorkerTeam.Task {
        long x;
        long y;
        private long count;

        void start(WorkerTeam.Turn turn, CpuBuffer target, long source, int n, int cost) {
            x = target.address();
            y = source;
            count = (long) n * target.width();
            turn.run(Math.toIntExact((count + BLOCK - 1) / BLOCK), (long) cost * BLOCK, this);
        }

        @Override
        public final void run(int from, int to, Scratch scratch) {
            long first = (long) from * BLOCK;
            compute(first * Float.BYTES, Math.min((long) to * BLOCK, count) - first);
        }

        /** Does {@code count} elements at a byte offset. */
        abstract void compute(long offset, long count);
    }

    private final class AddScaled extends Elements {
        private float scale;

        @Override
        void compute(long offset, long count) {
            kernels.addScaled(x + offset, y + offset, scale, count);
        }
    }

    @Override
    public void addScaled(Buffer x, Buffer y, float factor, int n) {
        CpuBuffer target = Operands.buffer(x, "x", n);
        CpuBuffer source = Operands.buffer(y, "y", n, target.width());
        try (WorkerTeam.Turn turn = team.turn()) {
            addScaled(turn, target, source.address(), factor, n);
        }
        keep(target, source);
    }

    /** {@code x += factor * y} within a turn; {@code y} is the address of n rows as wide as x. */
    public void addScaled(WorkerTeam.Turn turn, CpuBuffer x, long y, float factor, int n) {
        addScaled.scale = factor;
        addScaled.start(turn, x, y, n, 1);
        Reference.reachabilityFence(x);
    }

    private final class Scale extends Elements {
        private float factor;

        @Override
        void compute(long offset, long count) {
            kernels.scale(x + offset, factor, count);
        }
    }

    @Override
    public void scale(Buffer x, float factor, int n) {
        CpuBuffer target = Operands.buffer(x, "x", n);
        try (WorkerTeam.Turn turn = team.turn()) {
            scale.factor = factor;
            scale.start(turn, target, target.address(), n, 1);
        }
        keep(target, target);
    }

    private final class Activate extends Elements {
        private Activation f;

        @Override
        void compute(long offset, long count) {
            kernels.activate(f, x + offset, count);
        }
    }

    @Override
    public void activate(Activation f, Buffer x, int n) {
        CpuBuffer target = Operands.buffer(x, "x", n);
        try (WorkerTeam.Turn turn = team.turn()) {
            activate.f = f;
            activate.start(turn, target, target.address(), n, 4);
        }
        keep(target, target);
    }

    private final class SiluMul extends Elements {
        @Override
        void compute(long offset, long count) {
            kernels.siluMul(x + offset, y + offset, count);
        }
    }

    @Override
    public void siluMul(Buffer gate, Buffer up, int n) {
        CpuBuffer target = Operands.buffer(gate, "gate", n);
        CpuBuffer factors = Operands.buffer(up, "up", n, target.width());
        try (WorkerTeam.Turn turn = team.turn()) {
            siluMul(turn, target, factors.address(), n);
        }
        keep(target, factors);
    }

    private void siluMul(WorkerTeam.Turn turn, CpuBuffer gate, long up, int n) {
        siluMul.start(turn, gate, up, n, 4);
        Reference.reachabilityFence(gate);
    }

    private final class Gate extends Elements {
        private Activation f;

        @Override
        void compute(long offset, long count) {
            // Piece by piece, so that a piece is still in the nearest cache when it is multiplied.
            for (long done = 0; done < count; done += BLOCK) {
                long at = offset + done * Float.BYTES;
                long piece = Math.min(BLOCK, count - done);
                kernels.activate(f, x + at, piece);
                kernels.mul(x + at, y + at, piece);
            }
        }
    }

    /** {@code gate = f(gate) * up} within a turn; {@code up} is the address of n rows as wide as the gate. */
    public void gate(WorkerTeam.Turn turn, Activation f, CpuBuffer gate, long up, int n) {
        if (f == Activation.SILU) {
            siluMul(turn, gate, up, n);
            return;
        }
        this.gate.f = f;
        this.gate.start(turn, gate, up, n, 5);
        Reference.reachabilityFence(gate);
    }

    private final class AddRows implements WorkerTeam.Task {
        private long x;
        private long rows;
        private int period;
        private int width;

        @Override
        public void run(int from, int to, Scratch scratch) {
            long rowBytes = width * 4L;
            for (int i = from; i < to; i++) {
                kernels.addScaled(x + i * rowBytes, rows + i % period * rowBytes, 1, width);
            }
        }
    }

    @Override
    public void addRows(Buffer x, Weight rows, int n) {
        CpuBuffer target = Operands.buffer(x, "x", n);
        CpuWeight table = Operands.weight(rows, "rows");
        Checks.requireAddend(table.width(), target);
        try (WorkerTeam.Turn turn = team.turn()) {
            addRows.x = target.address();
            addRows.rows = table.floats();
            addRows.period = table.rows();
            addRows.width = target.width();
            turn.run(n, target.width(), addRows);
        }
        keep(target, table);
    }

    private final class MulRow implements WorkerTeam.Task {
        private long x;
        private long row;
        private int width;

        @Override
        public void run(int from, int to, Scratch scratch) {
            for (int i = from; i < to; i++) {
                kernels.mul(x + i * (width * 4L), row, width);
            }
        }
    }

    @Override
    public void mulRow(Buffer x, Buffer row, int n) {
        CpuBuffer target = Operands.buffer(x, "x", n);
        CpuBuffer factors = Operands.buffer(row, "row", 1, target.width());
        try (WorkerTeam.Turn turn = team.turn()) {
            mulRow.x = target.address();
            mulRow.row = factors.address();
            mulRow.width = target.width();
            turn.run(n, target.width(), mulRow);
        }
        keep(target, factors);
    }

    private static void keep(Object a, Object b) {
        Reference.reachabilityFence(a);
        Reference.reachabilityFence(b);
    }
}
