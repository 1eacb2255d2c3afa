// SPDX-License-Identifier: Apache-2.0
package dev.myna.bench.generate;

import dev.myna.bench.generate.Preset.Projector;
import dev.myna.kernels.TensorType;
import dev.myna.loaders.gguf.GgufWriter;
import java.io.IOException;
import java.nio.file.Path;

/** The vision file of a preset, to be written with random weights. */
sealed interface VisionFile permits VisionFile.Clip, SquareTower, QwenTower {

    /**
     * Writes {@code path}; the same arguments give the same bytes.
     *
     * @param decoderWidth width of the rows the projector makes
     * @param type of matrices; those whose rows are no whole number of its blocks are F16
     */
    void write(Path path, int decoderWidth, TensorType type, long seed) throws IOException;

    /** Declares all tensors. */
    void tensors(ModelPlan plan, int decoderWidth, TensorType type);

    /** The same with fewer or more layers. */
    VisionFile withLayers(int count);

    /** The keys that all families have. */
    static void metadata(
            GgufWriter writer, String projector, VisionShape shape, int decoderWidth, TensorType type, Pixels pixels) {
        writer.string("general.architecture", "clip")
                .string("general.type", "mmproj")
                .string("general.name", "random " + projector)
                .u32("general.file_type", new GeneratedFileType.Uniform(type).id())
                .bool("clip.has_vision_encoder", true)
                .string("clip.projector_type", projector)
                .u32("clip.vision.projection_dim", decoderWidth)
                .u32("clip.vision.image_size", shape.imageSize())
                .u32("clip.vision.patch_size", shape.patch())
                .u32("clip.vision.embedding_length", shape.width())
                .u32("clip.vision.feed_forward_length", shape.feedForward())
                .u32("clip.vision.block_count", shape.layers())
                .u32("clip.vision.attention.head_count", shape.heads())
                .f32("clip.vision.attention.layer_norm_epsilon", 1e-6f)
                .floats("clip.vision.image_mean", pixels.mean())
                .floats("clip.vision.image_std", pixels.deviation());
    }

    /** Mean and standard deviation of pixels, by which they are normalised. */
    @SuppressWarnings("ArrayRecordComponent") // nobody compares them
    record Pixels(float[] mean, float[] deviation) {
        static final Pixels HALF = new Pixels(new float[] {0.5f, 0.5f, 0.5f}, new float[] {0.5f, 0.5f, 0.5f});
        static final Pixels IMAGENET =
                new Pixels(new float[] {0.485f, 0.456f, 0.406f}, new float[] {0.229f, 0.224f, 0.225f});
        static final Pixels CLIP = new Pixels(
                new float[] {0.48145466f, 0.4578275f, 0.40821073f},
                new float[] {0.26862954f, 0.26130258f, 0.27577711f});
    }

    /** ViT-L/14-336 and one of the projectors of docs/spec/models.md section 3. */
    record Clip(VisionShape shape, Projector projector) implements VisionFile {
        @Override
        public void write(Path path, int decoderWidth, TensorType type, long seed) throws IOException {
            VisionModelWriter.write(path, shape, projector, decoderWidth, type, seed);
        }

        @Override
        public void tensors(ModelPlan plan, int decoderWidth, TensorType type) {
            VisionModelWriter.tensors(plan, shape, projector, Preset.Mixture.PARROT, decoderWidth, type);
        }

        @Override
        public Clip withLayers(int count) {
            return new Clip(shape.withLayers(count), projector);
        }
    }
}
