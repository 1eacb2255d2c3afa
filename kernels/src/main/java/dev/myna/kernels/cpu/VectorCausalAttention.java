// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu;

import static dev.myna.kernels.format.NativeMemory.getFloat;

import dev.myna.kernels.format.NativeMemory;

/** Causal attention of one unit: the cached positions are expanded to f32 chunk by chunk, for all queries of the unit. */
final class VectorCausalAttention {
    private VectorCausalAttention() {}

    static void attend(CausalAttentionJob job, AttentionTiles tiles, FlashLoops loops, int unit, Scratch scratch) {
        int block = job.block(unit);
        int firstRow = job.firstRowOf(block);
        int sharing = job.sharing();
        int queries = (job.endRowOf(block) - firstRow) * sharing;
        int dim = job.heads().dim();
        CpuKvCache cache = job.cache(firstRow);
        boolean fast = VectorKv.whole(dim) && cache.finite(job.layer(), job.firstPosition(unit), job.endPosition(unit));
        boolean lone = queries == 1 && fast;
        int tileRows = lone ? 1 : tiles.rowsFor(queries);
        FlashBlock flash = scratch.flash();
        long panelFloats = lone ? 0 : (long) Math.max(FlashBlock.KEYS, dim) * AttentionTile.COLUMNS;
        flash.layout(scratch, tiles, loops, queries, tileRows, dim, panelFloats);
        int first = job.firstPosition(unit);
        int firstHead = job.kvHead(unit) * sharing;
        for (int i = 0; i < queries; i++) {
            int row = firstRow + i / sharing;
            long query = job.query(row, firstHead + i % sharing);
            VectorFlash.putQuery(flash, i, query, job.heads().scale(), job.visible(row) - first);
        }
        VectorFlash.padQueries(flash);
        walk(job, unit, cache, fast, lone, flash);
        if (job.isPartial(unit)) {
            for (int i = 0; i < sharing; i++) {
                job.putPartial(unit, firstHead + i, getFloat(flash.max + i * 4L), VectorFlash.sum(flash, i));
                loops.scale(flash.outRow(i), 1, job.partialOut(unit, firstHead + i), dim);
            }
        } else {
            for (int i = 0; i < queries; i++) {
                VectorFlash.finish(flash, i, job.out(firstRow + i / sharing, firstHead + i % sharing));
            }
        }
    }

    private static void walk(
            CausalAttentionJob job, int unit, CpuKvCache cache, boolean fast, boolean lone, FlashBlock flash) {
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
                VectorFlash.scoreOne(flash, keyReader, keys, count);
                VectorFlash.weigh(flash, start, count);
                VectorFlash.addOne(flash, valueReader, values, start, count);
            } else {
                score(flash, keyReader, keys, start, count);
                VectorFlash.weigh(flash, start, count);
                add(flash, valueReader, values, start, count);
            }
        }
    }

    /** Expands each panel of keys and scores it while it is in the nearest cache. */
    private static void score(FlashBlock flash, VectorKv reader, long keys, int start, int count) {
        for (int column = 0; column < count; column += AttentionTile.COLUMNS) {
            reader.keyPanel(keys, column, count - column, flash.dim, flash.extra);
            VectorFlash.score(flash, flash.extra, start, column);
        }
    }

    private static void add(FlashBlock flash, VectorKv reader, long values, int start, int count) {
        for (int element = 0; element < flash.dim; element += AttentionTile.COLUMNS) {
            reader.valuePanel(values, count, flash.dim, element, flash.extra);
            VectorFlash.add(flash, flash.extra, start, count, element);
        }
    }

    /** Combines the partial results of a head, span by span, as {@link VectorFlash} combines blocks. */
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
