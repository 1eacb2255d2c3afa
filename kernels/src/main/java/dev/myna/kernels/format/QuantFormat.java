// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.format;

/** A format of blocks of quants. */
abstract class QuantFormat implements BlockFormat {
    private final Layout layout;

    QuantFormat(Layout layout) {
        this.layout = layout;
    }

    @Override
    public final Layout layout() {
        return layout;
    }

    @Override
    public final void dequantize(long from, long to, long blocks) {
        int bytes = layout.type().blockBytes();
        int elements = layout.type().blockSize();
        for (long b = 0; b < blocks; b++) {
            expand(from + b * bytes, to + b * elements * Float.BYTES);
        }
    }

    /**
     * Expands one block: the scalar reference.
     *
     * @param block its address
     * @param to address of the first f32
     */
    abstract void expand(long block, long to);
}
