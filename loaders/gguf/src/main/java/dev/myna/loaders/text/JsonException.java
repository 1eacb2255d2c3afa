// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.text;

/** A text is not the JSON that was expected; the message says in a few printable words why. */
public final class JsonException extends Exception {
    private static final long serialVersionUID = 1L;

    JsonException(String message) {
        super(message);
    }

    JsonException(String message, Throwable cause) {
        super(message, cause);
    }
}
