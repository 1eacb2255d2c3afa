// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.rope;

import dev.myna.kernels.Batch;
import dev.myna.kernels.Buffer;
import dev.myna.kernels.Rope;
import dev.myna.kernels.RopePairing;
import dev.myna.kernels.cpu.operand.CpuBuffer;
import dev.myna.kernels.cpu.operand.Operands;
import dev.myna.kernels.machine.Scratch;
import dev.myna.kernels.machine.WorkerTeam;
import dev.myna.kernels.operand.Checks;
import java.lang.ref.Reference;

/** Rotary position embedding. */
public final class CpuRope {
    private final RopeKernels kernels;
    private final WorkerTeam team;
    private final RopeTables tables = new RopeTables();
    private final Rotate rotate = new Rotate();

    public CpuRope(RopeKernels kernels, WorkerTeam team) {
        this.kernels = kernels;
        this.team = team;
    }

    /** A unit is one row. */
    private final class Rotate implements WorkerTeam.Task {
        private long x;
        private int heads;
        private int headDim;
        private int turning;
        private RopePairing pairing;
        private Batch batch;
        private RopeTables.Table table;

        @Override
        public void run(int from, int to, Scratch scratch) {
            for (int i = from; i < to; i++) {
                long factors = table.factors(batch, i, scratch);
                for (int head = 0; head < heads; head++) {
                    kernels.rotate(x + ((long) i * heads + head) * (headDim * 4L), factors, turning, pairing);
                }
            }
        }
    }

    public void rope(Buffer x, Batch batch, Rope rope) {
        int n = batch.rows();
        CpuBuffer rows = Operands.buffer(x, "x", n);
        int headDim = rope.headDim();
        Checks.requireHeads(rows, "x", headDim);
        try (WorkerTeam.Turn turn = team.turn()) {
            rotate.x = rows.address();
            rotate.heads = rows.width() / headDim;
            rotate.headDim = headDim;
            rotate.turning = rope.turning();
            rotate.pairing = rope.pairing();
            rotate.batch = batch;
            rotate.table = tables.of(rope, batch);
            turn.run(n, rows.width(), rotate);
            rotate.batch = null;
        }
        Reference.reachabilityFence(rows);
    }
}
