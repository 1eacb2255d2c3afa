// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.convert;

import dev.myna.loaders.convert.config.HfConfig;
import dev.myna.loaders.gguf.GgufWriter;
import java.util.function.Consumer;

/**
 * The metadata of a vision file (docs/spec/models.md 8.3), without the keys of tower and projector.
 *
 * @param width width of the decoder
 * @param featureSelect {@code patch}, or {@code cls_patch} to keep the class row
 * @param aspectRatio {@code pad}, {@code square} or {@code anyres}
 * @param pinpoints canvas sizes of any-resolution images: width, height, width, ...; empty for other aspect ratios
 * @param mergeType how tiles become rows, such as {@code spatial_unpad}; empty if not given
 */
record VisionMapping(
        TowerMapping tower,
        ProjectorMapping projector,
        int width,
        String featureSelect,
        String aspectRatio,
        int[] pinpoints,
        String mergeType,
        float[] mean,
        float[] std) {

    static final String SPATIAL_UNPAD = "spatial_unpad";
    private static final int MAX_PIXELS = 1 << 16;
    private static final float[] CLIP_MEAN = {0.48145466f, 0.4578275f, 0.40821073f};
    private static final float[] CLIP_STD = {0.26862954f, 0.26130258f, 0.27577711f};

    /** Any-resolution images, with the canvas sizes in the order of the configuration. */
    static int[] pinpoints(HfConfig config) {
        int[] pinpoints = config.pairs("image_grid_pinpoints", MAX_PIXELS);
        if (pinpoints.length == 0) {
            throw config.fail("image_grid_pinpoints", "must list canvas sizes: the images are of any resolution");
        }
        return pinpoints;
    }

    /** @param preprocessor {@code preprocessor_config.json}, or an empty object */
    static float[] mean(HfConfig preprocessor) {
        return preprocessor.threeNumbers("image_mean", CLIP_MEAN);
    }

    /** @param preprocessor {@code preprocessor_config.json}, or an empty object */
    static float[] std(HfConfig preprocessor) {
        return preprocessor.threeNumbers("image_std", CLIP_STD);
    }

    /** The file's metadata. */
    Consumer<GgufWriter> metadata(String name) {
        return writer -> {
            writer.string("general.architecture", "clip")
                    .string("general.type", "mmproj")
                    .string("general.name", name)
                    .bool("clip.has_text_encoder", false)
                    .bool("clip.has_vision_encoder", true)
                    .bool("clip.has_llava_projector", true)
                    .string("clip.projector_type", projector.type())
                    .string("clip.projector.gelu", "erf")
                    .u32("clip.vision.projection_dim", width);
            tower.writeTo(writer);
            writer.floats("clip.vision.image_mean", mean)
                    .floats("clip.vision.image_std", std)
                    .string("clip.vision.feature_select", featureSelect)
                    .string("clip.vision.image_aspect_ratio", aspectRatio);
            if (!mergeType.isEmpty()) {
                writer.string("clip.vision.mm_patch_merge_type", mergeType);
            }
            if (pinpoints.length > 0) {
                writer.integers("clip.vision.image_grid_pinpoints", pinpoints);
            }
            projector.writeTo(writer);
        };
    }
}
