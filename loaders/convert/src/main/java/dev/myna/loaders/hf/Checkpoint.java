// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.hf;

import java.util.Optional;
import java.util.Set;

/** The tensors of a published model, in one or more files. Thread-safe for reading; closing it unmaps the files. */
public interface Checkpoint extends AutoCloseable {

    /** Names of all tensors, in the order of the files. */
    Set<String> names();

    /** A tensor, if the checkpoint has it. */
    Optional<SourceTensor> find(String name);

    @Override
    void close();
}
