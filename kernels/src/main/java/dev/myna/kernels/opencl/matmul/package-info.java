// SPDX-License-Identifier: Apache-2.0
/** Matmul and embeddings on OpenCL devices, and the upload of weights. */
package dev.myna.kernels.opencl.matmul;
