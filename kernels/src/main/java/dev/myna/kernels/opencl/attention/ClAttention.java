// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.opencl.attention;

import dev.myna.kernels.Attention;
import dev.myna.kernels.Batch;
import dev.myna.kernels.Buffer;
import dev.myna.kernels.KvCache;
import dev.myna.kernels.Rope;
import dev.myna.kernels.opencl.attention.ClAttentionKernels.Types;
import dev.myna.kernels.opencl.machine.ClBuffer;
import dev.myna.kernels.opencl.machine.ClKernel;
import dev.myna.kernels.opencl.machine.ClMachine;
import dev.myna.kernels.opencl.machine.ClMemory;
import dev.myna.kernels.opencl.machine.ClOperands;
import dev.myna.kernels.operand.Checks;

/** Attention, over a cache or over rows of activations. */
public final class ClAttention implements Attention {
    private static final int QUERIES = ClAttentionKernels.QUERIES;

    /** With at most so many rows, the keys are cut into spans, so that there are enough groups for a large device. */
    private static final int FEW_ROWS = 8;

    /** Keys of a span. */
    private static final int SPAN = 128;

    /** Memory for what the spans of a pass find, whatever the context. */
    private static final long PARTIAL_BYTES = 8 << 20;

    private final ClMachine machine;
    private final ClAttentionKernels kernels;
    private final ClKeyValues keyValues;
    private final ClMemory partial;
    private final int lanes;

    public ClAttention(ClMachine machine) {
        this.machine = machine;
        lanes = machine.shape().keyLanes();
        kernels = new ClAttentionKernels(machine.programs(), lanes);
        keyValues = new ClKeyValues(machine, kernels);
        partial = machine.pool().allocate(PARTIAL_BYTES, "partial attention");
    }

    /** Builds the kernels for a cache of this shape, so that a driver that cannot build them fails when a model is loaded. */
    public void prepare(KvCache.Shape shape) {
        kernels.kernel("attend_one", Types.of(shape), shape.headDim(), false);
    }

    @Override
    public void rope(Buffer x, Batch batch, Rope rope) {
        keyValues.rope(x, batch, rope);
    }

    @Override
    public void storeKv(Buffer keys, Buffer values, Batch batch, int layer) {
        keyValues.storeKv(keys, values, batch, layer);
    }

    @Override
    public void ropeAndStoreKv(Buffer query, Buffer keys, Buffer values, Batch batch, Rope rope, int layer) {
        keyValues.ropeAndStoreKv(query, keys, values, batch, rope, layer);
    }

    @Override
    public void attendCausal(Buffer query, Batch batch, int layer, Heads heads, int window, Buffer out) {
        int n = batch.rows();
        Checks.requireWindow(window);
        ClBuffer queries = ClOperands.buffer(query, "query", n, Math.multiplyExact(heads.count(), heads.dim()));
        ClBuffer to = ClOperands.buffer(out, "out", n, queries.width());
        ClOperands.requireApart(queries, to);
        for (int row = 0; row < n; row++) {
            int first = batch.firstVisible(row, window);
            if (!ClKvCache.of(batch, row, layer, heads.kvCount(), heads.dim())
                    .holds(layer, first, batch.blockLast(row))) {
                throw Checks.misfitPositions(batch, row, first);
            }
        }
        for (int row = 0; row < n; ) {
            BatchRun run = BatchRun.ofBlock(batch, row, layer);
            KvCache.Shape shape = run.cache().shape();
            Source source = new Source(
                    run.cache().layer(layer),
                    0,
                    run.cache().keyRegion(layer),
                    run.cache().layer(layer),
                    run.cache().valuesFrom(layer),
                    run.cache().valueRegion(layer),
                    0,
                    run.cache().drops(layer) ? shape.positions(layer) : 0,
                    Types.of(shape));
            int lowest = run.position() - window + 1;
            Interval interval = BatchRun.hasBlock(batch, row)
                    ? new Interval(batch.blockLast(row) + 1, 0, lowest, batch.blockFirst(row))
                    : new Interval(run.position() + 1, 1, lowest, Integer.MAX_VALUE);
            attend(queries.slice(row, run.count()), source, heads, to.slice(row, run.count()), interval);
            row = run.end();
        }
    }

    @Override
    public void attendFull(Buffer query, Buffer key, Buffer value, int group, Heads heads, Buffer out, int n) {
        int width = Math.multiplyExact(heads.count(), heads.dim());
        int kvWidth = Math.multiplyExact(heads.kvCount(), heads.dim());
        Checks.requireGroups(n, group);
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
                    0,
                    Types.ROWS);
            attend(queries.slice(row, group), source, heads, to.slice(row, group), new Interval(group, 0, 0, 0));
        }
    }

    /**
     * Keys and values: where those of the first head begin, how far heads are apart, all in bytes; and for rows of activations, how
     * far those are apart in elements. A {@code room} above 0 is that of a layer in which new positions take the places of old ones.
     */
    private record Source(
            ClMemory keys,
            long keysAt,
            long keyRegion,
            ClMemory values,
            long valuesAt,
            long valueRegion,
            int stride,
            int room,
            Types types) {}

    /**
     * Which keys rows may look at: row i sees {@code min(max(0, lowest + i), block)} to {@code visible + i step}.
     *
     * @param visible end of the keys of the first row
     * @param step 1 if each row sees a key more than the one before, 0 if all see the same
     * @param lowest first key of the first row's window; may be negative
     * @param block first key of the block that all rows see
     */
    private record Interval(int visible, int step, int lowest, int block) {
        /** Where the kernels begin to read: the first key of all, at the beginning of a group. */
        int first() {
            return Math.min(Math.max(0, lowest), block) & -KvCache.GROUP;
        }
    }

    private void attend(ClBuffer query, Source source, Heads heads, ClBuffer out, Interval interval) {
        int rows = query.rows();
        boolean wide = (long) QUERIES * (heads.dim() + lanes) * Float.BYTES
                > machine.info().localBytes();
        int queries = rows < 4 || wide ? 1 : QUERIES;
        int keys = interval.visible + interval.step * (rows - 1) - interval.first();
        int span = rows <= FEW_ROWS ? span(keys, (long) rows * heads.count(), heads.dim()) : Math.max(keys, 1);
        int spans = Math.ceilDiv(keys, span);
        String name = queries == 1 ? "attend_one" : "attend_some";
        ClKernel kernel = kernels.kernel(name, source.types, heads.dim(), source.room > 0);
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
                    .number(heads.softCap())
                    .number(interval.visible)
                    .number(interval.step)
                    .number(interval.lowest)
                    .number(interval.block)
                    .number(span)
                    .number(source.room)
                    .local((long) queries * heads.dim() * Float.BYTES);
            machine.queue().run(kernel, spans, heads.count(), Math.ceilDiv(rows, queries), lanes, 1);
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

    public void close() {
        partial.release();
        keyValues.close();
    }
}
