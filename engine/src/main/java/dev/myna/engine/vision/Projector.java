// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.vision;

import dev.myna.kernels.Buffer;

/** Turns the tower's features of one tile into decoder rows. Immutable and thread-safe. */
public interface Projector {

    /** Elements per output row: the decoder's width. */
    int width();

    /** Output rows of one tile. */
    int rows();

    /**
     * Computes the rows of one tile.
     *
     * @param features [feature rows, tower width]
     * @param out receives [rows, width]
     */
    void project(Buffer features, Buffer out);
}
