// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu;

import dev.myna.kernels.Batch;
import dev.myna.kernels.Buffer;
import dev.myna.kernels.Device;
import dev.myna.kernels.RopePairing;
import dev.myna.kernels.format.NativeMemory;
import java.lang.ref.Reference;

/** What attention consists of: rotary positions, storing keys and values, and attending to them. */
final class CpuAttention {
    private final RangeKernels kernels;
    private final WorkerTeam team;
    private final RopeTables ropeTables = new RopeTables();
    private final Rope rope = new Rope();
    private final StoreKv storeKv = new StoreKv();

    CpuAttention(RangeKernels kernels, WorkerTeam team) {
        this.kernels = kernels;
        this.team = team;
    }

    /** A unit is one row. */
    private final class Rope implements WorkerTeam.Task {
        private long x;
        private int heads;
        private int headDim;
        private RopePairing pairing;
        private Batch batch;
        private RopeTables.Table table;

        @Override
        public void run(int from, int to, Scratch scratch) {
            for (int i = from; i < to; i++) {
                long factors = table.factors(batch.position(i));
                for (int head = 0; head < heads; head++) {
                    kernels.rotate(x + ((long) i * heads + head) * (headDim * 4L), factors, headDim, pairing);
                }
            }
        }
    }

    void rope(Buffer x, Batch batch, int headDim, float base, RopePairing pairing) {
        int n = batch.rows();
        CpuBuffer rows = Operands.buffer(x, "x", n);
        if (headDim <= 0 || headDim % 2 != 0 || rows.width() % headDim != 0) {
            throw Operands.misfit("x: width %d is not a number of heads of even dim %d", rows.width(), headDim);
        }
        if (!(base > 0 && base < Float.POSITIVE_INFINITY)) {
            throw Operands.misfit("rope base must be positive and finite");
        }
        int last = 0;
        for (int i = 0; i < n; i++) {
            last = Math.max(last, batch.position(i));
        }
        try (WorkerTeam.Turn turn = team.turn()) {
            rope.x = rows.address();
            rope.heads = rows.width() / headDim;
            rope.headDim = headDim;
            rope.pairing = pairing;
            rope.batch = batch;
            rope.table = ropeTables.upTo(last, headDim, base, pairing);
            turn.run(n, rows.width(), rope);
            rope.batch = null;
        }
        Reference.reachabilityFence(rows);
    }

    /** A unit is one row. */
    private final class StoreKv implements WorkerTeam.Task {
        private long keys;
        private long values;
        private Batch batch;
        private int layer;

        @Override
        public void run(int from, int to, Scratch scratch) {
            for (int i = from; i < to; i++) {
                CpuKvCache cache = (CpuKvCache) batch.cache(i);
                int position = batch.position(i);
                long offset = i * (cache.shape().width() * 4L);
                store(cache, keys + offset, cache.keys(layer, position));
                store(cache, values + offset, cache.values(layer, position));
            }
        }

        private void store(CpuKvCache cache, long from, long to) {
            if (cache.half()) {
                kernels.toHalf(from, to, cache.shape().width());
            } else {
                NativeMemory.copy(from, to, cache.rowBytes());
            }
        }
    }

    void storeKv(Buffer keys, Buffer values, Batch batch, int layer) {
        int n = batch.rows();
        CpuBuffer keyRows = Operands.buffer(keys, "keys", n);
        int width = keyRows.width();
        CpuBuffer valueRows = Operands.buffer(values, "values", n, width);
        for (int i = 0; i < n; i++) {
            Operands.cache(batch, i, layer, width).reserve(layer, batch.position(i));
        }
        try (WorkerTeam.Turn turn = team.turn()) {
            storeKv.keys = keyRows.address();
            storeKv.values = valueRows.address();
            storeKv.batch = batch;
            storeKv.layer = layer;
            turn.run(n, 2L * width, storeKv);
            storeKv.batch = null;
        }
        Reference.reachabilityFence(keyRows);
        Reference.reachabilityFence(valueRows);
        Reference.reachabilityFence(batch);
    }

    void attendCausal(Buffer query, Batch batch, int layer, Device.Heads heads, Buffer out) {
        int n = batch.rows();
        CpuBuffer queries = Operands.buffer(query, "query", n, Math.multiplyExact(heads.count(), heads.dim()));
        CpuBuffer to = Operands.buffer(out, "out", n, queries.width());
        Operands.requireApart(queries, to);
        long positions = 0;
        for (int i = 0; i < n; i++) {
            CpuKvCache cache = Operands.cache(batch, i, layer, Math.multiplyExact(heads.kvCount(), heads.dim()));
            int last = batch.position(i);
            if (!cache.holds(layer, last)) {
                throw Operands.misfit("batch row %d: positions 0 to %d are not all stored", i, last);
            }
            positions += last + 1;
        }
        CausalAttentionJob job = CausalAttentionJob.of(queries.address(), to.address(), batch, layer, heads);
        long work = n == 0 ? 0 : 2 * positions * queries.width() / job.units();
        try (WorkerTeam.Turn turn = team.turn()) {
            turn.run(job.units(), work, (first, end, scratch) -> {
                for (int unit = first; unit < end; unit++) {
                    kernels.attendCausal(job, unit, scratch);
                }
            });
        }
        Reference.reachabilityFence(queries);
        Reference.reachabilityFence(to);
        Reference.reachabilityFence(batch);
    }

    void attendFull(Buffer query, Buffer key, Buffer value, int group, Device.Heads heads, Buffer out, int n) {
        int width = Math.multiplyExact(heads.count(), heads.dim());
        int kvWidth = Math.multiplyExact(heads.kvCount(), heads.dim());
        if (group <= 0 || n % group != 0) {
            throw Operands.misfit("%d rows are not a number of groups of %d", n, group);
        }
        CpuBuffer queries = Operands.buffer(query, "query", n, width);
        CpuBuffer keys = Operands.buffer(key, "key", n, kvWidth);
        CpuBuffer values = Operands.buffer(value, "value", n, kvWidth);
        CpuBuffer to = Operands.buffer(out, "out", n, width);
        Operands.requireApart(queries, to);
        Operands.requireApart(keys, to);
        Operands.requireApart(values, to);
        FullAttentionJob job =
                new FullAttentionJob(queries.address(), keys.address(), values.address(), to.address(), group, heads);
        int units = Math.multiplyExact(n / group, heads.count());
        try (WorkerTeam.Turn turn = team.turn()) {
            turn.run(units, 2L * group * group * heads.dim(), (first, end, scratch) -> {
                for (int unit = first; unit < end; unit++) {
                    kernels.attendFull(job, unit, scratch);
                }
            });
        }
        Reference.reachabilityFence(queries);
        Reference.reachabilityFence(keys);
        Reference.reachabilityFence(values);
        Reference.reachabilityFence(to);
    }
}
