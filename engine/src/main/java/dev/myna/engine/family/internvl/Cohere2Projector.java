// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.family.internvl;

import dev.myna.engine.error.ModelException;
import dev.myna.engine.vision.Projector;
import dev.myna.engine.vision.VisionConfig;
import dev.myna.engine.vision.tiles.PatchBlocks;
import dev.myna.engine.vision.tiles.ShuffledRows;
import dev.myna.engine.weights.WeightReader;
import dev.myna.kernels.Activation;
import dev.myna.kernels.Buffer;
import dev.myna.kernels.Device;
import dev.myna.kernels.Linear;
import dev.myna.kernels.Norm;
import dev.myna.loaders.gguf.GgufFile;
import java.lang.foreign.Arena;

/**
 * Aya Vision's connector (docs/spec/families.md 5): a shuffle, a LayerNorm if the file has one, and {@code W2 (silu(g) x)}, where x
 * is the first half of what the first matrix makes and g the second.
 */
final class Cohere2Projector implements Projector {
    private static final String EPS = "clip.vision.projector.layer_norm_epsilon";
    private static final String FIRST = "mm.1.weight";
    private static final float STANDARD_EPS = 1e-6f;

    private final PatchBlocks blocks;

    /** Null if there is none. */
    private final Norm norm;

    private final Linear input;
    private final Linear gate;
    private final Linear output;
    private final Device device;

    Cohere2Projector(GgufFile file, VisionConfig config, Device device) {
        this.device = device;
        this.blocks = PatchBlocks.read(file, config);
        WeightReader reader = new WeightReader(file, device, "mm.");
        int width = blocks.shuffledWidth();
        this.norm = reader.has("input_norm.weight") ? reader.layerNorm("input_norm", width, eps(file)) : null;
        long doubled = file.require(FIRST).rows();
        if (doubled % 2 != 0) {
            throw new ModelException(
                    file.name() + ": " + FIRST + " has " + doubled + " rows, which are not two equal halves");
        }
        this.input = reader.part("1", width, doubled / 2, 0, 2, true);
        this.gate = reader.part("1", width, doubled / 2, 1, 2, true);
        this.output =
                reader.biased("2", doubled / 2, file.require("mm.2.weight").rows());
    }

    private static float eps(GgufFile file) {
        float eps = file.metadata().number(EPS, STANDARD_EPS);
        if (!(eps > 0) || eps > 1) {
            throw new ModelException(file.name() + ": " + EPS + " = " + eps + " must be in (0, 1]");
        }
        return eps;
    }

    @Override
    public int width() {
        return output.outputs();
    }

    @Override
    public int rows() {
        return blocks.blocks();
    }

    @Override
    public void project(Buffer features, Buffer out) {
        try (Arena scope = Arena.ofShared()) {
            Buffer x = ShuffledRows.of(features, blocks, device, scope);
            if (norm != null) {
                device.norms().layerNorm(norm, x, x, rows());
            }
            Buffer gated = device.allocate(scope, rows(), gate.outputs());
            device.matrices().matmul(gate, x, gated, rows());
            device.matrices().gatedMatmul(Activation.SILU, input, x, gated, rows());
            device.matrices().matmul(output, gated, out, rows());
        }
    }
}
