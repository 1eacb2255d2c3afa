// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.convert.family;

import dev.myna.loaders.convert.config.HfConfig;
import dev.myna.loaders.convert.plan.TensorMapping;
import dev.myna.loaders.hf.CheckpointException;
import java.util.List;

/**
 * A SigLIP tower: no class row, biases everywhere, GELU in its tanh form.
 *
 * @param layers how many the checkpoint has; all run
 */
record SiglipTower(int imageSize, int patchSize, int width, int feedForward, int heads, int layers, float epsilon) {

    /**
     * Maps the tensors.
     *
     * @param prefix of their names, up to {@code vision_model.}
     * @param defaultHeads heads if the configuration does not say
     * @param postNorm whether the norm after the last layer is used
     */
    static SiglipTower of(TensorMapping tensors, HfConfig config, String prefix, int defaultHeads, boolean postNorm) {
        String patches = prefix + "embeddings.patch_embedding.weight";
        String table = prefix + "embeddings.position_embedding.weight";
        int width = tensors.dimension(patches, 0, 4);
        int patchSize = tensors.dimension(patches, 3, 4);
        int positions = tensors.dimension(table, 0, 2);
        int covered = side(tensors, table, positions) * patchSize;
        // Patches need not cover the last pixels of a side.
        int imageSize = config.integer("image_size", covered, covered + patchSize - 1, covered);
        config.requireEqual("hidden_size", width, "the width of tensor " + patches);
        config.requireEqual("patch_size", patchSize, "the side of tensor " + patches);
        config.requireEqual("num_channels", VisionPart.CHANNELS, "red, green and blue");
        QwenTower.requireActivation(config, "gelu_pytorch_tanh");
        int layers = Math.max(1, tensors.count(prefix + "encoder.layers.", ".layer_norm1.weight"));
        config.requireEqual("num_hidden_layers", layers, "the number of layers in the checkpoint");
        int feedForward = tensors.dimension(prefix + "encoder.layers.0.mlp.fc1.weight", 0, 2);
        config.requireEqual("intermediate_size", feedForward, "the rows of the mlp tensors");
        SiglipTower tower = new SiglipTower(
                imageSize,
                patchSize,
                width,
                feedForward,
                VisionPart.heads(config, "num_attention_heads", defaultHeads, width),
                layers,
                config.positive("layer_norm_eps", 1e-6f));
        tensors.tensor("v.patch_embd.weight", patches, width, VisionPart.CHANNELS, patchSize, patchSize);
        tensors.tensor("v.patch_embd.bias", prefix + "embeddings.patch_embedding.bias", width);
        tensors.tensor("v.position_embd.weight", table, positions, width);
        for (int i = 0; i < layers; i++) {
            tower.mapLayer(tensors, "v.blk." + i + ".", prefix + "encoder.layers." + i + ".");
        }
        if (postNorm) {
            tensors.biased("v.post_ln", prefix + "post_layernorm", width);
        }
        return tower;
    }

    /** The side of a square table of positions. */
    static int side(TensorMapping tensors, String table, int positions) {
        int side = (int) Math.round(Math.sqrt(positions));
        if (side < 1 || side * side != positions) {
            throw new CheckpointException(tensors.folder() + ": tensor \"" + table + "\" has " + positions
                    + " rows for patches; it must have a square");
        }
        return side;
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

    /** What the file says of it. */
    VisionPart part(String projector, int outputs) {
        return new VisionPart(projector, outputs, imageSize, patchSize, width, feedForward, layers, heads, epsilon);
    }
}
