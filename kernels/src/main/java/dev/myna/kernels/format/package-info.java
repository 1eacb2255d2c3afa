// SPDX-License-Identifier: Apache-2.0
/** The ggml number formats: block layouts, and their expansion to f32 in scalar and vector form. */
package dev.myna.kernels.format;
