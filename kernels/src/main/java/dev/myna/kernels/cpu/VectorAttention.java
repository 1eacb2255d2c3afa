// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu;

import static dev.myna.kernels.format.NativeMemory.putFloat;

/** Unmasked attention: a head's keys and values are laid out in panels once, then blocks of queries pass over them. */
final class VectorAttention {
    private VectorAttention() {}

    /** Units {@code from} to {@code to} of the job. Those of one head follow each other and share its panels. */
    static void full(FullAttentionJob job, AttentionTiles tiles, FlashLoops loops, int from, int to, Scratch scratch) {
        FlashBlock block = scratch.flash();
        int dim = job.heads().dim();
        int panels = Math.ceilDiv(job.group(), AttentionTile.COLUMNS);
        long keyBytes = (long) panels * dim * AttentionTile.PANEL_ROW;
        long valuePanelBytes = job.group() * AttentionTile.PANEL_ROW;
        long extra = keyBytes + FlashBlock.valuePanels(dim) * valuePanelBytes;
        block.layout(scratch, tiles, loops, job.rowsPerUnit(), tiles.rowsFor(job.rowsPerUnit()), dim, extra / 4);
        long keys = block.extra;
        long values = keys + keyBytes;
        int packed = -1;
        for (int unit = from; unit < to; unit++) {
            if (job.kvPart(unit) != packed) {
                packed = job.kvPart(unit);
                loops.packKeys(job.key() + job.kvOffset(unit), job.kvRowBytes(), job.group(), dim, keys);
                packValues(job.value() + job.kvOffset(unit), job.kvRowBytes(), job.group(), dim, values, loops);
            }
            int first = job.firstRow(unit);
            int rows = job.endRow(unit) - first;
            block.begin(rows);
            for (int i = 0; i < rows; i++) {
                long query = job.query() + job.queryOffset(unit, first + i);
                VectorFlash.putQuery(block, i, query, job.heads().scale(), job.group());
            }
            VectorFlash.padQueries(block);
            for (int start = 0; start < job.group(); start += FlashBlock.KEYS) {
                step(block, keys, values, valuePanelBytes, start, Math.min(FlashBlock.KEYS, job.group() - start));
            }
            for (int i = 0; i < rows; i++) {
                VectorFlash.finish(block, i, job.out() + job.queryOffset(unit, first + i));
            }
        }
    }

    private static void step(FlashBlock block, long keys, long values, long valuePanelBytes, int start, int count) {
        long keyPanelBytes = block.dim * AttentionTile.PANEL_ROW;
        for (int column = 0; column < count; column += AttentionTile.COLUMNS) {
            long panel = keys + (start + column) / AttentionTile.COLUMNS * keyPanelBytes;
            VectorFlash.score(block, panel, start, column);
        }
        VectorFlash.weigh(block, start, count);
        for (int element = 0; element < block.dim; element += AttentionTile.COLUMNS) {
            long panel = values + element / AttentionTile.COLUMNS * valuePanelBytes;
            VectorFlash.add(block, panel + start * AttentionTile.PANEL_ROW, start, count, element);
        }
    }

    /** Rows of {@code dim} f32 to panels [rows][COLUMNS]; zero behind the last element. */
    private static void packValues(long from, long stride, int rows, int dim, long to, FlashLoops loops) {
        for (int first = 0; first < dim; first += AttentionTile.COLUMNS) {
            long panel = to + first / AttentionTile.COLUMNS * (rows * AttentionTile.PANEL_ROW);
            int columns = Math.min(AttentionTile.COLUMNS, dim - first);
            for (int row = 0; row < rows; row++) {
                long source = from + row * stride + first * 4L;
                long target = panel + row * AttentionTile.PANEL_ROW;
                loops.scale(source, 1, target, columns);
                for (int i = columns; i < AttentionTile.COLUMNS; i++) {
                    putFloat(target + i * 4L, 0);
                }
            }
        }
    }
}
