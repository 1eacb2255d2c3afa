// SPDX-License-Identifier: Apache-2.0
/** What all Arm kernels share: register allocation, constants, transposes, and dot products of bytes. */
package dev.myna.kernels.cpu.jit.arm64.code;
