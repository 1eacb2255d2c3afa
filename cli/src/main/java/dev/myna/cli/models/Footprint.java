// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.models;

import dev.myna.cli.command.ModelFacts;
import dev.myna.engine.decoder.DecoderConfig;
import dev.myna.engine.family.Families;
import dev.myna.engine.vision.VisionConfig;
import dev.myna.engine.vision.VisionFamily;
import dev.myna.kernels.Tensor;
import dev.myna.loaders.gguf.FileType;
import dev.myna.loaders.gguf.GgufFile;
import dev.myna.loaders.hub.HubFile;
import dev.myna.loaders.hub.HubFile.Role;
import dev.myna.loaders.hub.Manifest;
import java.util.Optional;

/**
 * Memory of a model, and memory traffic of a token, in bytes.
 *
 * @param weights of decoder and vision file; slow unless all of them stay in memory
 * @param perToken weights read for one token
 * @param cachePerPosition keys and values of a position, in f16
 * @param scratch activations of a prompt and of an image
 * @param contextLength positions the model was trained for
 * @param exact whether weights are counted from the files, not estimated from the manifest
 */
record Footprint(long weights, long perToken, long cachePerPosition, long scratch, long contextLength, boolean exact) {
    /** Rows of a prompt that are computed together, as a session does. */
    private static final long PROMPT_ROWS = 256;

    /** Rows and widths of CLIP ViT-L/14-336: five buffers of its width and one of its feed-forward, f32. */
    private static final long TOWER_SCRATCH = 577L * (5 * 1024 + 4096) * 4;

    /** The Java heap, compiled code and threads of a run. */
    private static final long JAVA = 128L << 20;

    /** From files. */
    static Footprint of(GgufFile decoder, Optional<GgufFile> vision) {
        DecoderConfig config = Families.decoderConfig(decoder);
        ModelFacts facts = ModelFacts.of(decoder);
        long tower = vision.map(file -> file.tensors().values().stream()
                        .mapToLong(tensor -> tensor.data().byteSize())
                        .sum())
                .orElse(0L);
        long vocabulary = decoder.find("token_embd.weight")
                .map(Tensor::rows)
                .map(rows -> (long) rows)
                .orElse(0L);
        return new Footprint(
                facts.bytes() + tower,
                facts.bytesPerToken(),
                4L * config.layers() * config.kvWidth(),
                scratch(config.width(), config.kvWidth(), config.feedForward(), vocabulary)
                        + vision.map(Footprint::imageScratch).orElse(0L),
                config.contextLength(),
                true);
    }

    /** An estimate from a manifest; empty if it has no numbers. */
    static Optional<Footprint> of(Manifest manifest, Manifest.Variant variant) {
        Manifest.Decoder decoder = manifest.architecture().decoder();
        if (decoder.parameters().isEmpty()) {
            return Optional.empty();
        }
        long text = bytes(variant, decoder.parameters().getAsLong(), Role.decoder);
        long tower = manifest.architecture().vision().parameters().orElse(0)
                + manifest.architecture().projectorParameters().orElse(0);
        long embedding = text
                * decoder.vocabulary()
                * decoder.width()
                / decoder.parameters().getAsLong();
        return Optional.of(new Footprint(
                text + bytes(variant, tower, Role.mmproj),
                text - embedding,
                4 * decoder.layers() * decoder.kvWidth(),
                scratch(decoder.width(), decoder.kvWidth(), decoder.feedForward(), decoder.vocabulary())
                        + TOWER_SCRATCH,
                decoder.contextLength(),
                false));
    }

    private static long bytes(Manifest.Variant variant, long parameters, Role role) {
        Optional<HubFile> file =
                variant.files().stream().filter(each -> each.role() == role).findFirst();
        if (file.isPresent() && file.get().expectedBytes() > 0) {
            return file.get().expectedBytes();
        }
        String type = variant.convert()
                .map(convert -> role == Role.decoder ? convert.type() : convert.visionType())
                .orElse("f16");
        return FileType.byName(type)
                .map(known -> (long) ((double) parameters
                        * known.base().blockBytes()
                        / known.base().blockSize()
                        * (known.base().blockSize() > 1 ? 1.06 : 1))) // some tensors get finer formats
                .orElse(2 * parameters);
    }

    private static long scratch(long width, long kvWidth, long feedForward, long vocabulary) {
        return PROMPT_ROWS * (5 * width + 2 * kvWidth + 2 * feedForward) * 4 + 4 * vocabulary;
    }

    /** Activations of the largest image, as a model takes it unless told otherwise. */
    private static long imageScratch(GgufFile file) {
        VisionConfig config = Families.visionConfig(file);
        VisionFamily family = config.family();
        return (long) family.imageBytes(file, config, family.tiling(file, config));
    }

    /** Bytes of keys and values. {@code share} is the size relative to f16. */
    long cache(long positions, double share) {
        return (long) (cachePerPosition * positions * share);
    }

    /** Total bytes. */
    long total(long positions, double share) {
        return weights + cache(positions, share) + scratch + JAVA;
    }
}
