// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.family.qwenvl;

import dev.myna.engine.vision.ImagePreprocessor;
import dev.myna.engine.vision.VisionConfig;
import dev.myna.loaders.image.RgbImage;

/**
 * The pixels of an image, patch by patch (docs/spec/families.md 1.2).
 *
 * @param normalized [3, height, width]
 * @param side of a patch in pixels
 */
record PatchPixels(float[] normalized, int width, int height, int side) {

    static PatchPixels of(RgbImage image, VisionConfig config) {
        return new PatchPixels(
                ImagePreprocessor.normalize(image, config.mean(), config.std()),
                image.width(),
                image.height(),
                config.patchSize());
    }

    /** The whole patches of the image. */
    PatchGrid grid() {
        return new PatchGrid(height / side, width / side);
    }

    /** Elements of a patch. */
    int elements() {
        return 3 * side * side;
    }

    /** Writes the patch in a row and column of patches to {@code target} at {@code offset}: [3, side, side]. */
    void write(int row, int column, float[] target, int offset) {
        int at = offset;
        for (int channel = 0; channel < 3; channel++) {
            for (int y = 0; y < side; y++) {
                int from = (channel * height + row * side + y) * width + column * side;
                System.arraycopy(normalized, from, target, at, side);
                at += side;
            }
        }
    }
}
