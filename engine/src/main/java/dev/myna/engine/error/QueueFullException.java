// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.error;

/** A request that came while as many were waiting as may. Later it may be accepted. */
public final class QueueFullException extends RequestException {
    private static final long serialVersionUID = 1L;

    public QueueFullException(String message) {
        super(message);
    }
}
