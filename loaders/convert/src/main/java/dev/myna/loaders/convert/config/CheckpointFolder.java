// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.convert.config;

import dev.myna.loaders.hf.Checkpoint;
import dev.myna.loaders.hf.HfCheckpoint;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The folder of a published model.
 *
 * @param config its {@code config.json}
 * @param notes notes for the user, one line each; grows during planning
 */
public record CheckpointFolder(Path path, HfConfig config, Checkpoint tensors, List<String> notes)
        implements AutoCloseable {

    /**
     * Opens a folder.
     *
     * @throws dev.myna.loaders.hf.CheckpointException if it has no configuration or no weights, or malformed ones
     */
    public static CheckpointFolder open(Path path) {
        // The weights first: for a wrong folder, the error is about the folder.
        HfCheckpoint tensors = HfCheckpoint.open(path);
        try {
            return new CheckpointFolder(path, HfConfig.read(path.resolve("config.json")), tensors, new ArrayList<>());
        } catch (RuntimeException | Error e) {
            tensors.close();
            throw e;
        }
    }

    /** How its images are prepared; an empty object if it does not say. Newer releases write {@code processor_config.json}. */
    public HfConfig preprocessor() {
        Path file = path.resolve("preprocessor_config.json");
        return HfConfig.find(file)
                .or(() -> HfConfig.find(path.resolve("processor_config.json"))
                        .flatMap(whole -> whole.child("image_processor")))
                .orElseGet(() -> HfConfig.empty(file));
    }

    @Override
    public void close() {
        tensors.close();
    }
}
