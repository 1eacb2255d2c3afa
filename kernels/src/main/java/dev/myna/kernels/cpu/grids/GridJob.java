// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.grids;

/**
 * An image stored as rows of channels, and what is to become of it. A unit of work is one output row (pixel).
 *
 * @param in address of height x width x channels f32
 * @param taps address of [9][channels] f32 for the convolution, else 0
 * @param bias address of channels f32, or 0 for none
 * @param stride pixels between neighbouring outputs
 * @param out address of outHeight() x outWidth() x channels f32
 */
public record GridJob(long in, int height, int width, int channels, long taps, long bias, int stride, long out) {

    int outWidth() {
        return (width - 1) / stride + 1;
    }

    int outHeight() {
        return (height - 1) / stride + 1;
    }

    /** Whether a pixel is inside the image; outside is zero padding. */
    boolean inside(int y, int x) {
        return y >= 0 && y < height && x >= 0 && x < width;
    }

    long pixel(int y, int x) {
        return in + ((long) y * width + x) * channels * 4L;
    }

    long outPixel(int unit) {
        return out + (long) unit * channels * 4L;
    }
}
