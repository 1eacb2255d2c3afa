// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit;

/**
 * The kernels that multiply weights of one type.
 *
 * @param matVec for one activation row, two, ...
 * @param panel expands weights
 * @param tile multiplies expanded weights and packed activations
 * @param store writes sums to the output
 * @param quantize rounds activations, null for floats
 * @param pack turns activations, or their integers
 * @param packScales turns scales and sums of rounded activations, null for floats
 */
record ProductKernels(
        Kernel[] matVec, Kernel panel, Kernel tile, Kernel store, Kernel quantize, Kernel pack, Kernel packScales) {}
