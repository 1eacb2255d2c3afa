// SPDX-License-Identifier: Apache-2.0
/**
 * What the callers and the writers of kernels agree on: instruction sets, the layouts of operands, and where arguments lie.
 * Both sides depend on this package; the writers of one architecture do not depend on those of another.
 */
package dev.myna.kernels.cpu.jit.contract;
