// SPDX-License-Identifier: Apache-2.0
/** The writers of kernels for Arm's 64-bit processors, with NEON and what extends it. */
package dev.myna.kernels.cpu.jit.arm64;
