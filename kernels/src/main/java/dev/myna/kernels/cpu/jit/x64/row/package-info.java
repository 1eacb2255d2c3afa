// SPDX-License-Identifier: Apache-2.0
/** Kernels for x86-64 that read stored rows of weights: mat-vec, and the expansion of rows to panels. */
package dev.myna.kernels.cpu.jit.x64.row;
