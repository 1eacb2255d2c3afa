// SPDX-License-Identifier: Apache-2.0
/** Rounds rows of f32 to the ggml number formats and expands them, on several threads. */
package dev.myna.kernels.quantize;
