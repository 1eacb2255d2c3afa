// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels;

/**
 * A matrix of f32 activations owned by a {@link Device}: {@code rows} rows of {@code width} contiguous elements.
 * Lives as long as the scope it was allocated in. Not thread-safe.
 */
public interface Buffer {

    /** Number of rows. */
    int rows();

    /** Elements per row. */
    int width();

    /**
     * A view of {@code count} rows from {@code first}; shares memory with this buffer.
     *
     * @throws IndexOutOfBoundsException if the rows are not all inside this buffer
     */
    Buffer slice(int first, int count);
}
