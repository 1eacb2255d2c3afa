// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.opencl.attention;

import dev.myna.kernels.Batch;
import dev.myna.kernels.Buffer;
import dev.myna.kernels.Device;
import dev.myna.kernels.KvCache;
import dev.myna.kernels.opencl.attention.ClAttentionKernels.Types;
import dev.myna.kernels.opencl.machine.ClBuffer;
import dev.myna.kernels.opencl.machine.ClKernel;
import dev.myna.kernels.opencl.machine.ClMachine;
import dev.myna.kernels.opencl.machine.ClMemory;
import dev.myna.kernels.opencl.machine.ClOperands;
import dev.myna.kernels.operand.Checks;

/** Attention, over a cache or over rows of activations. */
public final class ClAttention {
    private static final int QUERIES = ClAttentionKernels.QUERIES;

    /** With at most so many rows, the keys are cut into spans, so that there are enough groups for a large device. */
    private static final int FEW_ROWS = 8;

    /** Keys of a span. */
    private static final int SPAN = 128;

    /** Memory for what the spans of a pass find, whatever the context. */
    private static final long PARTIAL_BYTES = 8 << 20;

    private final ClMachine machine;
    private final ClAttentionKernels kernels;
    private final ClMemory partial;
    private final int lanes;

    public ClAttention(ClMachine machine, ClAttentionKernels kernels) {
        this.machine = machine;
        this.kernels = kernels;
        lanes = machine.shape().keyLanes();
        partial = machine.pool().allocate(PARTIAL_BYTES, "partial attention");
    }

    /** Builds the kernels for a cache of this shape, so that a driver that cannot build them fails when a model is loaded. */
    public void prepare(KvCache.Shape shape) {
        kernels.kernel("attend_one", Types.of(shape), shape.headDim());
    }

    public void attendCausal(Buffer query, Batch batch, int layer, Device.Heads heads, Buffer out) {
        int n = batch.rows();
        ClBuffer queries = ClOperands.buffer(query, "query", n, Math.multiplyExact(heads.count(), heads.dim()));
        ClBuffer to = ClOperands.buffer(out, "out", n, queries.width());
        ClOperands.requireApart(queries, to);
        for (int row = 0; row < n; row++) {
            int last = batch.position(row);
            if (!ClKvCache.of(batch, row, layer, heads.kvCount(), heads.dim()).holds(layer, last)) {
                throw Checks.misfitPositions(batch, row);
            }
        }
        for (int row = 0; row < n; ) {
            BatchRun run = BatchRun.of(batch, row, layer);
            KvCache.Shape shape = run.cache().shape();
            Source source = new Source(
                    run.cache().layer(layer),
                    0,
                    run.cache().keyRegion(),
                    run.cache().layer(layer),
                    run.cache().valuesFrom(),
                    run.cache().valueRegion(),
                    0,
                    Types.of(shape));
            attend(queries.slice(row, run.count()), source, heads, to.slice(row, run.count()), run.position() + 1, 1);
            row = run.end();
        }
    }

    public void attendFull(Buffer query, Buffer key, Buffer value, int group, Device.Heads heads, Buffer out, int n) {
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
        boolean wide = (long) QUERIES * (heads.dim() + lanes) * Float.BYTES
                > machine.info().localBytes();
        int queries = rows < 4 || wide ? 1 : QUERIES;
        int keys = visible + step * (rows - 1);
        int span = rows <= FEW_ROWS ? span(keys, (long) rows * heads.count(), heads.dim()) : Math.max(keys, 1);
        int spans = Math.ceilDiv(keys, span);
        ClKernel kernel = kernels.kernel(queries == 1 ? "attend_one" : "attend_some", source.types, heads.dim());
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
    }
}
