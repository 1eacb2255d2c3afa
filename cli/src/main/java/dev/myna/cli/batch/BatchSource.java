// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.batch;

import java.io.IOException;
import java.util.List;

/** Input of a batch, item by item. For one thread. */
public interface BatchSource extends AutoCloseable {
    /**
     * The questions of the next item, at least one; empty at the end. A malformed item is a question with a problem.
     *
     * @throws IOException if the input cannot be read on
     * @throws RuntimeException that a {@link dev.myna.cli.terminal.Failure} knows, if the input as a whole is wrong
     */
    List<BatchQuestion> next() throws IOException;

    @Override
    void close() throws IOException;
}
