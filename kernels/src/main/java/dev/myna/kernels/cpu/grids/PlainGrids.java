// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.grids;

import static dev.myna.kernels.machine.NativeMemory.getFloat;
import static dev.myna.kernels.machine.NativeMemory.putFloat;

import dev.myna.kernels.machine.Lanes;

/** The operations of {@link VectorGrids} channel by channel, with the same bits. */
public final class PlainGrids implements GridKernels {
    @Override
    public void convolve(GridJob job, int unit) {
        int y = unit / job.outWidth() * job.stride();
        int x = unit % job.outWidth() * job.stride();
        int channels = job.channels();
        for (int c = 0; c < channels; c++) {
            putFloat(job.outPixel(unit) + c * 4L, job.bias() == 0 ? 0 : getFloat(job.bias() + c * 4L));
        }
        for (int tap = 0; tap < 9; tap++) {
            int tapY = y + tap / 3 - 1;
            int tapX = x + tap % 3 - 1;
            if (job.inside(tapY, tapX)) {
                multiplyAdd(
                        job.taps() + (long) tap * channels * 4, job.pixel(tapY, tapX), job.outPixel(unit), channels);
            }
        }
    }

    private static void multiplyAdd(long a, long b, long sum, int count) {
        for (int i = 0; i < count; i++) {
            putFloat(sum + i * 4L, Math.fma(getFloat(a + i * 4L), getFloat(b + i * 4L), getFloat(sum + i * 4L)));
        }
    }

    @Override
    public void averagePool(GridJob job, int unit) {
        int y = unit / job.outWidth() * 2;
        int x = unit % job.outWidth() * 2;
        for (int i = 0; i < job.channels(); i++) {
            float upper = getFloat(job.pixel(y, x) + i * 4L) + getFloat(job.pixel(y, x + 1) + i * 4L);
            float lower = getFloat(job.pixel(y + 1, x) + i * 4L) + getFloat(job.pixel(y + 1, x + 1) + i * 4L);
            putFloat(job.outPixel(unit) + i * 4L, (upper + lower) * 0.25f);
        }
    }

    @Override
    public void meanRows(long in, int n, int width, long out, int from, int to) {
        int done = from + (to - from & -Lanes.W);
        mean(in, n, width, out, from, done);
        GridKernels.super.meanRows(in, n, width, out, done, to);
    }

    private static void mean(long in, int n, int width, long out, int from, int to) {
        for (int c = from; c < to; c++) {
            float total = 0;
            for (int row = 0; row < n; ) {
                int end = Math.min(row + VectorGrids.STRETCH, n);
                float part = 0;
                for (; row < end; row++) {
                    part = getFloat(in + ((long) row * width + c) * 4) + part;
                }
                total = part + total;
            }
            putFloat(out + c * 4L, total / n);
        }
    }
}
