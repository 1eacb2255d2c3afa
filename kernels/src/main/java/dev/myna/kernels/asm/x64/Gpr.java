// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.asm.x64;

/** A general-purpose register; {@link #ordinal} is its number in the encoding. */
public enum Gpr {
    RAX,
    RCX,
    RDX,
    RBX,
    RSP,
    RBP,
    RSI,
    RDI,
    R8,
    R9,
    R10,
    R11,
    R12,
    R13,
    R14,
    R15
}
