// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.text;

import java.util.Objects;

/**
 * One exchange of a {@link Conversation}.
 *
 * @param pictures number of pictures, which come before the question
 * @param question the user's text, possibly empty
 * @param answer the model's text, or null while it is to be generated
 */
public record Turn(int pictures, String question, String answer) {
    public Turn {
        if (pictures < 0) {
            throw new IllegalArgumentException("a turn has 0 or more pictures, not " + pictures);
        }
        Objects.requireNonNull(question);
    }
}
