// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.attention;

import static dev.myna.kernels.machine.NativeMemory.getFloat;

import dev.myna.kernels.cpu.kv.CpuKvCache;
import dev.myna.kernels.cpu.kv.Panel;
import dev.myna.kernels.cpu.kv.VectorKv;
import dev.myna.kernels.machine.NativeMemory;
import dev.myna.kernels.machine.Scratch;

/** Causal attention of one unit: the cached positions are expanded to f32 chunk by chunk, for all queries of the unit. */
final class FlashCausal {
    private FlashCausal() {}

    static void run(CausalAttentionJob job, Flash flash, int unit, Scratch scratch) {
        int rows = job.block(unit);
        int firstRow = job.firstRowOf(rows);
        int sharing = job.sharing();
        int queries = (job.endRowOf(rows) - firstRow) * sharing;
        int dim = job.heads().dim();
        CpuKvCache cache = job.cache(firstRow);
        boolean fast = VectorKv.whole(dim) && cache.finite(job.layer(), job.firstPosition(unit), job.endPosition(unit));
        boolean lone = queries == 1 && fast;
        int tileRows = lone ? 1 : flash.tiles.rowsFor(queries);
        FlashBlock block = flash.block();
        long panelFloats = lone ? 0 : (long) Math.max(FlashBlock.KEYS, dim) * Panel.COLUMNS;
        block.layout(scratch, queries, tileRows, job.heads(), panelFloats);
        int first = job.firstPosition(unit);
        int firstHead = job.kvHead(unit) * sharing;
        for (int i = 0; i < queries; i++) {
            int row = firstRow + i / sharing;
            long query = job.query(row, firstHead + i % sharing);
            int hidden = Math.max(0, job.firstVisible(row) - first);
            flash.putQuery(block, i, query, job.heads().scale(), hidden, job.endVisible(row) - first);
        }
        flash.padQueries(block);
        walk(job, unit, cache, fast, lone, flash, block);
        if (job.isPartial(unit)) {
            for (int i = 0; i < sharing; i++) {
                job.putPartial(unit, firstHead + i, getFloat(block.max + i * 4L), flash.sum(block, i));
                flash.loops.scale(block.outRow(i), 1, job.partialOut(unit, firstHead + i), dim);
            }
        } else {
            for (int i = 0; i < queries; i++) {
                flash.finish(block, i, job.out(firstRow + i / sharing, firstHead + i % sharing));
            }
        }
    }

    private static void walk(
            CausalAttentionJob job,
            int unit,
            CpuKvCache cache,
            boolean fast,
            boolean lone,
            Flash flash,
            FlashBlock block) {
        VectorKv keyReader = flash.loops.reader(cache.keyFormat(), fast);
        VectorKv valueReader = flash.loops.reader(cache.valueFormat(), fast);
        int head = job.kvHead(unit);
        int first = job.firstPosition(unit);
        int end = job.endPosition(unit);
        for (int position = first; position < end; position += FlashBlock.KEYS) {
            int chunk = position / CpuKvCache.CHUNK;
            int start = position - first;
            int count = Math.min(FlashBlock.KEYS, end - position);
            long keys = cache.keys(job.layer(), chunk, head);
            long values = cache.values(job.layer(), chunk, head);
            if (lone) {
                flash.scoreOne(block, keyReader, keys, count);
                flash.weigh(block, start, count);
                flash.addOne(block, valueReader, values, start, count);
            } else {
                score(flash, block, keyReader, keys, start, count);
                flash.weigh(block, start, count);
                add(flash, block, valueReader, values, start, count);
            }
        }
    }

    /** Expands each panel of keys and scores it while it is in the nearest cache. */
    private static void score(Flash flash, FlashBlock block, VectorKv reader, long keys, int start, int count) {
        for (int column = 0; column < count; column += Panel.COLUMNS) {
            reader.keyPanel(keys, column, count - column, block.dim, block.extra);
            flash.score(block, block.extra, start, column);
        }
    }

    private static void add(Flash flash, FlashBlock block, VectorKv reader, long values, int start, int count) {
        for (int element = 0; element < block.dim; element += Panel.COLUMNS) {
            reader.valuePanel(values, count, block.dim, element, block.extra);
            flash.add(block, block.extra, start, count, element);
        }
    }

    /** Combines the partial results of a head, span by span, as {@link Flash} combines blocks. */
    static void combine(CausalAttentionJob job, FlashLoops loops, int combination, Scratch scratch) {
        int block = job.combinedBlock(combination);
        int head = job.combinedHead(combination);
        int spans = job.spans(block);
        long sums = scratch.floats(32L + spans);
        long factors = sums + 64;
        float max = Float.NEGATIVE_INFINITY;
        for (int i = 0; i < spans; i++) {
            float partial = getFloat(job.partialMax(block, head) + i * 4L);
            max = Math.max(max, partial);
            NativeMemory.putFloat(factors + i * 4L, partial);
        }
        loops.weights(factors, spans, max, 0, sums);
        float sum = 0;
        for (int i = 0; i < spans; i++) {
            sum += getFloat(factors + i * 4L) * getFloat(job.partialSum(block, head) + i * 4L);
        }
        long from = job.partialOut(block, head, 0);
        long to = job.out(job.firstRowOf(block), head);
        loops.mean(
                factors,
                spans,
                from,
                job.partialOutStride(),
                sum,
                to,
                job.heads().dim());
    }
}
