// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine;

/** How an image is made square for the vision tower (docs/spec/models.md 4.3). */
public enum ImageMode {
    /** What the model file says ({@code clip.vision.image_aspect_ratio}); pad when it says nothing. */
    AUTO,
    /** Pad to a square with the mean colour, then resize: nothing is lost. */
    PAD,
    /**
     * Resize the shortest edge, then cut out the centre: PALO's evaluation script, and the single tile of Pangea's {@code predict}
     * script.
     */
    CROP
}
