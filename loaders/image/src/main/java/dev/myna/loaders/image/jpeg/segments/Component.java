// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.jpeg.segments;

/**
 * A colour component of a frame (T.81 B.2.2, A.1.1).
 *
 * @param index its place in the frame
 * @param id its name in scan headers
 * @param h horizontal sampling factor, 1 to 4: blocks in a row of an MCU
 * @param v vertical sampling factor, 1 to 4: rows of blocks in an MCU
 * @param quantization which quantization table, 0 to 3
 * @param width columns of samples
 * @param height rows of samples
 */
public record Component(int index, int id, int h, int v, int quantization, int width, int height) {
    /** Blocks in a row, without those that only complete the last MCU. */
    public int blocksWide() {
        return width + 7 >> 3;
    }

    /** Rows of blocks, without those that only complete the last MCU. */
    public int blocksHigh() {
        return height + 7 >> 3;
    }
}
