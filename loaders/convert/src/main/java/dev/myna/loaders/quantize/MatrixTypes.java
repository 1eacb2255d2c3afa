// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.quantize;

import dev.myna.kernels.TensorType;

/** Chooses the format of each matrix of a file. */
@FunctionalInterface
public interface MatrixTypes {

    /**
     * The format of a matrix.
     *
     * @param name the tensor's, such as {@code blk.0.ffn_down.weight}
     * @param width elements per row
     */
    TensorType of(String name, long width);
}
