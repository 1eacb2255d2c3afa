// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.rows;

import dev.myna.kernels.TensorType;
import java.lang.foreign.MemorySegment;

/** The source of a tensor's rows. Thread-safe. */
public interface RowSource {

    /** The stored format. */
    TensorType type();

    /**
     * Reads rows as they are stored.
     *
     * @param first the first row
     * @param target native memory of exactly the size of the rows
     */
    void read(long first, MemorySegment target);

    /** The tensor in messages: file and name. */
    String describe();
}
