// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.error;

/** A request needs more positions than the context holds: the message names both numbers. */
public final class ContextFullException extends RequestException {
    private static final long serialVersionUID = 1L;

    public ContextFullException(String message) {
        super(message);
    }
}
