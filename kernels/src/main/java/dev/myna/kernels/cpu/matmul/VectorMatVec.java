// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.matmul;

import static dev.myna.kernels.cpu.matmul.VectorQuantDots.MINIMUMS;
import static dev.myna.kernels.cpu.matmul.VectorQuantDots.ROW;
import static dev.myna.kernels.cpu.matmul.VectorQuantDots.STEP;
import static dev.myna.kernels.cpu.matmul.VectorQuantDots.STRETCH;
import static dev.myna.kernels.machine.NativeMemory.putFloat;
import static dev.myna.kernels.machine.NativeMemory.zero;

import dev.myna.kernels.cpu.operand.MatMulJob;
import dev.myna.kernels.format.QuantDequantizer;
import dev.myna.kernels.machine.Lanes;
import dev.myna.kernels.machine.Scratch;
import jdk.incubator.vector.FloatVector;

/**
 * Matmul of a band of quantized weight rows with a few activation rows: stretches of four weight rows become bytes in the L1 cache
 * and are multiplied from there. One driver and one pair of loops for all formats. The four rows lie far apart, each at the head of a
 * contiguous part of the band, because the processor fetches ahead within a stream and starts anew at every jump. Each result is
 * computed alone, so it depends neither on the band nor on the other activation rows.
 */
final class VectorMatVec {
    /** With more activation rows than this, expanding a weight to f32 once costs less than converting its byte for every second row. */
    static final int MAX_ROWS = 4;

    private static final int STREAMS = 4;

    private VectorMatVec() {}

    static void band(MatMulJob job, QuantDequantizer format, int from, int to, Scratch scratch) {
        int k = job.k();
        long arranged = (k + 63L & -64) * 4;
        long stride = arranged + (format.hasMinimums() ? (k / format.group() + 15L & -16) * 4 : 0);
        long sumBytes = MAX_ROWS * STREAMS * (long) Lanes.BYTES;
        long work = scratch.floats((STREAMS * ROW + sumBytes + job.n() * stride) / 4);
        long sums = work + STREAMS * ROW;
        long x = sums + sumBytes;
        for (int i = 0; i < job.n(); i++) {
            VectorQuantDots.arrange(job.inRow(i), k, x + i * stride);
            if (format.hasMinimums()) {
                VectorQuantDots.sumGroups(job.inRow(i), k, format.group(), x + i * stride + arranged);
            }
        }
        int part = (to - from) / STREAMS;
        for (int row = from; row < from + part; row++) {
            rows(job, format, row, part, work, sums, x, stride, arranged);
            store(job, row, part, STREAMS, sums);
        }
        // Fewer rows remain than there are streams: all streams compute the same row.
        for (int row = from + part * STREAMS; row < to; row++) {
            rows(job, format, row, 0, work, sums, x, stride, arranged);
            store(job, row, 0, 1, sums);
        }
    }

    /** Sums of weight row {@code first} and three more, each {@code step} rows on, with all activation rows. */
    private static void rows(
            MatMulJob job,
            QuantDequantizer format,
            int first,
            int step,
            long work,
            long sums,
            long x,
            long stride,
            long arranged) {
        zero(sums, job.n() * STREAMS * (long) Lanes.BYTES);
        for (int column = 0; column < job.k(); column += STRETCH) {
            int columns = Math.min(STRETCH, job.k() - column);
            for (int s = 0; s < STREAMS; s++) {
                unpack(job, format, first + s * step, column, columns, work + s * ROW);
            }
            multiply(job.n(), columns, work, x + column * 4L, stride, sums);
            if (format.hasMinimums()) {
                long groups = x + arranged + column / format.group() * 4L;
                addMinimums(job.n(), columns / format.group(), work, groups, stride, sums);
            }
        }
    }

    private static void unpack(MatMulJob job, QuantDequantizer format, int row, int column, int columns, long to) {
        long from = job.weightRow(row) + job.type().bytes(column);
        format.unpacker()
                .unpack(from, columns / job.type().blockSize(), to, to + VectorQuantDots.FACTORS, to + MINIMUMS);
        // The lanes beyond the last group must be numbers, for activations of 0.
        if (columns % STEP != 0) {
            Lanes.store(FloatVector.zero(Lanes.F), to + VectorQuantDots.FACTORS + columns);
        }
        if (format.hasMinimums()) {
            Lanes.store(FloatVector.zero(Lanes.F), to + MINIMUMS + columns / format.group() * 4L);
        }
    }

    private static void multiply(int n, int columns, long work, long x, long stride, long sums) {
        int steps = (columns + STEP - 1) / STEP;
        long perInput = STREAMS * (long) Lanes.BYTES;
        int i = 0;
        for (; i < n - 1; i += 2) {
            VectorQuantDots.twoByTwo(work, x + i * stride, stride, steps, sums + i * perInput);
            VectorQuantDots.twoByTwo(
                    work + 2 * ROW, x + i * stride, stride, steps, sums + i * perInput + 2 * Lanes.BYTES);
        }
        if (i < n) {
            VectorQuantDots.fourByOne(work, x + i * stride, steps, sums + i * perInput);
        }
    }

    private static void addMinimums(int n, int groups, long work, long x, long stride, long sums) {
        for (int i = 0; i < n; i++) {
            for (int s = 0; s < STREAMS; s++) {
                VectorQuantDots.addMinimums(
                        work + s * ROW + MINIMUMS,
                        x + i * stride,
                        groups,
                        sums + (i * STREAMS + s) * (long) Lanes.BYTES);
            }
        }
    }

    private static void store(MatMulJob job, int first, int step, int count, long sums) {
        for (int i = 0; i < job.n(); i++) {
            for (int s = 0; s < count; s++) {
                int row = first + s * step;
                float sum = Lanes.sum(sums + (i * STREAMS + s) * (long) Lanes.BYTES);
                putFloat(job.outRow(i) + row * 4L, job.bias(row) + sum * VectorQuantDots.UNIT);
            }
        }
    }
}
