// SPDX-License-Identifier: Apache-2.0
/** What all x86-64 kernels share: register allocation, constants, sums and transposes, and dot products of bytes. */
package dev.myna.kernels.cpu.jit.x64.code;
