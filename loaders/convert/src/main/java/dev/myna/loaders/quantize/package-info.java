// SPDX-License-Identifier: Apache-2.0
/** GGUF files to smaller ones: the format of each tensor, and the importance of its columns. */
package dev.myna.loaders.quantize;
