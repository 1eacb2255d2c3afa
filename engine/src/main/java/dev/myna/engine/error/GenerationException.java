// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.error;

/** Generation failed while it ran, for example because the logits contain NaN. */
public final class GenerationException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public GenerationException(String message) {
        super(message);
    }

    public GenerationException(String message, Throwable cause) {
        super(message, cause);
    }
}
