// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.webp.lossless;

/** A transform of a lossless image (RFC 9649, section 3.5). Rows come in order, from the first to the last. */
sealed interface Transform permits PredictorTransform, ColorTransform, SubtractGreen, ColorIndexing {
    /** Undoes the transform of a row, in place. The array has the image's full width. */
    void undo(int[] row, int y);
}
