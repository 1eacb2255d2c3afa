// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.vision;

import dev.myna.engine.decoder.Checkpoint;

/** Makes an image's rows depend on the text of its prompt. Immutable and thread-safe. */
public interface TextGuide {

    /**
     * An image's rows for one text.
     *
     * @param rows [rows, width], as the decoder takes them
     * @param router weight of each expert; they add up to 1
     */
    record Guided(float[] rows, float[] router) {}

    /**
     * The rows of one image for one text.
     *
     * @param projected rows of the image without a text, [rows, width]
     * @param text embeddings of all tokens of the prompt that are not images, [tokens, width], at least one
     * @param checkpoint is called between the steps
     */
    Guided guide(float[] projected, float[] text, Checkpoint checkpoint);
}
