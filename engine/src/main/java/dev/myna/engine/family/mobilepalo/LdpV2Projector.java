// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.family.mobilepalo;

import dev.myna.engine.error.ModelException;
import dev.myna.engine.vision.Projector;
import dev.myna.engine.vision.TwoLayers;
import dev.myna.engine.vision.VisionConfig;
import dev.myna.kernels.Buffer;
import dev.myna.kernels.Device;
import dev.myna.kernels.Linear;
import dev.myna.loaders.gguf.GgufFile;
import java.lang.foreign.Arena;

/**
 * LDP v2 (docs/spec/models.md 3.3): two layers per patch, 2x2 mean, then a depth-wise convolution that is added to its input as position
 * information.
 */
final class LdpV2Projector implements Projector {
    private final TwoLayers mlp;
    private final Linear position;
    private final Device device;
    private final int grid;

    LdpV2Projector(GgufFile file, VisionConfig config, Device device) {
        if (config.grid() % 2 != 0) {
            throw new ModelException(file.name() + ": projector ldpv2 needs an even patch grid, not " + config.grid());
        }
        this.mlp = TwoLayers.load(file, "mm.model.mlp.0", "mm.model.mlp.2", config.width(), device);
        position = new Linear(
                device.load(LdpProjector.depthwiseKernel(file, "mm.model.peg.0.weight", mlp.width())),
                device.load(file.require("mm.model.peg.0.bias", mlp.width())));
        this.device = device;
        this.grid = config.grid();
    }

    @Override
    public int width() {
        return mlp.width();
    }

    /** Output rows for a grid of patches, which is even. */
    static int rows(int grid) {
        return grid * grid / 4;
    }

    @Override
    public int rows() {
        return rows(grid);
    }

    @Override
    public void project(Buffer features, Buffer out) {
        int patches = grid * grid;
        try (Arena scope = Arena.ofShared()) {
            Buffer x = device.allocate(scope, patches, width());
            mlp.apply(features, x, patches, scope, device);
            Buffer pooled = device.allocate(scope, rows(), width());
            device.grids().averagePool2x2(x, grid, grid, pooled);
            device.grids().depthwiseConv3x3(pooled, grid / 2, grid / 2, position, 1, out);
            device.elementwise().add(out, pooled, rows());
        }
    }
}
