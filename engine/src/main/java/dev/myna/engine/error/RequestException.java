// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.error;

/** A request cannot be fulfilled as asked: the message names the value that is wrong and the value that is allowed. */
public class RequestException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public RequestException(String message) {
        super(message);
    }
}
