// SPDX-License-Identifier: Apache-2.0
/** Operations on each element by itself on a CPU: sums, factors and activation functions. */
package dev.myna.kernels.cpu.elementwise;
