// SPDX-License-Identifier: Apache-2.0
/** Normalizations and softmax of rows on a CPU. */
package dev.myna.kernels.cpu.norms;
