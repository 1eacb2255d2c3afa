// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.gguf;

/** A GGUF file that is malformed: the message names file, place (key, tensor or offset) and the broken rule. */
public final class GgufException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public GgufException(String message) {
        super(message);
    }

    public GgufException(String message, Throwable cause) {
        super(message, cause);
    }
}
