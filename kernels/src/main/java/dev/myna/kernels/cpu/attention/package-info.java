// SPDX-License-Identifier: Apache-2.0
/**
 * Attention on a CPU, causal and full. The scalar form follows the definition; the others compute block by block.
 */
package dev.myna.kernels.cpu.attention;
