// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels;

/** The implementations of arithmetic on a CPU, fastest first. One that cannot run here is replaced by the next. */
public enum CpuKernels {
    /**
     * Matmul by machine code that is assembled at run time, the rest as {@link #VECTOR}. Activations are rounded to
     * int8 before they are multiplied with quantized weights (see docs/precision.md).
     */
    JIT,
    /** The Vector API, with f32 activations. */
    VECTOR,
    /** The reference: slow, simple, accumulates in double precision. */
    SCALAR
}
