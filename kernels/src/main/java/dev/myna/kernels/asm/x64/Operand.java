// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.asm.x64;

/** What the last source of a vector instruction may be: a register or memory. */
public sealed interface Operand permits Vec, Mem {}
