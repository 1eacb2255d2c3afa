// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image;

import java.util.Arrays;

/**
 * Fixed-point weights of one resampling pass (docs/spec/models.md 4.4) for a range of outputs. The source line is an image
 * line on a longer canvas line. Weights of image samples are stored one by one, those of the canvas, which has one colour, as
 * a sum.
 */
final class ResampleWeights {
    /** Fractional bits of a weight. */
    static final int PRECISION = 22;

    private final int[] begins;
    private final int[] offsets;
    private final int[] weights;
    private final int[] outside;

    private ResampleWeights(int[] begins, int[] offsets, int[] weights, int[] outside) {
        this.begins = begins;
        this.offsets = offsets;
        this.weights = weights;
        this.outside = outside;
    }

    /**
     * @param filter the kernel
     * @param in canvas samples
     * @param out output samples in all
     * @param first the first output wanted
     * @param count outputs wanted
     * @param left canvas samples left of the image
     * @param length image samples
     */
    static ResampleWeights of(ResampleFilter filter, int in, int out, int first, int count, int left, int length) {
        double scale = (double) in / out;
        double filterScale = Math.max(scale, 1);
        double support = filter.support() * filterScale;
        int[] begins = new int[count];
        int[] offsets = new int[count + 1];
        int[] outside = new int[count];
        int[] weights = new int[Math.max(16, count)];
        for (int i = 0; i < count; i++) {
            double center = (first + i + 0.5) * scale;
            int min = Math.max(0, (int) (center - support + 0.5));
            int max = Math.min(in, (int) (center + support + 0.5));
            double sum = 0;
            for (int k = min; k < max; k++) {
                sum += filter.weight((k - center + 0.5) * (1 / filterScale));
            }
            int begin = Math.clamp(min, left, left + length);
            int end = Math.clamp(max, begin, left + length);
            begins[i] = begin - left;
            offsets[i + 1] = Math.addExact(offsets[i], end - begin);
            if (offsets[i + 1] > weights.length) {
                weights =
                        Arrays.copyOf(weights, Math.max(offsets[i + 1], (int) Math.min(2L * weights.length, 1 << 30)));
            }
            for (int k = min; k < max; k++) {
                double weight = filter.weight((k - center + 0.5) * (1 / filterScale));
                int fixed = fixed(sum == 0 ? weight : weight / sum);
                if (k >= begin && k < end) {
                    weights[offsets[i] + k - begin] = fixed;
                } else {
                    outside[i] += fixed;
                }
            }
        }
        return new ResampleWeights(begins, offsets, weights, outside);
    }

    /** Outputs. */
    int count() {
        return begins.length;
    }

    /** The first image sample output {@code i} needs. */
    int begin(int i) {
        return begins[i];
    }

    /** How many image samples output {@code i} needs; may be 0 where it shows canvas alone. */
    int taps(int i) {
        return offsets[i + 1] - offsets[i];
    }

    /** Where the weights of output {@code i} begin in {@link #weights()}. */
    int offset(int i) {
        return offsets[i];
    }

    int weight(int i, int tap) {
        return weights[offsets[i] + tap];
    }

    int[] weights() {
        return weights;
    }

    /** The sum of the weights of output {@code i} that fall on canvas. */
    int outside(int i) {
        return outside[i];
    }

    /** The sum of all weights of output {@code i}: 1 up to rounding. */
    int total(int i) {
        int total = outside[i];
        for (int k = offsets[i]; k < offsets[i + 1]; k++) {
            total += weights[k];
        }
        return total;
    }

    /** Maximum number of image samples of an output, at least 1. */
    int longest() {
        int longest = 1;
        for (int i = 0; i < count(); i++) {
            longest = Math.max(longest, taps(i));
        }
        return longest;
    }

    private static int fixed(double weight) {
        double scaled = weight * (1 << PRECISION);
        return (int) (scaled < 0 ? scaled - 0.5 : scaled + 0.5);
    }
}
