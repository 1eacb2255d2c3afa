// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.error;

/** The queue of a scheduler is full. The same request may be accepted later. */
public final class QueueFullException extends RequestException {
    private static final long serialVersionUID = 1L;

    public QueueFullException(String message) {
        super(message);
    }
}
