// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.convert;

import dev.myna.loaders.convert.config.CheckpointFolder;
import dev.myna.loaders.convert.config.HfConfig;
import dev.myna.loaders.convert.config.Preprocessing;
import dev.myna.loaders.convert.plan.TensorMapping;
import dev.myna.loaders.hf.CheckpointException;
import dev.myna.loaders.text.Text;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The input of a conversion.
 *
 * @param folder the published checkpoint
 * @param clip the folder of the tower's own checkpoint, for checkpoints without their tower
 * @param name {@code general.name}
 */
record Source(CheckpointFolder folder, Optional<CheckpointFolder> clip, String name) implements AutoCloseable {
    private static final String[] OWN_TOWERS = {
        "model.vision_tower.vision_tower.vision_model.",
        "vision_tower.vision_model.",
        "model.vision_tower.vision_model.",
        "model.vision_tower.",
        "vision_tower."
    };
    private static final String FIRST = "embeddings.class_embedding";

    /** The checkpoint's folder and, if there is one, the tower's. */
    List<CheckpointFolder> folders() {
        return Stream.concat(Stream.of(folder), clip.stream()).toList();
    }

    HfConfig config() {
        return folder.config();
    }

    /**
     * Maps the tower: that of the checkpoint if it has one (it may be fine-tuned), else that of the CLIP folder.
     *
     * @param own collects the checkpoint's tensors
     * @param heads of the tower, if the checkpoint's configuration does not say; 0 to derive them from the width
     */
    TowerTensors tower(TensorMapping own, int selectLayer, int heads) {
        String prefix = own.prefixOf(FIRST, OWN_TOWERS);
        if (own.has(prefix + FIRST)) {
            TowerMapping tower = TowerMapping.of(own, prefix, config().child("vision_config"), selectLayer, heads);
            return new TowerTensors(tower, own, preprocessor(folder, tower));
        }
        CheckpointFolder other = clip.orElseThrow(() -> new CheckpointException(folder.path()
                + ": the checkpoint does not contain its vision tower"
                + (config().has("mm_vision_tower")
                        ? ", " + Text.line(config().string("mm_vision_tower"), Text.SHOWN)
                        : "")
                + "; name the folder of the tower's checkpoint with --clip DIR"));
        TensorMapping tensors = new TensorMapping(other);
        Optional<HfConfig> config = other.config().child("vision_config").or(() -> Optional.of(other.config()));
        TowerMapping tower =
                TowerMapping.of(tensors, tensors.prefixOf(FIRST, "vision_model.", ""), config, selectLayer, heads);
        return new TowerTensors(tower, tensors, preprocessor(other, tower));
    }

    private static HfConfig preprocessor(CheckpointFolder folder, TowerMapping tower) {
        HfConfig preprocessor = folder.preprocessor();
        Preprocessing.check(preprocessor, tower.imageSize()).ifPresent(folder.notes()::add);
        return preprocessor;
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
     * @param preprocessor {@code preprocessor_config.json}, or an empty object
     */
    record TowerTensors(TowerMapping tower, TensorMapping tensors, HfConfig preprocessor) {}
}
