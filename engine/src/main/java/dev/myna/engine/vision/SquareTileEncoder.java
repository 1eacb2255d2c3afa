// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.vision;

import dev.myna.engine.decoder.Checkpoint;
import dev.myna.engine.error.ModelException;
import dev.myna.kernels.Buffer;
import dev.myna.kernels.Device;
import dev.myna.loaders.gguf.GgufFile;
import dev.myna.loaders.image.RgbImage;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Locale;

/** Square tiles of one size: a family's {@link Tower} over all of them, then its {@link Projector} over each. */
public final class SquareTileEncoder implements TileEncoder {
    /** Bytes of an image that every tower may take. */
    private static final double MIN_ROOM = 512L << 20;

    private final VisionConfig config;
    private final Device device;
    private final Tower tower;
    private final Projector projector;

    /**
     * Loads tower and projector of the configuration's family.
     *
     * @param maxTiles of an image
     * @throws ModelException if an image would take too much memory for the file
     * @throws dev.myna.loaders.gguf.GgufException if tensors are missing or have other types or shapes
     */
    public SquareTileEncoder(GgufFile file, VisionConfig config, int maxTiles, Device device) {
        requireProportion(file, config, maxTiles);
        this.config = config;
        this.device = device;
        this.tower = config.family().tower(file, config, device);
        this.projector = config.family().projector(file, config, device);
    }

    /** Bounds the memory of an image. Large widths and grids are allowed, but together they must be in proportion to the file. */
    private static void requireProportion(GgufFile file, VisionConfig config, int tiles) {
        double rows = (double) tiles * (config.patches() + 1);
        double bytes = Float.BYTES
                * (rows * (5.0 * config.width() + config.feedForward())
                        + tiles * 3.0 * config.imageSize() * config.imageSize());
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

    @Override
    public int width() {
        return projector.width();
    }

    @Override
    public float[] encode(List<RgbImage> tiles, Checkpoint checkpoint) {
        int n = tiles.size();
        int pixelsPerTile = 3 * config.imageSize() * config.imageSize();
        float[] pixels = new float[Math.multiplyExact(n, pixelsPerTile)];
        for (int i = 0; i < n; i++) {
            checkpoint.check();
            float[] normalized = ImagePreprocessor.normalize(tiles.get(i), config.mean(), config.std());
            System.arraycopy(normalized, 0, pixels, i * pixelsPerTile, pixelsPerTile);
        }
        int features = config.featureRows();
        int perTile = projector.rows();
        try (Arena scope = Arena.ofShared()) {
            Buffer selected = device.allocate(scope, n * features, config.width());
            tower.encode(pixels, n, selected, (stage, rows, count) -> checkpoint.betweenLayers());
            Buffer rows = device.allocate(scope, n * perTile, width());
            for (int i = 0; i < n; i++) {
                checkpoint.betweenLayers();
                projector.project(selected.slice(i * features, features), rows.slice(i * perTile, perTile));
            }
            float[] result = new float[Math.multiplyExact(n * perTile, width())];
            device.read(rows, result, 0, n * perTile);
            return result;
        }
    }
}
