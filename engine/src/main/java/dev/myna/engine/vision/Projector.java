// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.vision;

import dev.myna.kernels.Buffer;

/** Turns the tower's features of one tile into decoder rows. Immutable and thread-safe. */
public interface Projector {

    /** Elements per output row: the decoder's width. */
    int width();

    /** Tiles whose features become rows together. */
    default int tiles() {
        return 1;
    }

    /** Output rows of one tile, or of {@link #tiles} tiles. */
    int rows();

    /**
     * Computes the rows of one tile, or of {@link #tiles} tiles.
     *
     * @param features [tiles x feature rows, tower width]
     * @param out receives [rows, width]
     */
    void project(Buffer features, Buffer out);
}
