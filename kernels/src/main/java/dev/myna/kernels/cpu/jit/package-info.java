// SPDX-License-Identifier: Apache-2.0
/**
 * Runs matmuls and attention with machine code that is assembled when it is first needed. Shapes, ranges and the order of calls are
 * Java; the inner loops are kernels, written by {@code x64} or {@code arm64} as {@code contract} says.
 */
package dev.myna.kernels.cpu.jit;
