// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.opencl.machine;

import dev.myna.kernels.Tensor;
import dev.myna.kernels.TensorType;
import dev.myna.kernels.Weight;

/**
 * A weight in device memory: a matrix in planes (see {@code BlockPlanes}), a vector or a depth-wise kernel expanded to f32.
 *
 * @param type number format on the device
 * @param headsAt where the heads of blocks begin, in bytes
 */
public record ClWeight(Tensor tensor, int rows, int width, TensorType type, ClMemory memory, long headsAt)
        implements Weight {

    long elements() {
        return (long) rows * width;
    }
}
