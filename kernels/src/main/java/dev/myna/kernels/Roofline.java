// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels;

/**
 * The limits of a device, for judging kernels: no matmul can be faster than its arithmetic at
 * {@code fma}, or than its bytes at {@code read}, whichever takes longer (Williams et al., "Roofline", CACM 2009).
 *
 * @param of what was measured: so many threads, or an OpenCL device
 * @param read bytes per second read from memory, all threads together; on an OpenCL device, read and written by a copy
 * @param fma f32 operations per second in fused multiply-adds on registers, two operations each, all threads together
 */
public record Roofline(String of, double read, double fma) {}
