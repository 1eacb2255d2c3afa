// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.error;

/** A well-formed file is not a model that Myna can run: the message names file, key or tensor, and the rule. */
public final class ModelException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public ModelException(String message) {
        super(message);
    }

    public ModelException(String message, Throwable cause) {
        super(message, cause);
    }
}
