// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.runtime;

import dev.myna.engine.prompt.ImageGrid;
import dev.myna.engine.prompt.ImagePlace;
import dev.myna.engine.vision.ImageLayout;
import dev.myna.loaders.image.RgbImage;

/**
 * An image as a prompt shows it.
 *
 * @param image what is to be encoded
 * @param rows what it becomes
 * @param layout how it becomes that
 * @param guide what the rows depend on besides the image, or null for nothing
 */
record PromptImage(RgbImage image, ImageRows rows, ImageLayout layout, Guide guide) {

    /**
     * The text that chooses among experts (docs/spec/models.md 3.4).
     *
     * @param source the image without it
     * @param text ids of all tokens of the prompt
     * @param none the image gets no experts, and zero vectors for rows
     */
    record Guide(PromptImage source, int[] text, boolean none) {}

    /** Names the rows in KV caches. */
    long id() {
        return rows.id;
    }

    /** What the prompt holds for the image. */
    ImagePlace place() {
        return layout.place();
    }

    /** Whose places the rows are, or null if they count like text. */
    ImageGrid grid() {
        return layout.grid().orElse(null);
    }
}
