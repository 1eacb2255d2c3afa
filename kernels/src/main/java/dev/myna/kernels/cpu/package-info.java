// SPDX-License-Identifier: Apache-2.0
/**
 * The CPU device: allocation, shape checks and threading in {@code CpuDevice}; arithmetic in two implementations of
 * {@code RangeKernels}, scalar (the specification) and vector.
 */
package dev.myna.kernels.cpu;
