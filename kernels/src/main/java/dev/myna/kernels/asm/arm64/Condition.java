// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.asm.arm64;

/** What a branch depends on; {@link #ordinal} is the number in the encoding. */
public enum Condition {
    EQ,
    NE,
    /** Unsigned: not below. */
    HS,
    /** Unsigned: below. */
    LO,
    MI,
    PL,
    VS,
    VC,
    /** Unsigned: above. */
    HI,
    /** Unsigned: not above. */
    LS,
    GE,
    LT,
    GT,
    LE;

    Condition opposite() {
        return values()[ordinal() ^ 1];
    }
}
