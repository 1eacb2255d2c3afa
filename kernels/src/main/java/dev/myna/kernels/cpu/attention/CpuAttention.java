// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.attention;

import dev.myna.kernels.Attention;
import dev.myna.kernels.Batch;
import dev.myna.kernels.Buffer;
import dev.myna.kernels.KvCache;
import dev.myna.kernels.Rope;
import dev.myna.kernels.cpu.kv.CpuKvCache;
import dev.myna.kernels.cpu.operand.CpuBuffer;
import dev.myna.kernels.cpu.operand.Operands;
import dev.myna.kernels.cpu.rope.CpuRope;
import dev.myna.kernels.cpu.rope.RopeKernels;
import dev.myna.kernels.machine.Scratch;
import dev.myna.kernels.machine.WorkerTeam;
import dev.myna.kernels.operand.Checks;
import java.lang.ref.Reference;

/** Stores keys and values, and attends to them. */
public final class CpuAttention implements Attention {
    private final AttentionKernels kernels;
    private final WorkerTeam team;
    private final CpuRope rope;
    private final StoreKv storeKv = new StoreKv();
    private final CausalAttentionJob causal = new CausalAttentionJob();
    private final Scratch partials = new Scratch();
    private final WorkerTeam.Task attendCausal;
    private final WorkerTeam.Task combine;

    public CpuAttention(AttentionKernels kernels, RopeKernels ropes, WorkerTeam team) {
        this.kernels = kernels;
        this.team = team;
        rope = new CpuRope(ropes, team);
        attendCausal = (from, to, scratch) -> {
            for (int unit = from; unit < to; unit++) {
                kernels.attendCausal(causal, unit, scratch);
            }
        };
        combine = (from, to, scratch) -> {
            for (int combination = from; combination < to; combination++) {
                kernels.combine(causal, combination, scratch);
            }
        };
    }

    @Override
    public void rope(Buffer x, Batch batch, Rope rope) {
        this.rope.rope(x, batch, rope);
    }

    /** A unit is one head of one row. */
    private final class StoreKv implements WorkerTeam.Task {
        private long keys;
        private long values;
        private Batch batch;
        private int layer;
        private int heads;
        private int dim;

        @Override
        public void run(int from, int to, Scratch scratch) {
            for (int unit = from; unit < to; unit++) {
                int row = unit / heads;
                int head = unit % heads;
                CpuKvCache cache = (CpuKvCache) batch.cache(row);
                int chunk = batch.position(row) / CpuKvCache.CHUNK;
                int slot = batch.position(row) % CpuKvCache.CHUNK;
                long offset = (long) unit * dim * 4;
                boolean finite = cache.keyFormat().putKey(keys + offset, cache.keys(layer, chunk, head), slot, dim);
                finite &= cache.valueFormat().putValue(values + offset, cache.values(layer, chunk, head), slot, dim);
                if (!finite) {
                    cache.damage(layer, chunk);
                }
            }
        }
    }

    @Override
    public void storeKv(Buffer keys, Buffer values, Batch batch, int layer) {
        int n = batch.rows();
        CpuBuffer keyRows = Operands.buffer(keys, "keys", n);
        int width = keyRows.width();
        CpuBuffer valueRows = Operands.buffer(values, "values", n, width);
        if (n == 0) {
            return;
        }
        KvCache.Shape shape = CpuKvCache.of(batch, 0, layer).shape();
        Checks.requireKeyWidth(shape, width);
        for (int i = 0; i < n; i++) {
            CpuKvCache.of(batch, i, layer, shape.heads(), shape.headDim()).reserve(layer, batch.position(i));
        }
        try (WorkerTeam.Turn turn = team.turn()) {
            storeKv.keys = keyRows.address();
            storeKv.values = valueRows.address();
            storeKv.batch = batch;
            storeKv.layer = layer;
            storeKv.heads = shape.heads();
            storeKv.dim = shape.headDim();
            turn.run(Math.multiplyExact(n, shape.heads()), 4L * shape.headDim(), storeKv);
            storeKv.batch = null;
        }
        Reference.reachabilityFence(keyRows);
        Reference.reachabilityFence(valueRows);
        Reference.reachabilityFence(batch);
    }

    @Override
    public boolean copyKv(KvCache source, KvCache target, int count) {
        if (!source.shape().equals(target.shape())) {
            throw Checks.misfit("target: its shape is %s, the source's %s", target.shape(), source.shape());
        }
        CpuKvCache from = (CpuKvCache) source;
        from.requireAlive();
        for (int layer = 0; layer < source.shape().layers(); layer++) {
            int first = source.shape().windows().isEmpty()
                    ? 0
                    : Math.max(0, count - source.shape().windows().get(layer) + 1);
            if (first < count && !from.holds(layer, first, count - 1)) {
                throw Checks.misfit("source: positions %d to %d are not all stored", first, count - 1);
            }
        }
        ((CpuKvCache) target).copyFrom(from, count);
        return true;
    }

    @Override
    public void attendCausal(Buffer query, Batch batch, int layer, Heads heads, int window, Buffer out) {
        int n = batch.rows();
        Checks.requireWindow(window);
        CpuBuffer queries = Operands.buffer(query, "query", n, Math.multiplyExact(heads.count(), heads.dim()));
        CpuBuffer to = Operands.buffer(out, "out", n, queries.width());
        Operands.requireApart(queries, to);
        if (n == 0) {
            return;
        }
        long positions = 0;
        for (int i = 0; i < n; i++) {
            int first = batch.firstVisible(i, window);
            int last = batch.blockLast(i);
            if (!CpuKvCache.of(batch, i, layer, heads.kvCount(), heads.dim()).holds(layer, first, last)) {
                throw Checks.misfitPositions(batch, i, first);
            }
            positions += last + 1 - first;
        }
        try (WorkerTeam.Turn turn = team.turn()) {
            causal.prepare(queries.address(), to.address(), batch, layer, heads, window, kernels.contextSpan());
            causal.setPartials(partials.floats(causal.partialFloats()));
            try {
                turn.runUneven(causal.units(), 2 * positions * queries.width() / causal.units(), attendCausal);
                turn.run(causal.combinations(), causal.partialFloats() / heads.count(), combine);
            } finally {
                causal.clear();
            }
        }
        Reference.reachabilityFence(queries);
        Reference.reachabilityFence(to);
        Reference.reachabilityFence(batch);
    }

    @Override
    public void attendFull(Buffer query, Buffer key, Buffer value, int group, Heads heads, Buffer out, int n) {
        int width = Math.multiplyExact(heads.count(), heads.dim());
        int kvWidth = Math.multiplyExact(heads.kvCount(), heads.dim());
        Checks.requireGroups(n, group);
        CpuBuffer queries = Operands.buffer(query, "query", n, width);
        CpuBuffer keys = Operands.buffer(key, "key", n, kvWidth);
        CpuBuffer values = Operands.buffer(value, "value", n, kvWidth);
        CpuBuffer to = Operands.buffer(out, "out", n, width);
        Operands.requireApart(queries, to);
        Operands.requireApart(keys, to);
        Operands.requireApart(values, to);
        // Images only, not the token loop: the job is made anew each time.
        FullAttentionJob job = new FullAttentionJob(
                queries.address(), keys.address(), values.address(), to.address(), group, n / group, heads);
        try (WorkerTeam.Turn turn = team.turn()) {
            turn.run(
                    job.units(),
                    2L * job.rowsPerUnit() * group * heads.dim(),
                    (first, end, scratch) -> kernels.attendFull(job, first, end, scratch));
        }
        Reference.reachabilityFence(queries);
        Reference.reachabilityFence(keys);
        Reference.reachabilityFence(values);
        Reference.reachabilityFence(to);
    }
}
