// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine;

import dev.myna.engine.vision.AnyResolution;

/**
 * What becomes of a picture that is cut into tiles (Pangea, spec models.md 4.3.1).
 *
 * @param canvasWidth columns of the canvas, in pixels
 * @param canvasHeight rows of the canvas
 * @param resizedWidth columns that the picture takes of it
 * @param resizedHeight rows that it takes
 * @param tiles pictures for the tower: the overview and the squares of the canvas
 * @param keptRows rows of patches that show the picture
 * @param keptColumns columns of patches that show it
 * @param positions positions of the context that it takes
 */
public record PicturePlan(
        int canvasWidth,
        int canvasHeight,
        int resizedWidth,
        int resizedHeight,
        int tiles,
        int keptRows,
        int keptColumns,
        int positions) {

    static PicturePlan of(AnyResolution.Plan plan) {
        return new PicturePlan(
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
