// SPDX-License-Identifier: Apache-2.0
/**
 * Readers of stored weights for x86-64, one for each block format: they write code that expands blocks to unsigned bytes and f32
 * scales.
 */
package dev.myna.kernels.cpu.jit.x64.weights;
