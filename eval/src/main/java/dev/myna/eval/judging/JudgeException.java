// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.judging;

/** There is no review. The message is one line. */
public final class JudgeException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What failed. */
    public enum Fault {
        /** This request; the judge can answer others. */
        REQUEST,
        /** The judge, for now. All attempts are used up. */
        JUDGE,
        /** The judge, for good: a wrong address, key or program. */
        SETTINGS
    }

    private final Fault fault;

    public JudgeException(Fault fault, String message) {
        super(message);
        this.fault = fault;
    }

    public JudgeException(Fault fault, String message, Throwable cause) {
        super(message, cause);
        this.fault = fault;
    }

    /** What failed. */
    public Fault fault() {
        return fault;
    }
}
