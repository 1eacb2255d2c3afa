// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.attention;

import static dev.myna.kernels.machine.NativeMemory.putFloat;

import dev.myna.kernels.cpu.kv.Panel;
import dev.myna.kernels.machine.Scratch;

/** Unmasked attention: a head's keys and values are laid out in panels once, then blocks of queries pass over them. */
final class FlashFull {
    private FlashFull() {}

    /** Units {@code from} to {@code to} of the job. Those of one head follow each other and share its panels. */
    static void run(FullAttentionJob job, Flash flash, int from, int to, Scratch scratch) {
        FlashBlock block = flash.block();
        int dim = job.heads().dim();
        int panels = Math.ceilDiv(job.group(), Panel.COLUMNS);
        long keyBytes = (long) panels * dim * Panel.ROW;
        long valuePanelBytes = job.group() * Panel.ROW;
        long extra = keyBytes + FlashBlock.valuePanels(dim) * valuePanelBytes;
        block.layout(scratch, job.rowsPerUnit(), flash.tiles.rowsFor(job.rowsPerUnit()), job.heads(), extra / 4);
        long keys = block.extra;
        long values = keys + keyBytes;
        int packed = -1;
        for (int unit = from; unit < to; unit++) {
            if (job.kvPart(unit) != packed) {
                packed = job.kvPart(unit);
                flash.loops.packKeys(job.key() + job.kvOffset(unit), job.kvRowBytes(), job.group(), dim, keys);
                packValues(job.value() + job.kvOffset(unit), job.kvRowBytes(), job.group(), dim, values, flash.loops);
            }
            int first = job.firstRow(unit);
            int rows = job.endRow(unit) - first;
            block.begin(rows);
            for (int i = 0; i < rows; i++) {
                long query = job.query() + job.queryOffset(unit, first + i);
                flash.putQuery(block, i, query, job.heads().scale(), 0, job.group());
            }
            flash.padQueries(block);
            for (int start = 0; start < job.group(); start += FlashBlock.KEYS) {
                step(
                        flash,
                        block,
                        keys,
                        values,
                        valuePanelBytes,
                        start,
                        Math.min(FlashBlock.KEYS, job.group() - start));
            }
            for (int i = 0; i < rows; i++) {
                flash.finish(block, i, job.out() + job.queryOffset(unit, first + i));
            }
        }
    }

    private static void step(
            Flash flash, FlashBlock block, long keys, long values, long valuePanelBytes, int start, int count) {
        long keyPanelBytes = block.dim * Panel.ROW;
        for (int column = 0; column < count; column += Panel.COLUMNS) {
            long panel = keys + (start + column) / Panel.COLUMNS * keyPanelBytes;
            flash.score(block, panel, start, column);
        }
        flash.weigh(block, start, count);
        for (int element = 0; element < block.dim; element += Panel.COLUMNS) {
            long panel = values + element / Panel.COLUMNS * valuePanelBytes;
            flash.add(block, panel + start * Panel.ROW, start, count, element);
        }
    }

    /** Rows of {@code dim} f32 to panels [rows][COLUMNS]; zero behind the last element. */
    private static void packValues(long from, long stride, int rows, int dim, long to, FlashLoops loops) {
        for (int first = 0; first < dim; first += Panel.COLUMNS) {
            long panel = to + first / Panel.COLUMNS * (rows * Panel.ROW);
            int columns = Math.min(Panel.COLUMNS, dim - first);
            for (int row = 0; row < rows; row++) {
                long source = from + row * stride + first * 4L;
                long target = panel + row * Panel.ROW;
                loops.scale(source, 1, target, columns);
                for (int i = columns; i < Panel.COLUMNS; i++) {
                    putFloat(target + i * 4L, 0);
                }
            }
        }
    }
}
