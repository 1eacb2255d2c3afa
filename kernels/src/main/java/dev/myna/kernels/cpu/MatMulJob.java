// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu;

import dev.myna.kernels.TensorType;
import dev.myna.kernels.format.NativeMemory;

/**
 * {@code out[n, m] = in[n, k] . weights[m, k]^T + bias[m]}; rows are contiguous and follow each other.
 *
 * @param weights address of m rows of {@code type}
 * @param bias address of m f32, or 0 for none
 * @param in address of n x k f32
 * @param out address of n x m f32
 */
record MatMulJob(TensorType type, long weights, long bias, long in, long out, int m, int k, int n) {

    long weightRow(int row) {
        return weights + row * type.bytes(k);
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
