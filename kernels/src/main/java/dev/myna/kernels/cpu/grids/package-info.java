// SPDX-License-Identifier: Apache-2.0
/** Operations on images stored as rows of channels on a CPU: depth-wise convolution, pooling and means. */
package dev.myna.kernels.cpu.grids;
