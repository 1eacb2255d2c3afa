// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.opencl.attention;

import dev.myna.kernels.Batch;
import dev.myna.kernels.Buffer;
import dev.myna.kernels.KvCache;
import dev.myna.kernels.Rope;
import dev.myna.kernels.RopePairing;
import dev.myna.kernels.opencl.machine.ClBuffer;
import dev.myna.kernels.opencl.machine.ClKernel;
import dev.myna.kernels.opencl.machine.ClMachine;
import dev.myna.kernels.opencl.machine.ClOperands;
import dev.myna.kernels.operand.Checks;

/** Rotates queries and keys and stores keys and values, in one launch where a model needs both. */
final class ClKeyValues {
    private final ClMachine machine;
    private final ClAttentionKernels kernels;
    private final RopeTurns turns;
    private final RopePositions positions;

    ClKeyValues(ClMachine machine, ClAttentionKernels kernels) {
        this.machine = machine;
        this.kernels = kernels;
        turns = new RopeTurns(machine.pool(), machine.queue());
        positions = new RopePositions(machine.pool(), machine.queue());
    }

    void rope(Buffer x, Batch batch, Rope rope) {
        ClBuffer rows = ClOperands.buffer(x, "x", batch.rows());
        int heads = heads(rows, "x", rope.headDim());
        ClKernel kernel = machine.basic("rope");
        synchronized (machine.queue()) {
            int place = turns.place(rope);
            if (batch.rows() > 0) {
                int byAxis = positions.place(batch, 0, batch.rows(), rope);
                kernel.begin()
                        .buffer(rows)
                        .number(rope.headDim())
                        .number(rope.turning())
                        .number(rope.magnitude())
                        .number(rope.pairing() == RopePairing.ADJACENT ? 1 : 0)
                        .number(batch.ropePosition(0, 0))
                        .number(byAxis)
                        .memory(positions.memory())
                        .number((long) place)
                        .memory(turns.memory());
                machine.queue().runElements(kernel, rope.pairs(), heads, batch.rows());
            }
        }
    }

    private static int heads(ClBuffer rows, String name, int headDim) {
        Checks.requireHeads(rows, name, headDim);
        return rows.width() / headDim;
    }

    void storeKv(Buffer keys, Buffer values, Batch batch, int layer) {
        store(null, keys, values, batch, null, layer);
    }

    /** Rotates the queries in place, and the keys while they are stored. */
    void ropeAndStoreKv(Buffer query, Buffer keys, Buffer values, Batch batch, Rope rope, int layer) {
        ClBuffer queries = ClOperands.buffer(query, "query", batch.rows());
        heads(queries, "query", rope.headDim());
        store(queries, keys, values, batch, rope, layer);
    }

    private void store(ClBuffer query, Buffer keys, Buffer values, Batch batch, Rope rope, int layer) {
        int n = batch.rows();
        ClBuffer keyRows = ClOperands.buffer(keys, "keys", n);
        int width = keyRows.width();
        ClBuffer valueRows = ClOperands.buffer(values, "values", n, width);
        if (n == 0) {
            return;
        }
        KvCache.Shape shape = ClKvCache.of(batch, 0, layer).shape();
        Checks.requireKeyWidth(shape, width);
        if (rope != null && rope.headDim() != shape.headDim()) {
            throw Checks.misfit("rope: head dim is %d, the cache's is %d", rope.headDim(), shape.headDim());
        }
        for (int row = 0; row < n; row++) {
            ClKvCache.of(batch, row, layer, shape.heads(), shape.headDim());
        }
        for (int row = 0; row < n; ) {
            BatchRun run = BatchRun.of(batch, row, layer);
            store(query, keyRows, valueRows, batch, run, rope, layer);
            run.cache().store(layer, run.position(), run.count());
            row = run.end();
        }
    }

    private void store(
            ClBuffer query, ClBuffer keys, ClBuffer values, Batch batch, BatchRun run, Rope rope, int layer) {
        KvCache.Shape shape = run.cache().shape();
        int queryHeads = query == null ? 0 : query.width() / shape.headDim();
        int rotation = rope == null ? 0 : rope.pairing() == RopePairing.ADJACENT ? 1 : 2;
        ClKernel kernel = kernels.kernel("store_kv", ClAttentionKernels.Types.of(shape), shape.headDim(), false);
        synchronized (machine.queue()) {
            int place = rope == null ? 0 : turns.place(rope);
            int byAxis =
                    rope == null ? RopePositions.CONSECUTIVE : positions.place(batch, run.row(), run.count(), rope);
            kernel.begin()
                    .buffer(keys.slice(run.row(), run.count()))
                    .buffer(values.slice(run.row(), run.count()))
                    .buffer((query == null ? keys : query).slice(run.row(), run.count()))
                    .memory(run.cache().layer(layer))
                    .number(run.cache().keyRegion(layer))
                    .number(run.cache().valueRegion(layer))
                    .number(run.cache().valuesFrom(layer))
                    .number(shape.heads())
                    .number(shape.headDim())
                    .number(shape.positions(layer))
                    .number(run.position())
                    .number(rotation)
                    .number(rope == null ? 0 : rope.turning())
                    .number(rope == null ? 1f : rope.magnitude())
                    .number(batch.ropePosition(run.row(), 0))
                    .number(byAxis)
                    .memory(positions.memory())
                    .number((long) place)
                    .memory(turns.memory());
            machine.queue().runElements(kernel, shape.headDim(), shape.heads() + queryHeads, run.count());
        }
    }

    void close() {
        turns.memory().release();
        positions.memory().release();
    }
}
