// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine;

import dev.myna.engine.vision.AnyResolution;

/**
 * What becomes of an image that is cut into tiles (Pangea, docs/spec/models.md 4.3.1).
 *
 * @param canvasWidth columns of the canvas, in pixels
 * @param canvasHeight rows of the canvas
 * @param resizedWidth columns that the image takes of it
 * @param resizedHeight rows that it takes
 * @param tiles images for the tower: the overview and the squares of the canvas
 * @param keptRows rows of patches that show the image
 * @param keptColumns columns of patches that show it
 * @param positions positions of the context that it takes
 */
public record ImagePlan(
        int canvasWidth,
        int canvasHeight,
        int resizedWidth,
        int resizedHeight,
        int tiles,
        int keptRows,
        int keptColumns,
        int positions) {

    static ImagePlan of(AnyResolution.Plan plan) {
        return new ImagePlan(
                plan.pinpoint().width(),
                plan.pinpoint().height(),
                plan.resizedWidth(),
                plan.resizedHeight(),
                plan.tiles(),
                plan.keep().rows(),
                plan.keep().columns(),
                plan.tokens());
    }
}
