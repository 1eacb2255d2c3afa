// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.convert;

import dev.myna.loaders.hf.Checkpoint;
import dev.myna.loaders.hf.HfCheckpoint;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A published model as it lies in a folder.
 *
 * @param config its {@code config.json}
 * @param notes what people should know of its conversion, one line each; grows while it is planned
 */
record CheckpointFolder(Path path, HfConfig config, Checkpoint tensors, List<String> notes) implements AutoCloseable {

    /**
     * Opens a folder.
     *
     * @throws dev.myna.loaders.hf.CheckpointException if it has no configuration or no weights, or malformed ones
     */
    static CheckpointFolder open(Path path) {
        // The weights first: whoever names a wrong folder is told about the folder.
        HfCheckpoint tensors = HfCheckpoint.open(path);
        try {
            return new CheckpointFolder(path, HfConfig.read(path.resolve("config.json")), tensors, new ArrayList<>());
        } catch (RuntimeException | Error e) {
            tensors.close();
            throw e;
        }
    }

    @Override
    public void close() {
        tensors.close();
    }
}
