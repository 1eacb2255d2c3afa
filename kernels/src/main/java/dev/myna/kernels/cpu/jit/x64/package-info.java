// SPDX-License-Identifier: Apache-2.0
/**
 * The kernels for x86-64, by AVX2 or AVX-512. {@code X64Kernels} is the entrance; kernels that read or write activations only
 * are here.
 */
package dev.myna.kernels.cpu.jit.x64;
