// SPDX-License-Identifier: Apache-2.0
/**
 * What products and the writers of their kernels agree on: instruction sets, the layouts of operands, and how arguments are
 * passed. Both sides depend on this package, and the writers of one processor know nothing of another's.
 */
package dev.myna.kernels.cpu.jit.contract;
