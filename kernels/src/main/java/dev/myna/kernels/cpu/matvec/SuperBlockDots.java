// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.matvec;

/** Formats of super-blocks of 256 weights; activations are prepared as {@link SuperBlocks} says. */
interface SuperBlockDots extends RowDots {

    /** Prepares the 256 activations of a super-block. */
    void prepareBlock(long x, long to);

    @Override
    default int rows() {
        return 2;
    }

    @Override
    default int granularity() {
        return 256;
    }

    @Override
    default long preparedFloats(int k) {
        return k / 256 * SuperBlocks.PREPARED_BYTES / Float.BYTES;
    }

    @Override
    default long prepare(long x, int k, long to) {
        for (int block = 0; block < k / 256; block++) {
            prepareBlock(x + block * 1024L, to + block * SuperBlocks.PREPARED_BYTES);
        }
        return to;
    }
}
