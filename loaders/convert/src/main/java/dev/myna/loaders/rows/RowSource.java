// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.rows;

import dev.myna.kernels.TensorType;
import java.lang.foreign.MemorySegment;

/** Where the rows of a tensor come from. Thread-safe. */
public interface RowSource {

    /** The format they are stored in. */
    TensorType type();

    /**
     * Reads rows as they are stored.
     *
     * @param first the first row
     * @param target native memory of exactly the size of the rows wanted
     */
    void read(long first, MemorySegment target);

    /** What a message about a row calls the tensor: file and name. */
    String describe();
}
