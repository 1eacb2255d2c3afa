// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.matmul;

import dev.myna.kernels.TensorType;
import dev.myna.kernels.format.Dequantizer;
import dev.myna.kernels.machine.Scratch;

/**
 * {@code out[n, m] = in[n, k] . weights[m, k]^T + bias[m]} in one implementation. Described anew for each product, so that a
 * product allocates nothing; then prepared, then computed, each in units that do not depend on each other.
 */
public interface MatMul {

    /**
     * Describes a product; rows are contiguous and follow each other.
     *
     * @param weights address of m rows of {@code type}
     * @param bias address of m f32, or 0 for none
     * @param in address of n x k f32
     * @param out address of n x m f32
     */
    void describe(TensorType type, long weights, long bias, long in, long out, int m, int k, int n);

    /** Most activation rows that are multiplied one by one; more are multiplied together, and summed in another order. */
    int fewRows();

    /** Units of {@link #prepare}, all of which must be done before the first row is computed; 0 for none. */
    int preparations();

    void prepare(int from, int to, Scratch scratch);

    /** Weight rows that should be computed together. */
    int rowsPerUnit();

    /** Weight rows {@code from} to {@code to}, for all activation rows. */
    void multiply(int from, int to, Scratch scratch);

    /** Expands rows of a table of this type, for embeddings. */
    Dequantizer dequantizer(TensorType type);
}
