// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels;

/** A {@link Device}'s operations on images stored as rows of channels. The rules of {@link Device} hold. */
public interface Grids {

    /**
     * Depth-wise 3x3 convolution with zero padding 1 over one image stored as rows: row {@code y * gridWidth + x} holds
     * the channels of pixel (x, y). {@code out} has {@code ceil(gridHeight / stride) * ceil(gridWidth / stride)} rows.
     *
     * @param kernel its weight is [3, 3, C] (or [3, 3, 1, C]) in ggml order, x contiguous; its bias has C elements
     */
    void depthwiseConv3x3(Buffer in, int gridHeight, int gridWidth, Linear kernel, int stride, Buffer out);

    /** Mean over 2x2 pixels of one image stored as rows; the grid's sides must be even. */
    void averagePool2x2(Buffer in, int gridHeight, int gridWidth, Buffer out);

    /** {@code out[0, c] = mean over the first n rows of in[., c]}. */
    void meanRows(Buffer in, Buffer out, int n);
}
