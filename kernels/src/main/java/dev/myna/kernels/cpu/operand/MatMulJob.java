// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.operand;

import dev.myna.kernels.TensorType;
import dev.myna.kernels.machine.NativeMemory;

/**
 * The operands of one matmul, {@code out[n, m] = in[n, k] . weights[m, k]^T + bias[m]}. Rows are contiguous. A device keeps one job and
 * fills it for each matmul, so that a matmul allocates nothing.
 */
public final class MatMulJob {
    private TensorType type;
    private long weights;
    private long bias;
    private long in;
    private long out;
    private int m;
    private int k;
    private int n;
    private long weightBytes;

    /** Sets weights and bias from a matrix that was loaded, and m and k to its rows and width; {@code bias} may be null. */
    public void weights(CpuWeight matrix, CpuWeight bias) {
        weights(
                matrix.tensor().type(),
                matrix.address(),
                bias == null ? 0 : bias.floats(),
                matrix.rows(),
                matrix.width());
    }

    /** Sets the weights from a buffer, without a bias, and m and k to its rows and width. */
    public void weights(CpuBuffer rows) {
        weights(TensorType.F32, rows.address(), 0, rows.rows(), rows.width());
    }

    /**
     * Sets the weights from addresses.
     *
     * @param weights address of m rows of k elements of {@code type}
     * @param bias address of m f32, or 0 for none
     */
    public void weights(TensorType type, long weights, long bias, int m, int k) {
        this.type = type;
        this.weights = weights;
        this.bias = bias;
        this.m = m;
        this.k = k;
        weightBytes = type.bytes(k);
    }

    /**
     * Sets the activations.
     *
     * @param in address of n rows of k f32
     * @param out address of n rows of m f32
     */
    public void activations(long in, long out, int n) {
        this.in = in;
        this.out = out;
        this.n = n;
    }

    public TensorType type() {
        return type;
    }

    /** Address of the weights. */
    public long weights() {
        return weights;
    }

    /** Address of the bias, or 0 for none. */
    public long bias() {
        return bias;
    }

    /** Address of the input. */
    public long in() {
        return in;
    }

    /** Address of the output. */
    public long out() {
        return out;
    }

    /** Weight rows: outputs. */
    public int m() {
        return m;
    }

    /** Elements of a weight row: inputs. */
    public int k() {
        return k;
    }

    /** Activation rows. */
    public int n() {
        return n;
    }

    /** Bytes of a weight row. */
    public long weightBytes() {
        return weightBytes;
    }

    public long weightRow(int row) {
        return weights + row * weightBytes;
    }

    public float bias(int row) {
        return bias == 0 ? 0 : NativeMemory.getFloat(bias + row * 4L);
    }

    public long inRow(int row) {
        return in + row * (k * 4L);
    }

    public long outRow(int row) {
        return out + row * (m * 4L);
    }
}
