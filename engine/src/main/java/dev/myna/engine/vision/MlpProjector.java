// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.vision;

import dev.myna.kernels.Buffer;
import dev.myna.kernels.Device;
import dev.myna.loaders.gguf.GgufFile;
import java.lang.foreign.Arena;

/** {@code mlp2x_gelu}: {@code W2 gelu(W1 x + b1) + b2} per row (docs/spec/models.md 3.1). */
public final class MlpProjector implements Projector {
    /** The bias of the second layer. */
    public static final String LAST_BIAS = "mm.2.bias";

    private final TwoLayers mlp;
    private final Device device;
    private final int rows;

    public MlpProjector(GgufFile file, VisionConfig config, Device device) {
        this.mlp = TwoLayers.load(file, "mm.0", "mm.2", config.width(), device);
        this.device = device;
        this.rows = config.featureRows();
    }

    @Override
    public int width() {
        return mlp.width();
    }

    @Override
    public int rows() {
        return rows;
    }

    @Override
    public void project(Buffer features, Buffer out) {
        try (Arena scope = Arena.ofShared()) {
            mlp.apply(features, out, rows, scope, device);
        }
    }
}
