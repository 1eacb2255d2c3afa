// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image;

/** The kernel of a resampling pass, as a function of the distance in samples (docs/spec/models.md 4.4). */
public enum ResampleFilter {
    /** A triangle over two samples. */
    BILINEAR(1) {
        @Override
        double weight(double x) {
            double t = Math.abs(x);
            return t < 1 ? 1 - t : 0;
        }
    },

    /** The cubic kernel with a = -0.5 over four samples. */
    BICUBIC(2) {
        @Override
        double weight(double x) {
            double a = -0.5;
            double t = Math.abs(x);
            if (t < 1) {
                return ((a + 2) * t - (a + 3)) * t * t + 1;
            }
            return t < 2 ? (((t - 5) * t + 8) * t - 4) * a : 0;
        }
    },

    /** A sinc windowed by a wider sinc, over six samples. */
    LANCZOS(3) {
        @Override
        double weight(double x) {
            return x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0;
        }
    };

    private final double support;

    ResampleFilter(double support) {
        this.support = support;
    }

    /** Samples on either side that the kernel reaches. */
    double support() {
        return support;
    }

    /** The kernel at {@code x}. */
    abstract double weight(double x);

    private static double sinc(double x) {
        if (x == 0) {
            return 1;
        }
        double angle = x * Math.PI;
        return StrictMath.sin(angle) / angle;
    }
}
