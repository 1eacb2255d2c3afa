// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.datasets;

import java.io.IOException;
import java.util.Optional;

/** Rows of a file in their order. For one thread. */
public interface RowReader extends AutoCloseable {
    /**
     * The next well-formed row; empty at the end. Malformed rows before it are counted.
     *
     * @throws DatasetException if the file as a whole is damaged
     * @throws IOException if it cannot be read
     */
    Optional<DataRow> next() throws IOException;

    /** Malformed rows so far. */
    Problems problems();

    @Override
    void close() throws IOException;
}
