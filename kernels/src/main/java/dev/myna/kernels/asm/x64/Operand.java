// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.asm.x64;

/** The last source of a vector instruction: a register or memory. */
public sealed interface Operand permits Vec, Mem {}
