// SPDX-License-Identifier: Apache-2.0
/**
 * The ggml number formats, one file each: the layout of a block, its expansion to f32 in scalar form (the specification) and with
 * vectors, and the rounding of f32 to it.
 */
package dev.myna.kernels.format;
