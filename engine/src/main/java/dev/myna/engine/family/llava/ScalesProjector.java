// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.family.llava;

import dev.myna.engine.vision.Projector;
import dev.myna.engine.vision.TwoLayers;
import dev.myna.engine.vision.VisionConfig;
import dev.myna.engine.vision.tiles.PatchBlocks;
import dev.myna.kernels.Buffer;
import dev.myna.kernels.Device;
import dev.myna.loaders.gguf.GgufFile;
import java.lang.foreign.Arena;

/**
 * Centurio's connector (docs/spec/families.md 6.3): the map of all tiles averaged down to the overview's size, behind the overview's
 * channels; then two layers with GELU between.
 */
final class ScalesProjector implements Projector {
    private final int scale;
    private final int side;

    /** Of the map of all tiles: what becomes one patch of the overview's map. */
    private final PatchBlocks blocks;

    private final TwoLayers layers;
    private final Device device;

    ScalesProjector(GgufFile file, VisionConfig config, int scale, Device device) {
        this.scale = scale;
        this.side = config.grid();
        this.blocks = new PatchBlocks(scale * side, scale, config.width());
        this.layers = TwoLayers.load(file, "mm.0", "mm.2", 2 * config.width(), device);
        this.device = device;
    }

    @Override
    public int width() {
        return layers.width();
    }

    @Override
    public int tiles() {
        return 1 + scale * scale;
    }

    @Override
    public int rows() {
        return side * side;
    }

    @Override
    public void project(Buffer features, Buffer out) {
        int width = blocks.width();
        float[] all = new float[tiles() * rows() * width];
        device.read(features, all, 0, tiles() * rows());
        float[] merged = merged(all);
        float[] joined = new float[2 * rows() * width];
        for (int i = 0; i < rows(); i++) {
            System.arraycopy(all, i * width, joined, 2 * i * width, width);
            System.arraycopy(merged, i * width, joined, (2 * i + 1) * width, width);
        }
        try (Arena scope = Arena.ofShared()) {
            Buffer x = device.allocate(scope, rows(), 2 * width);
            device.write(x, joined, 0, rows());
            layers.apply(x, out, rows(), scope, device);
        }
    }

    /**
     * Puts the tiles behind the overview together as a map and averages it.
     *
     * @param all [tiles x rows, width], the overview first
     * @return [rows, width]
     */
    float[] merged(float[] all) {
        int width = blocks.width();
        float[] map = new float[blocks.rows() * width];
        for (int y = 0; y < blocks.side(); y++) {
            for (int x = 0; x < blocks.side(); x += side) {
                int tile = 1 + y / side * scale + x / side;
                int from = (tile * side + y % side) * side;
                System.arraycopy(all, from * width, map, (y * blocks.side() + x) * width, side * width);
            }
        }
        return blocks.mean(map);
    }
}
