// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit;

/** What the last source of a vector instruction may be: a register or memory. */
sealed interface Operand permits Vec, Mem {}
