// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.vision;

import dev.myna.engine.ImageMode;
import dev.myna.engine.ImageTiles;
import dev.myna.engine.ImageTokens;
import dev.myna.engine.decoder.Checkpoint;
import dev.myna.engine.error.ModelException;
import dev.myna.engine.events.FlightEvents;
import dev.myna.engine.events.Span;
import dev.myna.kernels.Buffer;
import dev.myna.kernels.Cancellation;
import dev.myna.kernels.Device;
import dev.myna.loaders.gguf.GgufFile;
import dev.myna.loaders.image.RgbImage;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** An image in, decoder rows out: tiles, and what encodes them. Immutable and thread-safe. */
public final class VisionEncoder {
    /** The learned vector that ends a row of patches, in models that have one. */
    public static final String NEWLINE = "model.image_newline";

    /** Bytes of an image that every tower may take. */
    private static final double MIN_ROOM = 512L << 20;

    private final VisionConfig config;
    private final Tiling tiling;
    private final TileEncoder encoder;

    /** [width], or null where the model has none. */
    private final float[] newline;

    /** Null where rows do not depend on text. */
    private final TextGuide textGuide;

    /**
     * Loads a vision file.
     *
     * @throws ModelException if the file's values contradict each other
     * @throws dev.myna.loaders.gguf.GgufException if tensors are missing or have other types or shapes
     */
    public VisionEncoder(GgufFile file, VisionConfig config, Device device) {
        this(file, config, ImageTokens.STANDARD, ImageTiles.STANDARD, device);
    }

    /**
     * As {@link #VisionEncoder(GgufFile, VisionConfig, Device)}.
     *
     * @param tokens how many decoder rows an image may take
     * @param tiles how many tiles an image may be cut into
     * @throws dev.myna.engine.error.RequestException if the family cannot follow that
     */
    public VisionEncoder(GgufFile file, VisionConfig config, ImageTokens tokens, ImageTiles tiles, Device device) {
        this.config = config;
        VisionFamily family = config.family();
        this.tiling = RequestedTiling.of(file, config, tokens, tiles);
        // Who asks for more positions than a file does asks for their memory, too.
        Tiling ofFile = tokens.isGiven() ? family.tiling(file, config) : tiling;
        requireProportion(file, family.imageBytes(file, config, ofFile));
        this.encoder = family.encoder(file, config, device);
        this.textGuide = family.textGuide(file, encoder.width(), device);
        this.newline = newline(file, encoder.width(), device);
    }

    /** Bounds the memory of an image. Large widths and grids are allowed, but together they must be in proportion to the file. */
    private static void requireProportion(GgufFile file, double bytes) {
        double max = Math.max(MIN_ROOM, 4.0 * file.size());
        if (bytes > max) {
            throw new ModelException(String.format(
                    Locale.ROOT,
                    "%s: the sizes that this file of %d bytes declares are out of proportion: an image would take %.0f"
                            + " bytes, more than %.0f",
                    file.name(),
                    file.size(),
                    bytes,
                    max));
        }
    }

    private static float[] newline(GgufFile file, int width, Device device) {
        if (file.find(NEWLINE).isEmpty()) {
            return null;
        }
        float[] values = new float[width];
        try (Arena scope = Arena.ofShared()) {
            Buffer row = device.allocate(scope, 1, width);
            device.matrices().embed(device.load(file.require(NEWLINE, width)), new int[1], 0, row, 1);
            device.read(row, values, 0, 1);
        }
        return values;
    }

    public VisionConfig config() {
        return config;
    }

    /** Elements per output row; must equal what the decoder takes: its width, and as much again for each deepstack layer. */
    public int width() {
        return encoder.width();
    }

    /** What becomes of an image of this size if it is the only one of its prompt. */
    public ImageLayout layout(int imageWidth, int imageHeight, ImageMode mode) {
        return layout(imageWidth, imageHeight, mode, 1);
    }

    /**
     * What becomes of an image of this size.
     *
     * @param images of its prompt, at least 1
     */
    public ImageLayout layout(int imageWidth, int imageHeight, ImageMode mode, int images) {
        return (images > 1 ? tiling.amongOthers() : tiling).layout(imageWidth, imageHeight, mode);
    }

    /** For people: how many positions an image takes, and why. */
    public String description() {
        return tiling.description();
    }

    /** Decoder rows that an image of this size takes. */
    public int rows(int imageWidth, int imageHeight, ImageMode mode) {
        return layout(imageWidth, imageHeight, mode).rows();
    }

    /** Decoder rows of every image in {@link ImageMode#AUTO}, or empty if they depend on the image's size. */
    public Optional<Integer> fixedRows() {
        return tiling.fixedRows();
    }

    /** What makes an image's rows depend on the prompt's text, if the model has that. */
    public Optional<TextGuide> textGuide() {
        return Optional.ofNullable(textGuide);
    }

    /** Encodes an image: [rows, width], as the decoder takes them unless there is a {@link #textGuide}. */
    public float[] encode(RgbImage image, ImageMode mode) {
        return encode(image, mode, Checkpoint.NONE);
    }

    /**
     * As {@link #encode(RgbImage, ImageMode)}.
     *
     * @param checkpoint is called between the steps
     */
    public float[] encode(RgbImage image, ImageMode mode, Checkpoint checkpoint) {
        return encode(image, layout(image.width(), image.height(), mode), checkpoint);
    }

    /**
     * As {@link #encode(RgbImage, ImageMode)}.
     *
     * @param layout of the image's size, made by a tiling of this encoder's family
     * @param checkpoint is called between the steps
     */
    public float[] encode(RgbImage image, ImageLayout layout, Checkpoint checkpoint) {
        Span span = FlightEvents.imageEncode(image.width(), image.height());
        checkpoint.check();
        Runnable before = Cancellation.begin(checkpoint);
        try {
            List<RgbImage> tiles = layout.cut(image, checkpoint);
            checkpoint.imageBegins(encoder.passes(tiles.size()) * config.layers());
            float[] rows = layout.arrange(encoder.encode(tiles, checkpoint), newline);
            span.finish(rows.length / width());
            return rows;
        } finally {
            Cancellation.end(before);
        }
    }
}
