// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.asm.arm64;

/** The condition of a branch; {@link #ordinal} is its number in the encoding. */
public enum Condition {
    EQ,
    NE,
    /** Unsigned: higher or same. */
    HS,
    /** Unsigned: lower. */
    LO,
    MI,
    PL,
    VS,
    VC,
    /** Unsigned: higher. */
    HI,
    /** Unsigned: lower or same. */
    LS,
    GE,
    LT,
    GT,
    LE
}
