// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.elementwise;

import dev.myna.kernels.Activation;
import dev.myna.kernels.Buffer;
import dev.myna.kernels.Elementwise;
import dev.myna.kernels.Weight;
import dev.myna.kernels.cpu.operand.CpuBuffer;
import dev.myna.kernels.cpu.operand.CpuWeight;
import dev.myna.kernels.cpu.operand.Operands;
import dev.myna.kernels.machine.WorkerTeam;
import dev.myna.kernels.operand.Checks;
import java.lang.ref.Reference;

/** Operations on each element by itself. A unit is a block of elements, or a row where rows differ. */
public final class CpuElementwise implements Elementwise {
    /** Elements per unit, so that bands end on whole vectors. */
    private static final int BLOCK = 256;

    private final WorkerTeam team;
    private final WorkerTeam.Task addScaled;
    private final WorkerTeam.Task scale;
    private final WorkerTeam.Task activate;
    private final WorkerTeam.Task siluMul;
    private final WorkerTeam.Task gate;
    private final WorkerTeam.Task addRows;
    private final WorkerTeam.Task mulRow;

    // Operands of the operation that has the turn.
    private long x;
    private long y;
    private long count;
    private int width;
    private int period;
    private float factor;
    private Activation f;

    public CpuElementwise(ElementwiseKernels kernels, WorkerTeam team) {
        this.team = team;
        addScaled = blocks((offset, elements) -> kernels.addScaled(x + offset, y + offset, factor, elements));
        scale = blocks((offset, elements) -> kernels.scale(x + offset, factor, elements));
        activate = blocks((offset, elements) -> kernels.activate(f, x + offset, elements));
        siluMul = blocks((offset, elements) -> kernels.siluMul(x + offset, y + offset, elements));
        gate = blocks((offset, elements) -> {
            // Piece by piece, so that a piece is still in the nearest cache when it is multiplied.
            for (long done = 0; done < elements; done += BLOCK) {
                long at = offset + done * Float.BYTES;
                long piece = Math.min(BLOCK, elements - done);
                kernels.activate(f, x + at, piece);
                kernels.mul(x + at, y + at, piece);
            }
        });
        addRows = (first, end, _) -> {
            long rowBytes = width * 4L;
            for (int i = first; i < end; i++) {
                kernels.addScaled(x + i * rowBytes, y + i % period * rowBytes, 1, width);
            }
        };
        mulRow = (first, end, _) -> {
            for (int i = first; i < end; i++) {
                kernels.mul(x + i * (width * 4L), y, width);
            }
        };
    }

    /** Does a number of elements from an offset in bytes. */
    private interface Elements {
        void compute(long offset, long elements);
    }

    /** A task over the elements of one or two buffers of the same shape. */
    private WorkerTeam.Task blocks(Elements elements) {
        return (from, to, _) -> {
            long first = (long) from * BLOCK;
            elements.compute(first * Float.BYTES, Math.min((long) to * BLOCK, count) - first);
        };
    }

    private void run(WorkerTeam.Turn turn, WorkerTeam.Task task, CpuBuffer target, long source, int n, int cost) {
        x = target.address();
        y = source;
        count = (long) n * target.width();
        turn.run(Math.toIntExact((count + BLOCK - 1) / BLOCK), (long) cost * BLOCK, task);
        Reference.reachabilityFence(target);
    }

    @Override
    public void addScaled(Buffer x, Buffer y, float factor, int n) {
        CpuBuffer target = Operands.buffer(x, "x", n);
        CpuBuffer source = Operands.buffer(y, "y", n, target.width());
        try (WorkerTeam.Turn turn = team.turn()) {
            addScaled(turn, target, source.address(), factor, n);
        }
        Reference.reachabilityFence(source);
    }

    /** {@code x += factor * y} within a turn; {@code y} is the address of n rows as wide as x. */
    public void addScaled(WorkerTeam.Turn turn, CpuBuffer x, long y, float factor, int n) {
        this.factor = factor;
        run(turn, addScaled, x, y, n, 1);
    }

    @Override
    public void scale(Buffer x, float factor, int n) {
        CpuBuffer target = Operands.buffer(x, "x", n);
        try (WorkerTeam.Turn turn = team.turn()) {
            this.factor = factor;
            run(turn, scale, target, 0, n, 1);
        }
    }

    @Override
    public void activate(Activation f, Buffer x, int n) {
        CpuBuffer target = Operands.buffer(x, "x", n);
        try (WorkerTeam.Turn turn = team.turn()) {
            this.f = f;
            run(turn, activate, target, 0, n, 4);
        }
    }

    @Override
    public void siluMul(Buffer gate, Buffer up, int n) {
        CpuBuffer target = Operands.buffer(gate, "gate", n);
        CpuBuffer factors = Operands.buffer(up, "up", n, target.width());
        try (WorkerTeam.Turn turn = team.turn()) {
            run(turn, siluMul, target, factors.address(), n, 4);
        }
        Reference.reachabilityFence(factors);
    }

    /** {@code gate = f(gate) * up} within a turn; {@code up} is the address of n rows as wide as the gate. */
    public void gate(WorkerTeam.Turn turn, Activation f, CpuBuffer gate, long up, int n) {
        if (f == Activation.SILU) {
            run(turn, siluMul, gate, up, n, 4);
            return;
        }
        this.f = f;
        run(turn, this.gate, gate, up, n, 5);
    }

    @Override
    public void addRows(Buffer x, Weight rows, int n) {
        CpuBuffer target = Operands.buffer(x, "x", n);
        CpuWeight table = Operands.weight(rows, "rows");
        Checks.requireAddend(table.width(), target);
        try (WorkerTeam.Turn turn = team.turn()) {
            period = table.rows();
            runRows(turn, addRows, target, table.floats(), n);
        }
        Reference.reachabilityFence(table);
    }

    @Override
    public void mulRow(Buffer x, Buffer row, int n) {
        CpuBuffer target = Operands.buffer(x, "x", n);
        CpuBuffer factors = Operands.buffer(row, "row", 1, target.width());
        try (WorkerTeam.Turn turn = team.turn()) {
            runRows(turn, mulRow, target, factors.address(), n);
        }
        Reference.reachabilityFence(factors);
    }

    private void runRows(WorkerTeam.Turn turn, WorkerTeam.Task task, CpuBuffer target, long source, int n) {
        x = target.address();
        y = source;
        width = target.width();
        turn.run(n, width, task);
        Reference.reachabilityFence(target);
    }
}
