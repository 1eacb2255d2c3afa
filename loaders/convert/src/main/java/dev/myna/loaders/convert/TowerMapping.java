// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.convert;

import dev.myna.loaders.convert.config.HfConfig;
import dev.myna.loaders.convert.plan.TensorMapping;
import dev.myna.loaders.gguf.GgufWriter;
import dev.myna.loaders.hf.CheckpointException;
import java.util.List;
import java.util.Optional;

/**
 * The CLIP tower of a checkpoint as tensors of a vision file (docs/spec/models.md 2 and 8.3). Layers that do not run are left
 * out.
 *
 * @param layers how many layers run, which is also how many the file has
 */
record TowerMapping(
        int imageSize,
        int patchSize,
        int width,
        int feedForward,
        int heads,
        int layers,
        float normEpsilon,
        Activation activation) {

    private static final int CHANNELS = 3;
    private static final int MAX_HEADS = 1 << 12;
    /** The value of all published CLIP towers, used as default. */
    private static final int HEAD_DIM = 64;

    /** The activation between the two matrices of a layer. */
    enum Activation {
        QUICK_GELU,
        GELU,
        SILU;

        private static Activation of(HfConfig config) {
            return switch (config.string("hidden_act", "quick_gelu")) {
                case "quick_gelu" -> QUICK_GELU;
                case "gelu" -> GELU;
                case "silu" -> SILU;
                default -> throw config.fail("hidden_act", "is not supported; it must be quick_gelu, gelu or silu");
            };
        }
    }

    /**
     * Maps the tensors.
     *
     * @param tensors the checkpoint that contains the tower
     * @param prefix prefix of its tensors' names, up to {@code vision_model.}
     * @param config the tower's own configuration, if there is one
     * @param selectLayer selected hidden state: 0 is the input of the first layer, -1 the output of the last
     * @param defaultHeads heads if the configuration does not say; 0 to derive them from the width
     */
    static TowerMapping of(
            TensorMapping tensors, String prefix, Optional<HfConfig> config, int selectLayer, int defaultHeads) {
        String embeddings = prefix + "embeddings.";
        String patches = embeddings + "patch_embedding.weight";
        String layer = prefix + "encoder.layers.";
        int width = tensors.dimension(patches, 0, 4);
        int patchSize = tensors.dimension(patches, 3, 4);
        int positions = tensors.dimension(embeddings + "position_embedding.weight", 0, 2);
        int side = (int) Math.round(Math.sqrt(positions - 1));
        if (side < 1 || side * side != positions - 1) {
            throw new CheckpointException(tensors.folder() + ": tensor \"" + embeddings
                    + "position_embedding.weight\" has " + positions + " rows; it must have one more than a square");
        }
        HfConfig stated = config.orElseGet(tensors::noConfig);
        requireClip(stated);
        stated.requireEqual("hidden_size", width, "the width of tensor " + patches);
        requireSquare(stated, "patch_size", patchSize, "the side of tensor " + patches);
        requireSquare(stated, "image_size", side * patchSize, "the patches' side times their number");
        int stored = tensors.count(layer, ".layer_norm1.weight");
        stated.requireEqual("num_hidden_layers", stored, "the number of layers in the checkpoint");
        int heads = stated.integer(
                "num_attention_heads", 1, MAX_HEADS, defaultHeads > 0 ? defaultHeads : Math.max(1, width / HEAD_DIM));
        if (width % heads != 0) {
            throw new CheckpointException(
                    tensors.folder() + ": the tower's width " + width + " is not divided by its " + heads + " heads"
                            + (stated.has("num_attention_heads")
                                    ? ""
                                    : ", which is what transformers assumes where num_attention_heads is left out"));
        }
        TowerMapping tower = new TowerMapping(
                side * patchSize,
                patchSize,
                width,
                tensors.dimension(layer + "0.mlp.fc1.weight", 0, 2),
                heads,
                layersToRun(tensors, selectLayer, stored),
                stated.positive("layer_norm_eps", 1e-5f),
                Activation.of(stated));
        stated.requireEqual("intermediate_size", tower.feedForward, "the rows of the mlp tensors");
        tower.map(tensors, embeddings, prefix, positions);
        return tower;
    }

    /** A side, or a list of two equal sides. */
    private static void requireSquare(HfConfig config, String key, int expected, String source) {
        if (!(config.get(key) instanceof List<?> sides)) {
            config.requireEqual(key, expected, source);
        } else if (!sides.equals(List.of(expected, expected))) {
            throw config.fail(key, "must be " + expected + ", " + source);
        }
    }

    private static void requireClip(HfConfig config) {
        String key = "model_type";
        if (!List.of("clip_vision_model", "clip").contains(config.string(key, "clip_vision_model"))) {
            throw config.fail(key, "is not supported; the tower must be a clip_vision_model");
        }
        config.requireEqual("num_channels", CHANNELS, "red, green and blue");
    }

    private static int layersToRun(TensorMapping tensors, int selectLayer, int stored) {
        int layers = selectLayer < 0 ? stored + 1 + selectLayer : selectLayer;
        if (layers < 1 || layers > stored) {
            throw new CheckpointException(tensors.folder() + ": the configuration selects hidden state " + selectLayer
                    + " of the tower; its " + stored + " layers have states 1 to " + stored + ", or " + -stored
                    + " to -1");
        }
        return layers;
    }

    private void map(TensorMapping tensors, String embeddings, String prefix, int positions) {
        tensors.tensor("v.class_embd", embeddings + "class_embedding", width);
        tensors.tensor(
                "v.patch_embd.weight", embeddings + "patch_embedding.weight", width, CHANNELS, patchSize, patchSize);
        tensors.tensor("v.position_embd.weight", embeddings + "position_embedding.weight", positions, width);
        tensors.biased("v.pre_ln", prefix + "pre_layrnorm", width);
        for (int i = 0; i < layers; i++) {
            mapLayer(tensors, "v.blk." + i + ".", prefix + "encoder.layers." + i + ".");
        }
    }

    private void mapLayer(TensorMapping tensors, String to, String from) {
        for (String part : List.of("q", "k", "v", "out")) {
            tensors.biased(to + "attn_" + part, from + "self_attn." + part + "_proj", width, width);
        }
        tensors.biased(to + "ln1", from + "layer_norm1", width);
        tensors.biased(to + "ln2", from + "layer_norm2", width);
        tensors.biased(to + "ffn_up", from + "mlp.fc1", feedForward, width);
        tensors.biased(to + "ffn_down", from + "mlp.fc2", width, feedForward);
    }

    /** Writes the keys that describe the tower. */
    void writeTo(GgufWriter writer) {
        writer.u32("clip.vision.image_size", imageSize)
                .u32("clip.vision.patch_size", patchSize)
                .u32("clip.vision.embedding_length", width)
                .u32("clip.vision.feed_forward_length", feedForward)
                .u32("clip.vision.block_count", layers)
                .u32("clip.vision.attention.head_count", heads)
                .f32("clip.vision.attention.layer_norm_epsilon", normEpsilon)
                .integers("clip.vision.feature_layer", layers)
                .bool("clip.use_gelu", activation == Activation.GELU)
                .bool("clip.use_silu", activation == Activation.SILU);
    }
}
