// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.family.mobilepalo;

import dev.myna.engine.vision.Projector;
import dev.myna.engine.vision.TwoLayers;
import dev.myna.engine.vision.VisionConfig;
import dev.myna.engine.weights.WeightReader;
import dev.myna.kernels.Activation;
import dev.myna.kernels.Buffer;
import dev.myna.kernels.Device;
import dev.myna.kernels.Linear;
import dev.myna.kernels.Norm;
import dev.myna.kernels.Tensor;
import dev.myna.loaders.gguf.GgufFile;
import java.lang.foreign.Arena;

/**
 * LDP v1 (docs/spec/models.md 3.2): two layers per patch, then two mobile blocks. A mobile block is a depth-wise convolution, a
 * squeeze-excite gate and a point-wise convolution. The second block halves both sides of the grid.
 */
final class LdpProjector implements Projector {
    /** LayerNorm epsilon of LDP; independent of the tower's (docs/spec/models.md 8.3, quirk 6). */
    private static final float EPS = 1e-5f;

    private final TwoLayers mlp;
    private final Block first;
    private final Block second;
    private final Device device;
    private final int grid;

    /** {@code depthwise} and {@code pointwise} have no bias. */
    private record Block(Linear depthwise, Norm norm1, Linear squeeze, Linear excite, Linear pointwise, Norm norm2) {

        static Block load(GgufFile file, String prefix, long width, Device device) {
            WeightReader block = new WeightReader(file, device, prefix);
            long narrow = file.require(prefix + "block.1.fc1.weight").elements() / width;
            return new Block(
                    new Linear(device.load(depthwiseKernel(file, prefix + "block.0.0.weight", width))),
                    block.layerNorm("block.0.1", width, EPS),
                    new Linear(
                            device.load(pointwiseKernel(file, prefix + "block.1.fc1.weight", width, narrow)),
                            block.vector("block.1.fc1.bias", narrow)),
                    new Linear(
                            device.load(pointwiseKernel(file, prefix + "block.1.fc2.weight", narrow, width)),
                            block.vector("block.1.fc2.bias", width)),
                    new Linear(device.load(pointwiseKernel(file, prefix + "block.2.0.weight", width, width))),
                    block.layerNorm("block.2.1", width, EPS));
        }
    }

    LdpProjector(GgufFile file, VisionConfig config, Device device) {
        this.mlp = TwoLayers.load(file, "mm.model.mlp.1", "mm.model.mlp.3", config.width(), device);
        this.first = Block.load(file, "mm.model.mb_block.1.", mlp.width(), device);
        this.second = Block.load(file, "mm.model.mb_block.2.", mlp.width(), device);
        this.device = device;
        this.grid = config.grid();
    }

    /** A depth-wise 3x3 kernel, stored [3, 3, width] or [3, 3, 1, width]. */
    static Tensor depthwiseKernel(GgufFile file, String name, long width) {
        boolean fourDimensions =
                file.find(name).map(tensor -> tensor.shape().size() == 4).orElse(false);
        return fourDimensions ? file.require(name, 3, 3, 1, width) : file.require(name, 3, 3, width);
    }

    /** A 1x1 convolution, stored as a matrix or as [1, 1, inputs, outputs]. */
    private static Tensor pointwiseKernel(GgufFile file, String name, long inputs, long outputs) {
        boolean fourDimensions =
                file.find(name).map(tensor -> tensor.shape().size() == 4).orElse(false);
        return fourDimensions
                ? file.require(name, 1, 1, inputs, outputs).reshaped(inputs, outputs)
                : file.require(name, inputs, outputs);
    }

    @Override
    public int width() {
        return mlp.width();
    }

    /** Output rows for a grid of patches. */
    static int rows(int grid) {
        return half(grid) * half(grid);
    }

    @Override
    public int rows() {
        return rows(grid);
    }

    private static int half(int grid) {
        return (grid + 1) / 2;
    }

    @Override
    public void project(Buffer features, Buffer out) {
        int patches = grid * grid;
        try (Arena scope = Arena.ofShared()) {
            Buffer x = device.allocate(scope, patches, width());
            mlp.apply(features, x, patches, scope, device);
            Buffer residual = device.allocate(scope, patches, width());
            block(first, x, 1, residual, scope);
            device.elementwise().add(x, residual, patches);
            block(second, x, 2, out, scope);
        }
    }

    /** One mobile block without its residual: in [grid^2, width], out [ceil(grid / stride)^2, width]. */
    private void block(Block block, Buffer in, int stride, Buffer out, Arena scope) {
        int side = stride == 1 ? grid : half(grid);
        int n = side * side;
        Buffer d = device.allocate(scope, n, width());
        device.grids().depthwiseConv3x3(in, grid, grid, block.depthwise, stride, d);
        device.norms().layerNorm(block.norm1, d, d, n);
        device.elementwise().activate(Activation.HARDSWISH, d, n);

        Buffer mean = device.allocate(scope, 1, width());
        Buffer narrow = device.allocate(scope, 1, block.squeeze.outputs());
        Buffer gate = device.allocate(scope, 1, width());
        device.grids().meanRows(d, mean, n);
        device.matrices().matmul(block.squeeze, mean, narrow, 1);
        device.elementwise().activate(Activation.RELU, narrow, 1);
        device.matrices().matmul(block.excite, narrow, gate, 1);
        device.elementwise().activate(Activation.HARDSIGMOID, gate, 1);
        device.elementwise().mulRow(d, gate, n);

        device.matrices().matmul(block.pointwise, d, out, n);
        device.norms().layerNorm(block.norm2, out, out, n);
    }
}
