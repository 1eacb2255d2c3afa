// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.family.gemma3;

import dev.myna.engine.vision.Projector;
import dev.myna.engine.vision.VisionConfig;
import dev.myna.engine.vision.tiles.PatchBlocks;
import dev.myna.engine.weights.WeightReader;
import dev.myna.kernels.Buffer;
import dev.myna.kernels.Device;
import dev.myna.kernels.Linear;
import dev.myna.kernels.Norm;
import dev.myna.kernels.Tensor;
import dev.myna.kernels.TensorType;
import dev.myna.loaders.gguf.GgufFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/**
 * Gemma 3's connector (docs/spec/families.md 2): the mean of each block of patches, an RMSNorm, a matrix that is stored with the
 * outputs contiguous.
 */
final class Gemma3Projector implements Projector {
    /** The matrix [vision width, decoder width]. */
    static final String MATRIX = "mm.input_projection.weight";

    /** The side of a block in files that do not say it. */
    private static final int STANDARD_FACTOR = 4;

    private final PatchBlocks blocks;
    private final Norm norm;

    /** Its memory must live as long as the weight. */
    private final Tensor transposed;

    private final Linear matrix;
    private final Device device;

    Gemma3Projector(GgufFile file, VisionConfig config, Device device) {
        this.device = device;
        this.blocks = blocks(file, config);
        this.norm = new WeightReader(file, device, "mm.").rmsNorm("soft_emb_norm", config.width(), config.normEps());
        long width = file.require(MATRIX).width();
        this.transposed = transposed(file.require(MATRIX, width, config.width()), device);
        this.matrix = new Linear(device.load(transposed));
    }

    /** The blocks of one tile. */
    static PatchBlocks blocks(GgufFile file, VisionConfig config) {
        return PatchBlocks.read(file, config, STANDARD_FACTOR);
    }

    /** A matrix with rows and columns exchanged, as floats in memory of its own. */
    private static Tensor transposed(Tensor matrix, Device device) {
        int columns = Math.toIntExact(matrix.width());
        int rows = Math.toIntExact(matrix.rows());
        float[] row = new float[columns];
        MemorySegment data = Arena.ofAuto().allocate(Math.multiplyExact(matrix.elements(), Float.BYTES), 64);
        try (Arena scope = Arena.ofShared()) {
            Buffer buffer = device.allocate(scope, 1, columns);
            var table = device.load(matrix);
            for (int y = 0; y < rows; y++) {
                device.matrices().embed(table, new int[] {y}, 0, buffer, 1);
                device.read(buffer, row, 0, 1);
                for (int x = 0; x < columns; x++) {
                    data.setAtIndex(ValueLayout.JAVA_FLOAT, (long) x * rows + y, row[x]);
                }
            }
        }
        return new Tensor(matrix.name(), TensorType.F32, List.of((long) rows, (long) columns), data);
    }

    @Override
    public int width() {
        return matrix.outputs();
    }

    @Override
    public int rows() {
        return blocks.blocks();
    }

    @Override
    public void project(Buffer features, Buffer out) {
        float[] rows = new float[blocks.rows() * blocks.width()];
        device.read(features, rows, 0, blocks.rows());
        try (Arena scope = Arena.ofShared()) {
            Buffer means = device.allocate(scope, rows(), blocks.width());
            device.write(means, blocks.mean(rows), 0, rows());
            device.norms().rmsNorm(norm, means, means, rows());
            device.matrices().matmul(matrix, means, out, rows());
        }
    }
}
