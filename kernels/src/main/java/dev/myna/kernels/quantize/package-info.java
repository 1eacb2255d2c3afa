// SPDX-License-Identifier: Apache-2.0
/** f32 to the ggml number formats: one file per format, and the searches for scales that several of them share. */
package dev.myna.kernels.quantize;
