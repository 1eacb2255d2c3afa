// SPDX-License-Identifier: Apache-2.0
/** Measures what the CPU gives a program at most: memory bandwidth and multiply-adds. */
package dev.myna.kernels.cpu.roofline;
