// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.matmul;

import dev.myna.kernels.TensorType;
import dev.myna.kernels.cpu.operand.MatMulJob;
import dev.myna.kernels.format.Dequantizer;
import dev.myna.kernels.machine.Scratch;

/** Matmul in one implementation. A job is described, then prepared, then computed; the last two in units that do not depend on each other. */
public interface MatMul {

    /** Takes the operands of the next matmul, which stay as they are until it is computed. */
    void describe(MatMulJob job);

    /** The most activation rows that are multiplied one by one; more are multiplied together, and summed in another order. */
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
