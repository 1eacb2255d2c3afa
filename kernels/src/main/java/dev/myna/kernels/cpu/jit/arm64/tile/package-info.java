// SPDX-License-Identifier: Apache-2.0
/** Kernels for Arm that multiply panels of weights with packed activations, tile by tile, and store the results. */
package dev.myna.kernels.cpu.jit.arm64.tile;
