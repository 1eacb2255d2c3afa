// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels;

/** A {@link Device}'s operations on matrices of weights. The rules of {@link Device} hold. */
public interface Matrices {

    /** {@code out[i] = table[ids[offset + i]]}, dequantized: rows [n, k] of an embedding table with k columns. */
    void embed(Weight table, int[] ids, int offset, Buffer out, int n);

    /** {@code out[n, m] = in[n, k] . weight[m, k]^T + bias[m]}. */
    void matmul(Linear linear, Buffer in, Buffer out, int n);

    /** {@code x[n, m] += in[n, k] . weight[m, k]^T + bias[m]}: a matmul whose result is added to the residual stream. */
    void matmulAdd(Linear linear, Buffer in, Buffer x, int n);

    /** {@code gate[n, m] = f(gate) * (in[n, k] . weight[m, k]^T + bias[m])}: the second half of SwiGLU and its relatives. */
    void gatedMatmul(Activation f, Linear up, Buffer in, Buffer gate, int n);

    /** {@code out[n, m] = in[n, k] . rows[m, k]^T}: a matmul with activations in place of weights. */
    void matmulTransposed(Buffer in, Buffer rows, Buffer out, int n);
}
