// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.error;

/** A request that cannot be honoured as asked: the message names the number that was wrong and the number that is allowed. */
public class RequestException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public RequestException(String message) {
        super(message);
    }
}
