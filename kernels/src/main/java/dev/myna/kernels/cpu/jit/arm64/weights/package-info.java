// SPDX-License-Identifier: Apache-2.0
/**
 * Readers of stored weights for Arm, one for each block format: they write code that expands blocks to signed bytes and f32 scales.
 */
package dev.myna.kernels.cpu.jit.arm64.weights;
