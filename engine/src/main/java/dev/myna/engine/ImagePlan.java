// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine;

/**
 * How an image is cut into tiles (Pangea, docs/spec/models.md 4.3.1), or stretched to one of whole patches (Qwen): then the canvas is
 * all image, and the tile all canvas.
 *
 * @param canvasWidth columns of the canvas, in pixels
 * @param canvasHeight rows of the canvas
 * @param resizedWidth columns that the image takes of it
 * @param resizedHeight rows that it takes
 * @param tiles images for the tower: the thumbnail and the squares of the canvas
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
        int positions) {}
