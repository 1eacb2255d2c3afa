// SPDX-License-Identifier: Apache-2.0
/** Writes A64 machine code: the base instructions and the NEON instructions that kernels use. Knows no tensor. */
package dev.myna.kernels.asm.arm64;
