// SPDX-License-Identifier: Apache-2.0
/** Measures the limits of the CPU: memory bandwidth and multiply-adds. */
package dev.myna.kernels.cpu.roofline;
