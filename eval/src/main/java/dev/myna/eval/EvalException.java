// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval;

/** An evaluation cannot go on. The message is one line that says what is wrong and where. */
public final class EvalException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public EvalException(String message) {
        super(message);
    }

    public EvalException(String message, Throwable cause) {
        super(message, cause);
    }
}
