// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.matmul;

import dev.myna.kernels.TensorType;
import dev.myna.kernels.machine.NativeMemory;

/**
 * {@code out[n, m] = in[n, k] . weights[m, k]^T + bias[m]}; rows are contiguous and follow each other. Filled anew for each
 * product, so that a product allocates nothing.
 */
final class MatMulJob {
    private TensorType type;
    private long weights;
    private long bias;
    private long in;
    private long out;
    private int m;
    private int k;
    private int n;
    private long weightBytes;

    /**
     * Describes a product.
     *
     * @param weights address of m rows of {@code type}
     * @param bias address of m f32, or 0 for none
     * @param in address of n x k f32
     * @param out address of n x m f32
     */
    void set(TensorType type, long weights, long bias, long in, long out, int m, int k, int n) {
        this.type = type;
        this.weights = weights;
        this.bias = bias;
        this.in = in;
        this.out = out;
        this.m = m;
        this.k = k;
        this.n = n;
        weightBytes = type.bytes(k);
    }

    TensorType type() {
        return type;
    }

    int m() {
        return m;
    }

    int k() {
        return k;
    }

    int n() {
        return n;
    }

    /** Bytes of a weight row. */
    long weightBytes() {
        return weightBytes;
    }

    long weightRow(int row) {
        return weights + row * weightBytes;
    }

    float bias(int row) {
        return bias == 0 ? 0 : NativeMemory.getFloat(bias + row * 4L);
    }

    long inRow(int row) {
        return in + row * (k * 4L);
    }

    long outRow(int row) {
        return out + row * (m * 4L);
    }
}
