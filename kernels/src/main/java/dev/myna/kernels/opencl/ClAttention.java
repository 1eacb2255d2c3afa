// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.opencl;

import dev.myna.kernels.Batch;
import dev.myna.kernels.Buffer;
import dev.myna.kernels.Device;
import dev.myna.kernels.KvCache;
import dev.myna.kernels.Rope;
import dev.myna.kernels.RopePairing;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What attention consists of: rotary positions, storing keys and values, and attending to them. */
final class ClAttention {
    /** Work-items of a group of attention.cl, and keys per step. */
    private static final int LANES = 64;

    /** Query rows that share the keys they read. */
    private static final int QUERIES = 8;

    /** With at most so many rows, the keys are cut into spans, so that there are enough groups for a large device. */
    private static final int FEW_ROWS = 8;

    /** Keys of a span. */
    private static final int SPAN = 128;

    /** Memory for what the spans of a pass find, whatever the context. */
    private static final long PARTIAL_BYTES = 8 << 20;

    private final ClMachine machine;
    private final RopeTurns turns;
    private final ClMemory partial;
    private final Map<Variant, ClKernel> kernels = new ConcurrentHashMap<>();

    ClAttention(ClMachine machine) {
        this.machine = machine;
        turns = new RopeTurns(machine.pool(), machine.queue());
        partial = machine.pool().allocate(PARTIAL_BYTES, "partial attention");
    }

    /** Builds the kernels for a cache of this shape, so that a driver that cannot is found out before anything is asked. */
    void prepare(KvCache.Shape shape) {
        kernel("attend_one", Types.of(shape), shape.headDim());
    }

    /** Consecutive positions of one sequence among the rows of a batch. */
    private record Run(ClKvCache cache, int row, int position, int count) {
        int end() {
            return row + count;
        }
    }

    /** The run that begins at {@code row}. */
    private static Run run(Batch batch, int row, int layer) {
        ClKvCache cache = ClOperands.cache(batch, row, layer);
        int position = batch.position(row);
        int count = 1;
        while (row + count < batch.rows()
                && batch.cache(row + count) == cache
                && batch.position(row + count) == position + count) {
            count++;
        }
        return new Run(cache, row, position, count);
    }

    void rope(Buffer x, Batch batch, Rope rope) {
        ClBuffer rows = ClOperands.buffer(x, "x", batch.rows());
        int heads = heads(rows, "x", rope.headDim());
        ClKernel kernel = machine.basic("rope");
        synchronized (machine.queue()) {
            int place = turns.place(rope);
            for (int row = 0; row < batch.rows(); ) {
                int first = row;
                do {
                    row++;
                } while (row < batch.rows() && batch.position(row) == batch.position(row - 1) + 1);
                kernel.begin()
                        .buffer(rows.slice(first, row - first))
                        .number(rope.headDim())
                        .number(rope.pairing() == RopePairing.ADJACENT ? 1 : 0)
                        .number(batch.position(first))
                        .number((long) place)
                        .memory(turns.memory());
                machine.queue().runElements(kernel, rope.headDim() / 2, heads, row - first);
            }
        }
    }

    private static int heads(ClBuffer rows, String name, int headDim) {
        if (rows.width() % headDim != 0) {
            throw ClOperands.misfit("%s: width %d is not a number of heads of dim %d", name, rows.width(), headDim);
        }
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
        KvCache.Shape shape = ClOperands.cache(batch, 0, layer).shape();
        if (shape.width() != width) {
            throw ClOperands.misfit("keys: width is %d, the cache's is %d", width, shape.width());
        }
        if (rope != null && rope.headDim() != shape.headDim()) {
            throw ClOperands.misfit("rope: head dim is %d, the cache's is %d", rope.headDim(), shape.headDim());
        }
        for (int row = 0; row < n; row++) {
            ClOperands.cache(batch, row, layer, shape.heads(), shape.headDim());
        }
        for (int row = 0; row < n; ) {
            Run run = run(batch, row, layer);
            store(query, keyRows, valueRows, run, rope, layer);
            run.cache.store(layer, run.position, run.count);
            row = run.end();
        }
    }

    private void store(ClBuffer query, ClBuffer keys, ClBuffer values, Run run, Rope rope, int layer) {
        KvCache.Shape shape = run.cache.shape();
        int queryHeads = query == null ? 0 : query.width() / shape.headDim();
        int rotation = rope == null ? 0 : rope.pairing() == RopePairing.ADJACENT ? 1 : 2;
        ClKernel kernel = kernel("store_kv", Types.of(shape), shape.headDim());
        synchronized (machine.queue()) {
            int place = rope == null ? 0 : turns.place(rope);
            kernel.begin()
                    .buffer(keys.slice(run.row, run.count))
                    .buffer(values.slice(run.row, run.count))
                    .buffer((query == null ? keys : query).slice(run.row, run.count))
                    .memory(run.cache.layer(layer))
                    .number(run.cache.keyRegion())
                    .number(run.cache.valueRegion())
                    .number(run.cache.valuesFrom())
                    .number(shape.heads())
                    .number(shape.headDim())
                    .number(run.position)
                    .number(rotation)
                    .number((long) place)
                    .memory(turns.memory());
            machine.queue().runElements(kernel, shape.headDim(), shape.heads() + queryHeads, run.count);
        }
    }

    /** Ids of the types of keys and values. */
    private record Types(int keys, int values) {
        /** Rows of activations. */
        static final Types ROWS = new Types(-1, -1);

        static Types of(KvCache.Shape shape) {
            return new Types(shape.keys().id(), shape.values().id());
        }
    }

    /**
     * A kernel as it is built.
     *
     * @param per elements of a head per work-item
     */
    private record Variant(String name, Types types, int per) {}

    private ClKernel kernel(String name, Types types, int dim) {
        int per = Math.ceilDiv(dim, LANES);
        Variant variant = new Variant(name, types, per == 1 ? 1 : Integer.highestOneBit(per - 1) * 2);
        ClKernel known = kernels.get(variant);
        return known != null ? known : kernels.computeIfAbsent(variant, this::build);
    }

    /** One program per pair of types and width of heads. */
    private ClKernel build(Variant variant) {
        List<String> parts = new ArrayList<>();
        if (!variant.types.equals(Types.ROWS)) {
            parts.addAll(List.of("rope.cl", "kv.cl"));
        }
        parts.add("values.cl");
        for (int queries : new int[] {1, QUERIES}) {
            parts.add(ClProducts.define("QUERIES", queries)
                    + ClProducts.define("ATTEND", queries == 1 ? "attend_one" : "attend_some")
                    + ClProducts.define("KEY_DOT", "key_dot_" + queries));
            parts.add("attention.cl");
        }
        return machine.programs()
                .kernel(
                        variant.name,
                        parts,
                        "-DKEY_TYPE=" + variant.types.keys + " -DVALUE_TYPE=" + variant.types.values + " -DLANES="
                                + LANES + " -DPER=" + variant.per);
    }

    void attendCausal(Buffer query, Batch batch, int layer, Device.Heads heads, Buffer out) {
        int n = batch.rows();
        ClBuffer queries = ClOperands.buffer(query, "query", n, Math.multiplyExact(heads.count(), heads.dim()));
        ClBuffer to = ClOperands.buffer(out, "out", n, queries.width());
        ClOperands.requireApart(queries, to);
        for (int row = 0; row < n; row++) {
            int last = batch.position(row);
            if (!ClOperands.cache(batch, row, layer, heads.kvCount(), heads.dim())
                    .holds(layer, last)) {
                throw ClOperands.misfit("batch row %d: positions 0 to %d are not all stored", row, last);
            }
        }
        for (int row = 0; row < n; ) {
            Run run = run(batch, row, layer);
            KvCache.Shape shape = run.cache.shape();
            Source source = new Source(
                    run.cache.layer(layer),
                    0,
                    run.cache.keyRegion(),
                    run.cache.layer(layer),
                    run.cache.valuesFrom(),
                    run.cache.valueRegion(),
                    0,
                    Types.of(shape));
            attend(queries.slice(row, run.count), source, heads, to.slice(row, run.count), run.position + 1, 1);
            row = run.end();
        }
    }

    void attendFull(Buffer query, Buffer key, Buffer value, int group, Device.Heads heads, Buffer out, int n) {
        int width = Math.multiplyExact(heads.count(), heads.dim());
        int kvWidth = Math.multiplyExact(heads.kvCount(), heads.dim());
        if (group <= 0 || n % group != 0) {
            throw ClOperands.misfit("%d rows are not a number of groups of %d", n, group);
        }
        ClBuffer queries = ClOperands.buffer(query, "query", n, width);
        ClBuffer keys = ClOperands.buffer(key, "key", n, kvWidth);
        ClBuffer values = ClOperands.buffer(value, "value", n, kvWidth);
        ClBuffer to = ClOperands.buffer(out, "out", n, width);
        ClOperands.requireApart(queries, to);
        ClOperands.requireApart(keys, to);
        ClOperands.requireApart(values, to);
        long head = heads.dim() * 4L;
        for (int row = 0; row < n; row += group) {
            ClBuffer keyRows = keys.slice(row, group);
            ClBuffer valueRows = values.slice(row, group);
            Source source = new Source(
                    keyRows.memory(),
                    keyRows.offset() * 4,
                    head,
                    valueRows.memory(),
                    valueRows.offset() * 4,
                    head,
                    kvWidth,
                    Types.ROWS);
            attend(queries.slice(row, group), source, heads, to.slice(row, group), group, 0);
        }
    }

    /**
     * Keys and values: where those of the first head begin, how far heads are apart, all in bytes; and for rows of activations, how
     * far those are apart in elements.
     */
    private record Source(
            ClMemory keys,
            long keysAt,
            long keyRegion,
            ClMemory values,
            long valuesAt,
            long valueRegion,
            int stride,
            Types types) {}

    /** @param visible keys the first row may look at; each row {@code step} more than the one before */
    private void attend(ClBuffer query, Source source, Device.Heads heads, ClBuffer out, int visible, int step) {
        int rows = query.rows();
        boolean wide = (long) QUERIES * (heads.dim() + LANES) * Float.BYTES
                > machine.info().localBytes();
        int queries = rows < 4 || wide ? 1 : QUERIES;
        int keys = visible + step * (rows - 1);
        int span = rows <= FEW_ROWS ? span(keys, (long) rows * heads.count(), heads.dim()) : Math.max(keys, 1);
        int spans = Math.ceilDiv(keys, span);
        ClKernel kernel = kernel(queries == 1 ? "attend_one" : "attend_some", source.types, heads.dim());
        synchronized (machine.queue()) {
            kernel.begin()
                    .buffer(query)
                    .memory(source.keys)
                    .number(source.keysAt)
                    .number(source.keyRegion)
                    .memory(source.values)
                    .number(source.valuesAt)
                    .number(source.valueRegion)
                    .number(source.stride)
                    .buffer(out)
                    .memory(partial)
                    .number(rows)
                    .number(heads.count())
                    .number(heads.count() / heads.kvCount())
                    .number(heads.dim())
                    .number(heads.scale())
                    .number(visible)
                    .number(step)
                    .number(span)
                    .local((long) queries * heads.dim() * Float.BYTES);
            machine.queue().run(kernel, spans, heads.count(), Math.ceilDiv(rows, queries), LANES, 1);
            if (spans > 1) {
                ClKernel combine = machine.basic("combine");
                combine.begin()
                        .memory(partial)
                        .number(spans)
                        .number(heads.dim())
                        .buffer(out);
                machine.queue().runElements(combine, heads.dim(), (long) heads.count() * rows, 1);
            }
        }
    }

    /** Keys per span: as few as the memory for partial results allows. */
    private static int span(int keys, long units, int dim) {
        long most = Math.max(1, PARTIAL_BYTES / (units * (dim + 2) * Float.BYTES));
        int span = SPAN;
        while (Math.ceilDiv(keys, span) > most) {
            span *= 2;
        }
        return span;
    }

    void close() {
        turns.memory().release();
        partial.release();
    }
}
