// SPDX-License-Identifier: Apache-2.0
/**
 * Runs assembled code on this machine: executable memory, instruction caches, calls, and the features of the processor. Calls
 * functions of the operating system. Knows no tensor.
 */
package dev.myna.kernels.asm.host;
