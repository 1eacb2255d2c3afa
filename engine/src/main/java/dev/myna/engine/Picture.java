// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine;

import dev.myna.loaders.image.RgbImage;

/**
 * A picture as a prompt shows it.
 *
 * @param image what is to be encoded
 * @param rows what it becomes
 * @param guide what the rows depend on besides the picture, or null for nothing
 */
record Picture(RgbImage image, PictureRows rows, Guide guide) {

    /**
     * The text that chooses among experts (spec models.md 3.4).
     *
     * @param source the picture without it
     * @param text ids of all tokens of the prompt
     * @param none the picture gets no experts, and zero vectors for rows
     */
    record Guide(Picture source, int[] text, boolean none) {}

    /** Names the rows in KV caches. */
    long id() {
        return rows.id;
    }
}
