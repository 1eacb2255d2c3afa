// SPDX-License-Identifier: Apache-2.0
/** Matmul on a CPU: the job, the scalar form, the vector forms, and the caller of machine code. */
package dev.myna.kernels.cpu.matmul;
