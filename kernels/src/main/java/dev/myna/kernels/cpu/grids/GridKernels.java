// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.grids;

import static dev.myna.kernels.machine.NativeMemory.getFloat;
import static dev.myna.kernels.machine.NativeMemory.putFloat;

/**
 * Operations on images stored as rows of channels. Addresses are checked by the caller; numbers are f32. The default of each operation
 * is its specification: plain loops, sums in double precision, rounded once. An implementation overrides what it does faster.
 */
public interface GridKernels {

    /** One output pixel of a depth-wise 3x3 convolution with zero padding 1. */
    default void convolve(GridJob job, int unit) {
        int y = unit / job.outWidth() * job.stride();
        int x = unit % job.outWidth() * job.stride();
        for (int c = 0; c < job.channels(); c++) {
            double sum = job.bias() == 0 ? 0 : getFloat(job.bias() + c * 4L);
            for (int tap = 0; tap < 9; tap++) {
                int tapY = y + tap / 3 - 1;
                int tapX = x + tap % 3 - 1;
                if (job.inside(tapY, tapX)) {
                    double weight = getFloat(job.taps() + ((long) tap * job.channels() + c) * 4);
                    sum += weight * getFloat(job.pixel(tapY, tapX) + c * 4L);
                }
            }
            putFloat(job.outPixel(unit) + c * 4L, (float) sum);
        }
    }

    /** One output pixel: the mean of 2x2. */
    default void averagePool(GridJob job, int unit) {
        int y = unit / job.outWidth() * 2;
        int x = unit % job.outWidth() * 2;
        for (int c = 0; c < job.channels(); c++) {
            double sum = (double) getFloat(job.pixel(y, x) + c * 4L)
                    + getFloat(job.pixel(y, x + 1) + c * 4L)
                    + getFloat(job.pixel(y + 1, x) + c * 4L)
                    + getFloat(job.pixel(y + 1, x + 1) + c * 4L);
            putFloat(job.outPixel(unit) + c * 4L, (float) (sum / 4));
        }
    }

    /** {@code out[c] = mean over n rows of in[., c]} for columns {@code from} to {@code to}. */
    default void meanRows(long in, int n, int width, long out, int from, int to) {
        for (int c = from; c < to; c++) {
            double sum = 0;
            for (int row = 0; row < n; row++) {
                sum += getFloat(in + ((long) row * width + c) * 4);
            }
            putFloat(out + c * 4L, (float) (sum / n));
        }
    }
}
