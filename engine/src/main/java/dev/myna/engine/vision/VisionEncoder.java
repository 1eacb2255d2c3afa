// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.vision;

import dev.myna.engine.ImageMode;
import dev.myna.engine.ModelException;
import dev.myna.engine.decoder.Checkpoint;
import dev.myna.engine.events.FlightEvents;
import dev.myna.engine.events.Span;
import dev.myna.engine.vision.projector.LdpProjector;
import dev.myna.engine.vision.projector.LdpV2Projector;
import dev.myna.engine.vision.projector.MlpProjector;
import dev.myna.engine.vision.projector.Projector;
import dev.myna.engine.vision.projector.ProjectorShape;
import dev.myna.engine.vision.projector.TextGuidedMoe;
import dev.myna.kernels.Buffer;
import dev.myna.kernels.Device;
import dev.myna.loaders.gguf.GgufFile;
import dev.myna.loaders.image.RgbImage;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** An image in, decoder rows out: preprocessing, tower, projector. Immutable and thread-safe. */
public final class VisionEncoder {
    private static final String NEWLINE = "model.image_newline";

    /** Memory for an image that any tower may take. */
    private static final double LEAST_ROOM = 512L << 20;

    private final VisionConfig config;
    private final ClipVisionTower tower;
    private final Projector projector;
    private final Device device;

    /** Null where rows do not depend on text. */
    private final TextGuidedMoe mixture;

    /** The learned vector that ends a row of patches, or null where the model has none. */
    private final float[] newline;

    private final int squareRows;

    /**
     * Reads a vision file.
     *
     * @throws dev.myna.engine.ModelException if it is no vision file Myna runs
     * @throws dev.myna.loaders.gguf.GgufException if keys or tensors are missing or have other types or shapes
     */
    public VisionEncoder(GgufFile file, Device device) {
        this.config = VisionConfig.read(file);
        this.device = device;
        requireProportion(file, config);
        this.tower = new ClipVisionTower(file, config, device);
        ProjectorShape shape =
                new ProjectorShape(config.width(), config.grid(), config.featureRows(), config.projectorGelu());
        this.projector = switch (config.projector()) {
            case MLP, MLP_MOE_TEXT -> new MlpProjector(file, shape, device);
            case LDP -> new LdpProjector(file, shape, device);
            case LDPV2 -> new LdpV2Projector(file, shape, device);
        };
        this.mixture = config.projector() == VisionConfig.ProjectorType.MLP_MOE_TEXT && TextGuidedMoe.enabled(file)
                ? new TextGuidedMoe(file, projector.width(), device)
                : null;
        this.newline = newline(file, projector.width(), device);
        this.squareRows = squareRows(file, config);
        if (!config.pinpoints().isEmpty()) {
            if (newline == null) {
                throw new ModelException(
                        file.name() + ": any-resolution images need the tensor " + NEWLINE + ", which is missing");
            }
            if (projector.rows() != config.patches()) {
                throw new ModelException(file.name()
                        + ": any-resolution images need a projector that keeps every patch," + " such as mlp");
            }
        }
    }

    /** As with decoders: large widths and large grids may each be right, but together they must be in proportion to the file. */
    private static void requireProportion(GgufFile file, VisionConfig config) {
        double rows = (double) config.mostTiles() * (config.patches() + 1);
        double bytes = Float.BYTES
                * (rows * (5.0 * config.width() + config.feedForward())
                        + config.mostTiles() * 3.0 * config.imageSize() * config.imageSize());
        double most = Math.max(LEAST_ROOM, 4.0 * file.size());
        if (bytes > most) {
            throw new ModelException(String.format(
                    Locale.ROOT,
                    "%s: the sizes that this file of %d bytes declares are out of proportion: an image would take %.0f"
                            + " bytes, more than %.0f",
                    file.name(),
                    file.size(),
                    bytes,
                    most));
        }
    }

    private static float[] newline(GgufFile file, int width, Device device) {
        if (file.find(NEWLINE).isEmpty()) {
            return null;
        }
        float[] values = new float[width];
        try (Arena scope = Arena.ofShared()) {
            Buffer row = device.allocate(scope, 1, width);
            device.embed(device.load(file.require(NEWLINE, width)), new int[1], 0, row, 1);
            device.read(row, values, 0, 1);
        }
        return values;
    }

    public VisionConfig config() {
        return config;
    }

    /** Elements per output row: must equal the decoder's width. */
    public int width() {
        return projector.width();
    }

    /** Decoder rows an image of this size takes. */
    public int rows(int imageWidth, int imageHeight, ImageMode mode) {
        return anyResolution(mode) ? plan(imageWidth, imageHeight).tokens() : squareRows;
    }

    /** Decoder rows of an image that is made square. */
    public static int squareRows(GgufFile file, VisionConfig config) {
        return config.projectorRows() + (file.find(NEWLINE).isPresent() ? 1 : 0);
    }

    /** Decoder rows any image takes in the file's own mode, or empty where that depends on its size. */
    public Optional<Integer> fixedRows() {
        return anyResolution(ImageMode.AUTO) ? Optional.empty() : Optional.of(rows(1, 1, ImageMode.AUTO));
    }

    /** The any-resolution plan for an image of this size, where the mode leads to that path. */
    public Optional<AnyResolution.Plan> tiles(int imageWidth, int imageHeight, ImageMode mode) {
        return anyResolution(mode) ? Optional.of(plan(imageWidth, imageHeight)) : Optional.empty();
    }

    /** The any-resolution plan for an image of this size; only where the mode leads to that path. */
    private AnyResolution.Plan plan(int imageWidth, int imageHeight) {
        return AnyResolution.plan(imageWidth, imageHeight, config.pinpoints(), config.imageSize(), config.patchSize());
    }

    private boolean anyResolution(ImageMode mode) {
        return mode == ImageMode.AUTO && config.aspect() == VisionConfig.Aspect.ANYRES;
    }

    /** What makes an image's rows depend on the prompt's text, where the model has that. */
    public Optional<TextGuidedMoe> mixture() {
        return Optional.ofNullable(mixture);
    }

    /** Rows of an image: [rows, width], as the decoder takes them unless there is a {@link #mixture}. */
    public float[] encode(RgbImage image, ImageMode mode) {
        return encode(image, mode, Checkpoint.NONE);
    }

    /**
     * As {@link #encode(RgbImage, ImageMode)}.
     *
     * @param checkpoint asked between the steps; others may have the device between layers
     */
    public float[] encode(RgbImage image, ImageMode mode, Checkpoint checkpoint) {
        Span span = FlightEvents.imageEncode(image.width(), image.height());
        float[] rows = rows(image, mode, checkpoint);
        span.finish(rows.length / width());
        return rows;
    }

    private float[] rows(RgbImage image, ImageMode mode, Checkpoint checkpoint) {
        checkpoint.check();
        if (anyResolution(mode)) {
            AnyResolution.Plan plan = plan(image.width(), image.height());
            return merge(plan, project(AnyResolution.tiles(image, plan, checkpoint), checkpoint));
        }
        boolean pad = mode == ImageMode.PAD || mode == ImageMode.AUTO && config.aspect() == VisionConfig.Aspect.PAD;
        RgbImage square = pad
                ? ImagePreprocessor.pad(image, config.imageSize(), config.mean())
                : ImagePreprocessor.crop(image, config.imageSize());
        float[] rows = project(List.of(square), checkpoint);
        if (newline == null) {
            return rows;
        }
        float[] ended = Arrays.copyOf(rows, rows.length + width());
        System.arraycopy(newline, 0, ended, rows.length, width());
        return ended;
    }

    /** Tower and projector over square images: [images x projector rows, width]. */
    private float[] project(List<RgbImage> squares, Checkpoint checkpoint) {
        int n = squares.size();
        int pixelsPerImage = 3 * config.imageSize() * config.imageSize();
        float[] pixels = new float[Math.multiplyExact(n, pixelsPerImage)];
        for (int i = 0; i < n; i++) {
            checkpoint.check();
            float[] normalized = ImagePreprocessor.normalize(squares.get(i), config.mean(), config.std());
            System.arraycopy(normalized, 0, pixels, i * pixelsPerImage, pixelsPerImage);
        }
        int features = config.featureRows();
        int perImage = projector.rows();
        try (Arena scope = Arena.ofShared()) {
            Buffer selected = device.allocate(scope, n * features, config.width());
            tower.encode(pixels, n, selected, (stage, rows, count) -> checkpoint.betweenLayers());
            Buffer rows = device.allocate(scope, n * perImage, width());
            for (int i = 0; i < n; i++) {
                checkpoint.betweenLayers();
                projector.project(selected.slice(i * features, features), rows.slice(i * perImage, perImage));
            }
            float[] result = new float[Math.multiplyExact(n * perImage, width())];
            device.read(rows, result, 0, n * perImage);
            return result;
        }
    }

    /**
     * The overview, then the kept patches of the tiles row by row over the whole canvas, each row ended by the newline vector
     * (docs/spec/models.md 4.3.1).
     */
    private float[] merge(AnyResolution.Plan plan, float[] tiles) {
        int width = width();
        int side = plan.patchesPerSide();
        int perTile = side * side;
        float[] merged = Arrays.copyOf(tiles, plan.tokens() * width);
        int to = perTile;
        AnyResolution.Keep keep = plan.keep();
        for (int y = keep.top(); y < keep.top() + keep.rows(); y++) {
            for (int x = keep.left(); x < keep.left() + keep.columns(); x++) {
                int tile = 1 + y / side * plan.gridWidth() + x / side;
                int patch = y % side * side + x % side;
                System.arraycopy(tiles, (tile * perTile + patch) * width, merged, to++ * width, width);
            }
            System.arraycopy(newline, 0, merged, to++ * width, width);
        }
        return merged;
    }
}
