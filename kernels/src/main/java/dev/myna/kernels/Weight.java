// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels;

/**
 * A weight as a {@link Device} holds it: on the CPU the mapped bytes themselves or a repacked copy, elsewhere an upload.
 * A matrix has {@code rows} outputs (m) and {@code width} inputs (k); a vector has one row.
 */
public interface Weight {

    /** The tensor this was loaded from. */
    Tensor tensor();

    /** Outputs: m. */
    default int rows() {
        return Math.toIntExact(tensor().rows());
    }

    /** Inputs: k. */
    default int width() {
        return Math.toIntExact(tensor().width());
    }
}
