// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.asm.x64;

/** The condition of a jump. */
public enum Condition {
    /** Unsigned. */
    BELOW(2),
    ZERO(4),
    NOT_ZERO(5);

    private final int code;

    Condition(int code) {
        this.code = code;
    }

    /** Its number in the encoding. */
    int code() {
        return code;
    }
}
