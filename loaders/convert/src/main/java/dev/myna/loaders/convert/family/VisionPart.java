// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.convert.family;

import dev.myna.loaders.convert.config.HfConfig;
import dev.myna.loaders.convert.plan.PlannedFile;
import dev.myna.loaders.convert.plan.TensorMapping;
import dev.myna.loaders.gguf.GgufWriter;
import dev.myna.loaders.quantize.VisionTypes;
import java.util.function.Consumer;

/**
 * What every vision file says of its tower.
 *
 * @param projector {@code clip.projector_type}
 * @param outputs width of the rows for the decoder
 * @param imageSize side of the images, or of the largest
 * @param blocks number of layers
 */
record VisionPart(
        String projector,
        int outputs,
        int imageSize,
        int patchSize,
        int width,
        int feedForward,
        int blocks,
        int heads,
        float epsilon) {
    static final int CHANNELS = 3;
    static final int MAX_HEADS = 1 << 12;
    private static final float HALF = 0.5f;

    /** Mean or deviation of a half for each channel. */
    static float[] halves() {
        return new float[] {HALF, HALF, HALF};
    }

    /** Heads of a tower, which must divide its width. */
    static int heads(HfConfig config, String key, Integer fallback, int width) {
        int heads = config.integer(key, 1, MAX_HEADS, fallback);
        if (width % heads != 0) {
            throw config.fail(key, "does not divide the width " + width + " of the tower");
        }
        return heads;
    }

    /**
     * The plan of the file.
     *
     * @param mean default mean of the channels
     * @param std default deviation of the channels
     * @param own writes the keys that only this family has
     */
    PlannedFile file(
            String name,
            HfConfig preprocessor,
            float[] mean,
            float[] std,
            TensorMapping tensors,
            Consumer<GgufWriter> own) {
        float[] means = preprocessor.threeNumbers("image_mean", mean);
        float[] deviations = preprocessor.threeNumbers("image_std", std);
        Consumer<GgufWriter> metadata = writer -> {
            writer.string("general.architecture", "clip")
                    .string("general.type", "mmproj")
                    .string("general.name", name)
                    .bool("clip.has_vision_encoder", true)
                    .string("clip.projector_type", projector)
                    .u32("clip.vision.projection_dim", outputs)
                    .u32("clip.vision.image_size", imageSize)
                    .u32("clip.vision.patch_size", patchSize)
                    .u32("clip.vision.embedding_length", width)
                    .u32("clip.vision.feed_forward_length", feedForward)
                    .u32("clip.vision.block_count", blocks)
                    .u32("clip.vision.attention.head_count", heads)
                    .f32("clip.vision.attention.layer_norm_epsilon", epsilon)
                    .floats("clip.vision.image_mean", means)
                    .floats("clip.vision.image_std", deviations);
            own.accept(writer);
        };
        return new PlannedFile("clip", metadata, VisionTypes::new, tensors.planned());
    }
}
