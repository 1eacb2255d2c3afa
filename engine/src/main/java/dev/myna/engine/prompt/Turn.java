// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.prompt;

import java.util.Objects;

/**
 * A question and its answer.
 *
 * @param images number of images, which come before the question
 * @param question the user's text, possibly empty
 * @param answer the model's text, or null if it is not generated yet
 */
public record Turn(int images, String question, String answer) {
    public Turn {
        if (images < 0) {
            throw new IllegalArgumentException("images = " + images + " must not be negative");
        }
        Objects.requireNonNull(question);
    }
}
