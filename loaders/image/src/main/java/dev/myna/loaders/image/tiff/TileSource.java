// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.tiff;

import java.io.EOFException;
import java.io.IOException;

/** The bytes of one tile or strip, in order. */
interface TileSource extends AutoCloseable {
    /**
     * Fills a row.
     *
     * @throws EOFException if the data end before it is full
     */
    void read(byte[] row) throws IOException;

    @Override
    default void close() {}
}
