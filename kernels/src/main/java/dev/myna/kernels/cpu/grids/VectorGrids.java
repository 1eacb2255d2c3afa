// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.grids;

import static dev.myna.kernels.machine.NativeMemory.getFloat;
import static dev.myna.kernels.machine.NativeMemory.putFloat;

import dev.myna.kernels.machine.Lanes;
import jdk.incubator.vector.FloatVector;

/** Operations on images stored as rows of channels, with lanes along the channels. */
public final class VectorGrids implements GridKernels {
    /** Rows summed in one go; the sums of the goes are summed in turn, which keeps rounding small. */
    static final int STRETCH = 32;

    @Override
    public void convolve(GridJob job, int unit) {
        int y = unit / job.outWidth() * job.stride();
        int x = unit % job.outWidth() * job.stride();
        int channels = job.channels();
        int c = 0;
        for (; c <= channels - Lanes.W; c += Lanes.W) {
            Lanes.store(
                    job.bias() == 0 ? FloatVector.zero(Lanes.F) : Lanes.load(job.bias() + c * 4L),
                    job.outPixel(unit) + c * 4L);
        }
        for (; c < channels; c++) {
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
        int i = 0;
        for (; i <= count - Lanes.W; i += Lanes.W) {
            Lanes.store(Lanes.load(a + i * 4L).fma(Lanes.load(b + i * 4L), Lanes.load(sum + i * 4L)), sum + i * 4L);
        }
        for (; i < count; i++) {
            putFloat(sum + i * 4L, Math.fma(getFloat(a + i * 4L), getFloat(b + i * 4L), getFloat(sum + i * 4L)));
        }
    }

    @Override
    public void averagePool(GridJob job, int unit) {
        int y = unit / job.outWidth() * 2;
        int x = unit % job.outWidth() * 2;
        long a = job.pixel(y, x);
        long b = job.pixel(y, x + 1);
        long c = job.pixel(y + 1, x);
        long d = job.pixel(y + 1, x + 1);
        long out = job.outPixel(unit);
        int i = 0;
        for (; i <= job.channels() - Lanes.W; i += Lanes.W) {
            FloatVector upper = Lanes.load(a + i * 4L).add(Lanes.load(b + i * 4L));
            FloatVector lower = Lanes.load(c + i * 4L).add(Lanes.load(d + i * 4L));
            Lanes.store(upper.add(lower).mul(0.25f), out + i * 4L);
        }
        for (; i < job.channels(); i++) {
            float upper = getFloat(a + i * 4L) + getFloat(b + i * 4L);
            float lower = getFloat(c + i * 4L) + getFloat(d + i * 4L);
            putFloat(out + i * 4L, (upper + lower) * 0.25f);
        }
    }

    @Override
    public void meanRows(long in, int n, int width, long out, int from, int to) {
        int done = mean(in, n, width, out, from, to);
        GridKernels.super.meanRows(in, n, width, out, done, to);
    }

    /** Returns the first column not done. */
    private static int mean(long in, int n, int width, long out, int from, int to) {
        int c = from;
        for (; c <= to - Lanes.W; c += Lanes.W) {
            FloatVector total = FloatVector.zero(Lanes.F);
            for (int row = 0; row < n; ) {
                int end = Math.min(row + STRETCH, n);
                FloatVector part = FloatVector.zero(Lanes.F);
                for (; row < end; row++) {
                    part = Lanes.load(in + ((long) row * width + c) * 4).add(part);
                }
                total = part.add(total);
            }
            Lanes.store(total.div(n), out + c * 4L);
        }
        return c;
    }
}
