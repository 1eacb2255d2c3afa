// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.format;

/** Expands blocks of one number format to f32. Stateless and thread-safe. */
public interface Dequantizer {
    /** Bytes of working memory. */
    long WORK_BYTES = QuantDequantizer.WORK_BYTES;

    /**
     * Expands a run of whole blocks. Addresses are not checked.
     *
     * @param from address of the first block
     * @param to address of the first f32 written; {@code blocks} x block size are written, nothing is read
     * @param blocks number of blocks
     * @param work address of {@link #WORK_BYTES} of working memory
     */
    void dequantize(long from, long to, long blocks, long work);
}
