// SPDX-License-Identifier: Apache-2.0
/** GGUF files to smaller ones: which format each tensor gets, and how much each of its columns counts. */
package dev.myna.loaders.quantize;
