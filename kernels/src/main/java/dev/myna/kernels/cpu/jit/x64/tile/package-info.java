// SPDX-License-Identifier: Apache-2.0
/** Kernels for x86-64 that multiply panels of weights with packed activations, tile by tile, and store the results. */
package dev.myna.kernels.cpu.jit.x64.tile;
