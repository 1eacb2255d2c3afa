// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu;

import static dev.myna.kernels.format.NativeMemory.getFloat;

import dev.myna.kernels.format.Lanes;
import dev.myna.kernels.format.NativeMemory;
import jdk.incubator.vector.FloatVector;

/** Causal attention of one unit: the cached positions are expanded to f32 chunk by chunk, for all queries of the unit. */
final class VectorCausalAttention {
    private VectorCausalAttention() {}

    static void attend(CausalAttentionJob job, int unit, Scratch scratch) {
        int block = job.block(unit);
        int firstRow = job.firstRowOf(block);
        int sharing = job.sharing();
        int queries = (job.endRowOf(block) - firstRow) * sharing;
        int dim = job.heads().dim();
        long panelFloats = FlashBlock.KEYS * (dim + FlashBlock.valuePanels(dim) * (long) AttentionTile.COLUMNS);
        FlashBlock flash = scratch.flash();
        flash.layout(scratch, queries, dim, panelFloats);
        int first = job.firstPosition(unit);
        int firstHead = job.kvHead(unit) * sharing;
        for (int i = 0; i < queries; i++) {
            int row = firstRow + i / sharing;
            long query = job.query(row, firstHead + i % sharing);
            VectorFlash.putQuery(flash, i, query, job.heads().scale(), job.visible(row) - first);
        }
        VectorFlash.padQueries(flash);
        walk(job, unit, job.cache(firstRow), flash);
        if (job.isPartial(unit)) {
            for (int i = 0; i < sharing; i++) {
                job.putPartial(unit, firstHead + i, getFloat(flash.max + i * 4L), getFloat(flash.sum + i * 4L));
                VectorFlash.scale(flash.outRow(i), 1, job.partialOut(unit, firstHead + i), dim);
            }
        } else {
            for (int i = 0; i < queries; i++) {
                VectorFlash.finish(flash, i, job.out(firstRow + i / sharing, firstHead + i % sharing));
            }
        }
    }

    private static void walk(CausalAttentionJob job, int unit, CpuKvCache cache, FlashBlock flash) {
        VectorKv keys = VectorKv.of(cache.keyFormat());
        VectorKv values = VectorKv.of(cache.valueFormat());
        int dim = flash.dim;
        int head = job.kvHead(unit);
        int first = job.firstPosition(unit);
        int end = job.endPosition(unit);
        long valuePanels = flash.extra + (long) FlashBlock.KEYS * dim * 4;
        for (int position = first; position < end; position += FlashBlock.KEYS) {
            int chunk = position / CpuKvCache.CHUNK;
            int count = Math.min(FlashBlock.KEYS, end - position);
            keys.keyPanels(cache.keys(job.layer(), chunk, head), count, dim, flash.extra);
            values.valuePanels(cache.values(job.layer(), chunk, head), count, dim, valuePanels);
            VectorFlash.step(flash, flash.extra, valuePanels, count * AttentionTile.PANEL_ROW, position - first, count);
        }
    }

    /** Combines the partial results of a head, span by span, as {@link VectorFlash} combines blocks. */
    static void combine(CausalAttentionJob job, int combination, Scratch scratch) {
        int block = job.combinedBlock(combination);
        int head = job.combinedHead(combination);
        int spans = job.spans(block);
        long factors = scratch.floats(spans);
        long maxima = job.partialMax(block, head);
        float max = Float.NEGATIVE_INFINITY;
        for (int i = 0; i < spans; i++) {
            max = Math.max(max, getFloat(maxima + i * 4L));
        }
        VectorMath.exponentials(maxima, -max, factors, spans);
        float sum = 0;
        for (int i = 0; i < spans; i++) {
            sum += getFloat(factors + i * 4L) * getFloat(job.partialSum(block, head) + i * 4L);
        }
        long from = job.partialOut(block, head, 0);
        long to = job.out(job.firstRowOf(block), head);
        int dim = job.heads().dim();
        int i = 0;
        for (; i <= dim - Lanes.W; i += Lanes.W) {
            FloatVector total = FloatVector.zero(Lanes.F);
            for (int span = 0; span < spans; span++) {
                FloatVector part = Lanes.load(from + span * job.partialOutStride() + i * 4L);
                total = part.fma(FloatVector.broadcast(Lanes.F, getFloat(factors + span * 4L)), total);
            }
            Lanes.store(total.div(sum), to + i * 4L);
        }
        for (; i < dim; i++) {
            float total = 0;
            for (int span = 0; span < spans; span++) {
                float part = getFloat(from + span * job.partialOutStride() + i * 4L);
                total = Math.fma(part, getFloat(factors + span * 4L), total);
            }
            NativeMemory.putFloat(to + i * 4L, total / sum);
        }
    }
}
