// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.asm.host;

/** Machine code cannot run on this machine; the message says why. */
public final class RefusedException extends Exception {
    private static final long serialVersionUID = 1;

    public RefusedException(String message) {
        super(message);
    }
}
