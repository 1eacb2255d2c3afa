// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image;

/** Antialiased bicubic resampling, bit-exact with Pillow (spec models.md 4.4). */
public final class Resampler {
    private Resampler() {}

    /** Resizes to {@code width x height}. */
    public static RgbImage bicubic(RgbImage image, int width, int height) {
        throw new UnsupportedOperationException("not written yet");
    }
}
