// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.convert.family;

import dev.myna.loaders.convert.config.CheckpointFolder;
import dev.myna.loaders.convert.config.DecoderArchitecture;
import dev.myna.loaders.convert.config.HfConfig;
import dev.myna.loaders.convert.config.Preprocessing;
import dev.myna.loaders.convert.plan.PlannedFile;
import dev.myna.loaders.convert.plan.TensorMapping;
import java.util.List;
import java.util.Set;

/**
 * InternViT and its connector, as both layouts have them.
 *
 * @param headNorms whether queries and keys are normed
 * @param biasedNorms whether the layers' norms have biases: LayerNorms have, RMS norms have not
 * @param biases whether queries, keys and values have biases
 */
record InternTower(
        int imageSize,
        int patchSize,
        int width,
        int feedForward,
        int heads,
        int layers,
        float epsilon,
        boolean headNorms,
        boolean biasedNorms,
        boolean biases) {
    private static final int BICUBIC = 3;
    private static final float[] MEAN = {0.485f, 0.456f, 0.406f};
    private static final float[] STD = {0.229f, 0.224f, 0.225f};
    private static final int MIN_TILES = 1;
    private static final int MAX_TILES = 12;
    private static final int MOST_TILES = 1 << 10;
    /** Rows joined into one, a side; the only value published. */
    private static final int SCALE = 2;

    /** The names of a layout. */
    record Names(
            String classRow,
            String patches,
            String positions,
            String layers,
            String norm1,
            String norm2,
            String output,
            String scale1,
            String scale2,
            String headNorms) {}

    /** Maps what both layouts have; queries, keys and values are left to the layout. */
    static InternTower of(TensorMapping tensors, HfConfig config, Names names) {
        String kernels = names.patches + ".weight";
        int width = tensors.dimension(kernels, 0, 4);
        int patchSize = tensors.dimension(kernels, 3, 4);
        int positions = tensors.dimension(names.positions, 1, 3);
        int imageSize = SiglipTower.side(tensors, names.positions, positions - 1) * patchSize;
        config.requireEqual("hidden_size", width, "the width of tensor " + kernels);
        requireSide(config, "patch_size", patchSize);
        requireSide(config, "image_size", imageSize);
        config.requireEqual("num_channels", VisionPart.CHANNELS, "red, green and blue");
        QwenTower.requireActivation(config, "gelu");
        int layers = Math.max(1, tensors.count(names.layers, "." + names.norm1 + ".weight"));
        config.requireEqual("num_hidden_layers", layers, "the number of layers in the checkpoint");
        String first = names.layers + "0.";
        int feedForward = tensors.dimension(first + "mlp.fc1.weight", 0, 2);
        config.requireEqual("intermediate_size", feedForward, "the rows of the mlp tensors");
        boolean layerNorm = config.string("norm_type", "layer_norm").equals("layer_norm");
        if (!layerNorm && !config.string("norm_type").equals("rms_norm")) {
            throw config.fail("norm_type", "is not supported; it must be layer_norm or rms_norm");
        }
        InternTower tower = new InternTower(
                imageSize,
                patchSize,
                width,
                feedForward,
                VisionPart.heads(config, "num_attention_heads", 16, width),
                layers,
                config.positive("layer_norm_eps", 1e-6f),
                either(config, "qk_normalization", "use_qk_norm"),
                layerNorm,
                either(config, "qkv_bias", "attention_bias"));
        tensors.reshaped("v.class_embd", names.classRow, new long[] {1, 1, width}, width);
        tensors.tensor("v.patch_embd.weight", kernels, width, VisionPart.CHANNELS, patchSize, patchSize);
        tensors.tensor("v.patch_embd.bias", names.patches + ".bias", width);
        tensors.reshaped("v.position_embd.weight", names.positions, new long[] {1, positions, width}, width, positions);
        for (int i = 0; i < layers; i++) {
            tower.mapLayer(tensors, "v.blk." + i + ".", names.layers + i + ".", names);
        }
        return tower;
    }

    private static boolean either(HfConfig config, String one, String other) {
        return config.bool(one, config.bool(other, false));
    }

    /** A side, or a list of two equal sides. */
    private static void requireSide(HfConfig config, String key, int expected) {
        if (!(config.get(key) instanceof List<?> sides)) {
            config.requireEqual(key, expected, "as the tensors imply");
        } else if (!sides.equals(List.of(expected, expected))) {
            throw config.fail(key, "must be " + expected + ", as the tensors imply");
        }
    }

    private void mapLayer(TensorMapping tensors, String to, String from, Names names) {
        norm(tensors, to + "ln1", from + names.norm1);
        norm(tensors, to + "ln2", from + names.norm2);
        tensors.biased(to + "attn_out", from + names.output, width, width);
        tensors.biased(to + "ffn_up", from + "mlp.fc1", feedForward, width);
        tensors.biased(to + "ffn_down", from + "mlp.fc2", width, feedForward);
        tensors.tensor(to + "ls1.weight", from + names.scale1, width);
        tensors.tensor(to + "ls2.weight", from + names.scale2, width);
        if (headNorms) {
            tensors.tensor(to + "attn_q_norm.weight", from + names.headNorms + "q_norm.weight", width);
            tensors.tensor(to + "attn_k_norm.weight", from + names.headNorms + "k_norm.weight", width);
        }
    }

    private void norm(TensorMapping tensors, String to, String from) {
        tensors.tensor(to + ".weight", from + ".weight", width);
        if (biasedNorms) {
            tensors.tensor(to + ".bias", from + ".bias", width);
        }
    }

    /** The connector: a norm, and two matrices. */
    void mapConnector(TensorMapping tensors, String norm, String first, String second, int outputs) {
        long joined = (long) SCALE * SCALE * width;
        tensors.biased("mm.model.mlp.0", norm, joined);
        tensors.biased("mm.model.mlp.1", first, outputs, joined);
        tensors.biased("mm.model.mlp.3", second, outputs, outputs);
    }

    /** The decoder: Qwen2. */
    static TextPart text(CheckpointFolder folder, String name, HfConfig config) {
        if (!config.string("model_type").equals("qwen2")) {
            throw config.fail("model_type", "is not supported; it must be qwen2");
        }
        return TextPart.of(
                folder,
                name,
                DecoderArchitecture.QWEN2,
                config,
                false,
                Integer.MAX_VALUE,
                _ -> _ -> {},
                "language_model.model.",
                "model.language_model.",
                "language_model.");
    }

    /**
     * The plan of the file.
     *
     * @param tiles where the numbers of tiles stand
     * @param least key of the smallest number of tiles
     * @param most key of the largest
     */
    PlannedFile file(
            CheckpointFolder folder,
            String name,
            TensorMapping tensors,
            int outputs,
            HfConfig tiles,
            String least,
            String most) {
        HfConfig config = folder.config();
        if (config.number("downsample_ratio", 1f / SCALE) * SCALE != 1) {
            throw config.fail("downsample_ratio", "is not supported; it must be 0.5");
        }
        HfConfig preprocessor = folder.preprocessor();
        int min = tiles.integer(least, 1, MOST_TILES, MIN_TILES);
        int max = tiles.integer(most, min, MOST_TILES, MAX_TILES);
        Preprocessing.checkSteps(preprocessor, BICUBIC, Set.of("size", "crop_to_patches", "min_patches", "max_patches"))
                .ifPresent(folder.notes()::add);
        return new VisionPart("internvl", outputs, imageSize, patchSize, width, feedForward, layers, heads, epsilon)
                .file(
                        name,
                        preprocessor,
                        MEAN,
                        STD,
                        tensors,
                        writer -> writer.bool("clip.use_gelu", true)
                                .u32("clip.vision.projector.scale_factor", SCALE)
                                .u32("clip.vision.preproc_min_tiles", min)
                                .u32("clip.vision.preproc_max_tiles", max));
    }
}
