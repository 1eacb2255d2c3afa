// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.data;

import dev.myna.loaders.datasets.RowProblem;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** The questions of a task in a language, one after the other. */
public interface Questions extends AutoCloseable {
    /** The next question; empty at the end. Malformed rows before it are counted. */
    Optional<Question> next() throws IOException;

    /** Malformed rows so far. */
    long problemCount();

    /** The first of them. */
    List<RowProblem> problems();

    @Override
    void close() throws IOException;
}
