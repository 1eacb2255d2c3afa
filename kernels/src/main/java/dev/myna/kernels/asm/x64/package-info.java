// SPDX-License-Identifier: Apache-2.0
/**
 * Writes x86-64 machine code: the general-purpose instructions and the AVX2 and AVX-512 instructions that kernels use. Knows no
 * tensor.
 */
package dev.myna.kernels.asm.x64;
