// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.prompt;

import java.util.Objects;

/**
 * One exchange of a {@link Conversation}.
 *
 * @param images number of images, which come before the question
 * @param question the user's text, possibly empty
 * @param answer the model's text, or null while it is to be generated
 */
public record Turn(int images, String question, String answer) {
    public Turn {
        if (images < 0) {
            throw new IllegalArgumentException("a turn has 0 or more images, not " + images);
        }
        Objects.requireNonNull(question);
    }
}
