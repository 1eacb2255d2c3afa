// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.models;

import dev.myna.cli.command.ModelFacts;
import dev.myna.engine.ImageMode;
import dev.myna.engine.ImageTiles;
import dev.myna.engine.ImageTokens;
import dev.myna.engine.decoder.DecoderConfig;
import dev.myna.engine.error.RequestException;
import dev.myna.engine.family.Families;
import dev.myna.engine.vision.RequestedTiling;
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
 * @param cache keys and values
 * @param scratch activations of a prompt and of an image
 * @param contextLength positions the model was trained for
 * @param exact whether weights are counted from the files, not estimated from the manifest
 */
record Footprint(long weights, long perToken, CacheShape cache, long scratch, long contextLength, boolean exact) {
    /** Rows of a prompt that are computed together, as a session does. */
    private static final int PROMPT_ROWS = 256;

    /** Rows around an image that see each other and are computed in the same pass. */
    private static final int ROWS_AROUND = 32;

    /** Side of an image in pixels that tells how many rows of a tile see each other. */
    private static final int PROBE = 64;

    /** Rows and width of CLIP ViT-L/14-336: the tower of manifests that do not say. */
    private static final long CLIP_ROWS = 577;

    private static final long CLIP_WIDTH = 1024;

    /** How the names of projectors end whose images keep their shape. */
    private static final String ANY_SIZE = "vl_merger";

    /** Patches that become one position there. */
    private static final long PATCHES_PER_TOKEN = 4;

    /** A tower's buffers, f32: five of its width and one of its feed-forward, which is four times as wide. */
    private static final long TOWER_BUFFERS = (5 + 4) * 4;

    /** The Java heap, compiled code and threads of a run. */
    private static final long JAVA = 128L << 20;

    /** From files. */
    static Footprint of(GgufFile decoder, Optional<GgufFile> vision) {
        return of(decoder, vision, ImageTokens.STANDARD, ImageTiles.STANDARD);
    }

    /**
     * From files.
     *
     * @param tokens how many positions an image may take
     * @param tiles how many tiles an image may be cut into
     * @throws RequestException if the model has no images, or is of a family that cannot follow that
     */
    static Footprint of(GgufFile decoder, Optional<GgufFile> vision, ImageTokens tokens, ImageTiles tiles) {
        if (vision.isEmpty() && (tokens.isGiven() || !tiles.equals(ImageTiles.STANDARD))) {
            throw new RequestException(decoder.name()
                    + ": --image-tokens, --tiles and --pan-and-scan need a vision file; name it with" + " --mmproj");
        }
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
                new CacheShape(
                        config.layers(),
                        config.kvWidth(),
                        config.local().windows(config.layers()),
                        passRows(config, vision, tokens, tiles)),
                scratch(config.width(), config.kvWidth(), config.feedForward(), vocabulary)
                        + vision.map(file -> imageScratch(file, tokens, tiles)).orElse(0L),
                config.contextLength(),
                true);
    }

    /** Rows of the largest pass: where an image's rows see each other, a pass takes them all. */
    private static int passRows(DecoderConfig config, Optional<GgufFile> vision, ImageTokens tokens, ImageTiles tiles) {
        if (vision.isEmpty() || !config.traits().imagesSeeBothWays()) {
            return PROMPT_ROWS;
        }
        VisionConfig tower = Families.visionConfig(vision.get());
        int block = RequestedTiling.of(vision.get(), tower, tokens, tiles)
                .layout(PROBE, PROBE, ImageMode.AUTO)
                .place()
                .largestRun();
        return Math.max(PROMPT_ROWS, block + ROWS_AROUND);
    }

    /** An estimate from a manifest; empty if it has no numbers. */
    static Optional<Footprint> of(Manifest manifest, Manifest.Variant variant) {
        return of(manifest, variant, ImageTokens.STANDARD);
    }

    /**
     * An estimate from a manifest; empty if it has no numbers.
     *
     * @param tokens how many positions an image may take
     * @throws RequestException if its images have tiles of one size
     */
    static Optional<Footprint> of(Manifest manifest, Manifest.Variant variant, ImageTokens tokens) {
        boolean anySize = manifest.architecture().projector().endsWith(ANY_SIZE);
        if (tokens.isGiven() && !anySize) {
            throw new RequestException(
                    manifest.id() + ": --image-tokens does not apply: its images have tiles of one size");
        }
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
                CacheShape.of(decoder, PROMPT_ROWS),
                scratch(decoder.width(), decoder.kvWidth(), decoder.feedForward(), decoder.vocabulary())
                        + towerScratch(manifest.architecture().vision(), tokens),
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

    private static long towerScratch(Manifest.Vision vision, ImageTokens tokens) {
        long patches = tokens.isGiven()
                ? PATCHES_PER_TOKEN * tokens.max()
                : vision.patches().orElse(CLIP_ROWS);
        return patches * vision.width().orElse(CLIP_WIDTH) * TOWER_BUFFERS;
    }

    /** Activations of the largest image. */
    private static long imageScratch(GgufFile file, ImageTokens tokens, ImageTiles tiles) {
        VisionConfig config = Families.visionConfig(file);
        VisionFamily family = config.family();
        return (long) family.imageBytes(file, config, RequestedTiling.of(file, config, tokens, tiles));
    }

    /** Total bytes. */
    long total(long positions, double share) {
        return weights + cache.bytes(positions, share) + scratch + JAVA;
    }
}
