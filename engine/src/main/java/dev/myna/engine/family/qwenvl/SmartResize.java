// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.family.qwenvl;

import dev.myna.engine.error.RequestException;

/**
 * The size to which an image is stretched: whole squares of four patches, near its own size, within limits of pixels
 * (docs/spec/families.md 1.1).
 *
 * @param width in pixels, a multiple of {@code factor}
 * @param height likewise
 */
record SmartResize(int width, int height) {
    /** Longer images are refused. */
    private static final int MAX_RATIO = 200;

    /**
     * The size for an image.
     *
     * @param factor side in pixels of what becomes one decoder row
     * @param minPixels smaller images are enlarged
     * @param maxPixels larger images are reduced; at least {@code factor * factor}
     * @throws RequestException if a side is more than 200 times as long as the other
     */
    static SmartResize of(int width, int height, int factor, long minPixels, long maxPixels) {
        int longer = Math.max(width, height);
        int shorter = Math.min(width, height);
        if ((double) longer / shorter > MAX_RATIO) {
            throw new RequestException("an image of " + width + "x" + height
                    + " pixels: one side may be at most 200 times as long as the other");
        }
        double w = Math.rint((double) width / factor) * factor;
        double h = Math.rint((double) height / factor) * factor;
        double pixels = (double) width * height;
        if (w * h > maxPixels) {
            double by = Math.sqrt(pixels / maxPixels);
            w = Math.max(factor, Math.floor(width / by / factor) * factor);
            h = Math.max(factor, Math.floor(height / by / factor) * factor);
        } else if (w * h < minPixels) {
            double by = Math.sqrt(minPixels / pixels);
            w = Math.ceil(width * by / factor) * factor;
            h = Math.ceil(height * by / factor) * factor;
        }
        return new SmartResize((int) w, (int) h);
    }
}
