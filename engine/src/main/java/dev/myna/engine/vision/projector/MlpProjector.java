// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.vision.projector;

import dev.myna.kernels.Buffer;
import dev.myna.kernels.Device;
import dev.myna.loaders.gguf.GgufFile;
import java.lang.foreign.Arena;

/** {@code mlp2x_gelu}: {@code W2 gelu(W1 x + b1) + b2} per patch (spec models.md 3.1); PALO 7B and 13B, LLaVA-1.5. */
public final class MlpProjector implements Projector {
    private final TwoLayers mlp;
    private final Device device;
    private final int patches;

    public MlpProjector(GgufFile file, ProjectorShape shape, Device device) {
        this.mlp = TwoLayers.load(file, "mm.0", "mm.2", shape, device);
        this.device = device;
        this.patches = rows(shape.grid());
    }

    @Override
    public int width() {
        return mlp.width();
    }

    /** Output rows for a grid of patches. */
    public static int rows(int grid) {
        return grid * grid;
    }

    @Override
    public int rows() {
        return patches;
    }

    @Override
    public void project(Buffer features, Buffer out) {
        try (Arena scope = Arena.ofShared()) {
            mlp.apply(features, out, patches, scope, device);
        }
    }
}
