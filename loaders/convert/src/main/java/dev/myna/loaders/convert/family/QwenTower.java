// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.convert.family;

import dev.myna.loaders.convert.config.CheckpointFolder;
import dev.myna.loaders.convert.config.DecoderArchitecture;
import dev.myna.loaders.convert.config.HfConfig;
import dev.myna.loaders.convert.config.Preprocessing;
import dev.myna.loaders.convert.config.RopeSettings;
import dev.myna.loaders.convert.plan.DecoderMapping;
import dev.myna.loaders.convert.plan.TensorMapping;
import dev.myna.loaders.gguf.GgufWriter;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** What the towers of Qwen2-VL, Qwen2.5-VL and Qwen3-VL share: patches of two images, and a merger of two by two rows. */
final class QwenTower {
    static final float EPSILON = 1e-6f;
    static final int IMAGE_SIZE = 560;
    static final float[] CLIP_MEAN = {0.48145466f, 0.4578275f, 0.40821073f};
    static final float[] CLIP_STD = {0.26862954f, 0.26130258f, 0.27577711f};
    private static final String[] TEXT = {"model.language_model.", "model.", "language_model.model."};
    private static final String[] TOWERS = {"visual.", "model.visual."};
    private static final String KERNELS = "patch_embed.proj.weight";
    private static final int IMAGES = 2;
    private static final int MERGE = 2;
    private static final int BICUBIC = 3;
    private static final int MERGED = MERGE * MERGE;

    private QwenTower() {}

    /** The decoder, whose rotation has sections. */
    static TextPart text(
            CheckpointFolder folder, String name, DecoderArchitecture architecture, Consumer<GgufWriter> own) {
        HfConfig config = TextPart.config(folder.config());
        boolean interleaved = architecture == DecoderArchitecture.QWEN3VL;
        return TextPart.of(
                folder,
                name,
                architecture,
                config,
                false,
                Integer.MAX_VALUE,
                decoder -> {
                    int[] sections = sections(config, decoder, interleaved);
                    return writer -> {
                        writer.integers(
                                architecture.gguf() + ".rope.dimension_sections",
                                sections[0],
                                sections[1],
                                sections[2],
                                0);
                        own.accept(writer);
                    };
                },
                TEXT);
    }

    private static int[] sections(HfConfig config, DecoderMapping decoder, boolean interleaved) {
        return RopeSettings.sections(config, decoder.headDim(), interleaved);
    }

    /** The prefix of the tower's names. */
    static String prefix(TensorMapping tensors) {
        return tensors.prefixOf(KERNELS, TOWERS);
    }

    /** Maps the kernels, one tensor for each of two images; returns the side of a patch. */
    static int mapPatches(TensorMapping tensors, HfConfig config, String prefix) {
        String kernels = prefix + KERNELS;
        int width = width(tensors, prefix);
        int side = tensors.dimension(kernels, 4, 5);
        config.requireEqual("patch_size", side, "the side of tensor " + kernels);
        config.requireEqual("temporal_patch_size", IMAGES, "the images of a patch");
        config.requireEqual("spatial_merge_size", MERGE, "the side of a group of rows");
        for (String channels : List.of("in_chans", "in_channels")) {
            config.requireEqual(channels, VisionPart.CHANNELS, "red, green and blue");
        }
        for (int image = 0; image < IMAGES; image++) {
            tensors.kernelOfImage(
                    "v.patch_embd.weight" + (image == 0 ? "" : "." + image),
                    kernels,
                    image,
                    width,
                    VisionPart.CHANNELS,
                    IMAGES,
                    side,
                    side);
        }
        return side;
    }

    static int width(TensorMapping tensors, String prefix) {
        return tensors.dimension(prefix + KERNELS, 0, 5);
    }

    /** The number of layers, which the configuration calls depth. */
    static int blocks(TensorMapping tensors, HfConfig config, String prefix) {
        int blocks = tensors.count(prefix + "blocks.", ".norm1.weight");
        config.requireEqual("depth", blocks, "the number of layers in the checkpoint");
        return Math.max(1, blocks);
    }

    /** Queries, keys and values, which the checkpoint has as one matrix, and the output. */
    static void mapAttention(TensorMapping tensors, String to, String from, int width, boolean split) {
        if (split) {
            List<String> parts = List.of("q", "k", "v");
            for (int i = 0; i < parts.size(); i++) {
                String part = to + "attn_" + parts.get(i);
                tensors.part(part + ".weight", from + "attn.qkv.weight", i, parts.size(), 3L * width, width);
                tensors.part(part + ".bias", from + "attn.qkv.bias", i, parts.size(), 3L * width);
            }
        } else {
            tensors.biased(to + "attn_qkv", from + "attn.qkv", 3L * width, width);
        }
        tensors.biased(to + "attn_out", from + "attn.proj", width, width);
    }

    /** The merger's two matrices. */
    static void mapMerger(TensorMapping tensors, String first, String second, int width, int outputs) {
        int merged = MERGED * width;
        tensors.biased("mm.0", first, merged, merged);
        tensors.biased("mm.2", second, outputs, merged);
    }

    /** Width of a group of rows. */
    static int merged(int width) {
        return MERGED * width;
    }

    static void requireActivation(HfConfig config, String activation) {
        if (!config.string("hidden_act", activation).equals(activation)) {
            throw config.fail("hidden_act", "is not supported; it must be " + activation);
        }
    }

    /** How images are prepared. Their sizes follow from limits, which are options of the program. */
    static HfConfig preprocessor(CheckpointFolder folder) {
        HfConfig preprocessor = folder.preprocessor();
        preprocessor.requireEqual("merge_size", MERGE, "the side of a group of rows");
        preprocessor.requireEqual("temporal_patch_size", IMAGES, "the images of a patch");
        Preprocessing.checkSteps(
                        preprocessor,
                        BICUBIC,
                        Set.of("min_pixels", "max_pixels", "patch_size", "size", "image_mean", "image_std"))
                .ifPresent(folder.notes()::add);
        return preprocessor;
    }
}
