// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.convert;

import dev.myna.loaders.hf.CheckpointException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * What a model is converted from.
 *
 * @param folder the published checkpoint
 * @param clip the folder of the tower's own checkpoint, for those that do not contain their tower
 * @param name {@code general.name}
 */
record Source(CheckpointFolder folder, Optional<CheckpointFolder> clip, String name) implements AutoCloseable {
    private static final String[] OWN_TOWERS = {
        "model.vision_tower.vision_tower.vision_model.",
        "vision_tower.vision_model.",
        "model.vision_tower.vision_model."
    };
    private static final String FIRST = "embeddings.class_embedding";

    HfConfig config() {
        return folder.config();
    }

    /**
     * Maps the tower: that of the checkpoint if it has one, because it may have been trained further, else that of the CLIP
     * folder.
     *
     * @param own collects the checkpoint's tensors
     */
    TowerTensors tower(TensorMapping own, int selectLayer) {
        String prefix = own.prefixOf(FIRST, OWN_TOWERS);
        if (own.has(prefix + FIRST)) {
            return new TowerTensors(
                    TowerMapping.of(own, prefix, config().child("vision_config"), selectLayer),
                    own,
                    preprocessor(folder.path()));
        }
        CheckpointFolder other = clip.orElseThrow(() -> new CheckpointException(folder.path()
                + ": the checkpoint does not contain its vision tower"
                + (config().has("mm_vision_tower") ? ", " + config().string("mm_vision_tower") : "")
                + "; name the folder of the tower's checkpoint with --clip DIR"));
        TensorMapping tensors = new TensorMapping(other);
        Optional<HfConfig> config = other.config().child("vision_config").or(() -> Optional.of(other.config()));
        return new TowerTensors(
                TowerMapping.of(tensors, tensors.prefixOf(FIRST, "vision_model.", ""), config, selectLayer),
                tensors,
                preprocessor(other.path()));
    }

    private static HfConfig preprocessor(Path folder) {
        Path path = folder.resolve("preprocessor_config.json");
        return HfConfig.find(path).orElse(new HfConfig(path, "", Map.of()));
    }

    @Override
    public void close() {
        folder.close();
        clip.ifPresent(CheckpointFolder::close);
    }

    /**
     * A mapped tower.
     *
     * @param tensors where its tensors were collected
     * @param preprocessor how its pictures are prepared, or an empty object
     */
    record TowerTensors(TowerMapping tower, TensorMapping tensors, HfConfig preprocessor) {}
}
