// SPDX-License-Identifier: Apache-2.0
/**
 * The kernels for 64-bit Arm, by NEON and its extensions. {@code Arm64Kernels} is the entrance; kernels that read or write
 * activations only are here.
 */
package dev.myna.kernels.cpu.jit.arm64;
