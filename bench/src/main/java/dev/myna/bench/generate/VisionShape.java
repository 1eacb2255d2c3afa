// SPDX-License-Identifier: Apache-2.0
package dev.myna.bench.generate;

/**
 * Hyper-parameters of a CLIP tower (docs/spec/models.md section 2).
 *
 * @param imageSize side of the square image, in pixels
 * @param patch side of a patch, in pixels
 * @param layers layers stored, all of them run
 */
record VisionShape(int imageSize, int patch, int layers, int width, int heads, int feedForward) {

    /** ViT-L/14-336 without its last layer, which the models do not use. */
    static final VisionShape CLIP_VIT_L_14_336 = new VisionShape(336, 14, 23, 1024, 16, 4096);

    VisionShape withLayers(int count) {
        return new VisionShape(imageSize, patch, count, width, heads, feedForward);
    }

    /** Patches and the class row. */
    int positions() {
        return (imageSize / patch) * (imageSize / patch) + 1;
    }
}
