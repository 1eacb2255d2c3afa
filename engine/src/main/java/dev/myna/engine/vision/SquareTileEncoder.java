// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.vision;

import dev.myna.engine.decoder.Checkpoint;
import dev.myna.engine.events.FlightEvents;
import dev.myna.engine.events.Span;
import dev.myna.kernels.Buffer;
import dev.myna.kernels.Device;
import dev.myna.loaders.gguf.GgufFile;
import dev.myna.loaders.image.RgbImage;
import java.lang.foreign.Arena;
import java.util.List;

/** Square tiles of one size: a {@link VitTower} over all of them, then the family's {@link Projector} over each. */
public final class SquareTileEncoder implements TileEncoder {
    /** Rows that go through the tower together, unless one tile has more: a bound of the memory that an image of many tiles takes. */
    static final int MOST_ROWS = 8192;

    private final VisionConfig config;
    private final Device device;
    private final VitTower tower;
    private final Projector projector;

    /**
     * Loads the tower.
     *
     * @param projector of the same file
     * @throws dev.myna.loaders.gguf.GgufException if tensors are missing or have other types or shapes
     */
    public SquareTileEncoder(GgufFile file, VisionConfig config, Projector projector, Device device) {
        this.config = config;
        this.device = device;
        this.tower = new VitTower(file, config, device);
        this.projector = projector;
    }

    Projector projector() {
        return projector;
    }

    @Override
    public int width() {
        return projector.width();
    }

    @Override
    public int passes(int tiles) {
        return Math.ceilDiv(tiles, together());
    }

    private int together() {
        return projector.tiles() * Math.max(1, MOST_ROWS / (config.towerRows() * projector.tiles()));
    }

    /** Tiles go through the tower together as long as they have no more than {@link #MOST_ROWS} rows. */
    @Override
    public float[] encode(List<RgbImage> tiles, Checkpoint checkpoint) {
        int together = together();
        int perTiles = projector.rows() * width();
        float[] result = new float[Math.multiplyExact(tiles.size() / projector.tiles(), perTiles)];
        for (int from = 0; from < tiles.size(); from += together) {
            List<RgbImage> some = tiles.subList(from, Math.min(tiles.size(), from + together));
            encode(some, result, from / projector.tiles() * perTiles, checkpoint);
        }
        return result;
    }

    /** Encodes tiles together, and writes their rows to {@code result} from element {@code offset} on. */
    private void encode(List<RgbImage> tiles, float[] result, int offset, Checkpoint checkpoint) {
        int n = tiles.size();
        int pixelsPerTile = 3 * config.imageSize() * config.imageSize();
        float[] pixels = new float[Math.multiplyExact(n, pixelsPerTile)];
        for (int i = 0; i < n; i++) {
            checkpoint.check();
            float[] normalized = ImagePreprocessor.normalize(tiles.get(i), config.mean(), config.std());
            System.arraycopy(normalized, 0, pixels, i * pixelsPerTile, pixelsPerTile);
        }
        int groups = n / projector.tiles();
        int features = projector.tiles() * config.featureRows();
        int perGroup = projector.rows();
        try (Arena scope = Arena.ofShared()) {
            Buffer selected = device.allocate(scope, groups * features, config.width());
            tower.encode(pixels, n, selected, (stage, rows, count) -> checkpoint.betweenLayers());
            Span span = FlightEvents.imageProject();
            Buffer rows = device.allocate(scope, groups * perGroup, width());
            for (int i = 0; i < groups; i++) {
                checkpoint.betweenLayers();
                projector.project(selected.slice(i * features, features), rows.slice(i * perGroup, perGroup));
            }
            device.read(rows, result, offset, groups * perGroup);
            span.finish(groups * perGroup);
        }
    }
}
