// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.terminal;

/** The reader of stdout has gone ({@code | head -1}). This is not an error. */
public final class OutputClosedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    OutputClosedException(Throwable cause) {
        super("stdout is closed", cause);
    }
}
