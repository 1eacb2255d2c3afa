// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.family.qwenvl;

import dev.myna.engine.decoder.Checkpoint;
import dev.myna.engine.events.FlightEvents;
import dev.myna.engine.events.Span;
import dev.myna.engine.vision.Probe;
import dev.myna.engine.vision.TileEncoder;
import dev.myna.engine.vision.VisionConfig;
import dev.myna.engine.weights.WeightReader;
import dev.myna.kernels.Attention;
import dev.myna.kernels.Batch;
import dev.myna.kernels.Buffer;
import dev.myna.kernels.Device;
import dev.myna.kernels.Linear;
import dev.myna.kernels.Rope;
import dev.myna.kernels.RopePairing;
import dev.myna.kernels.Tensor;
import dev.myna.loaders.gguf.GgufFile;
import dev.myna.loaders.image.RgbImage;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Qwen's vision transformer with its mergers (docs/spec/families.md 1.2 to 1.5). An image is one tile of whole places; memory grows with
 * its patches, not with their square. Immutable and thread-safe.
 */
final class QwenTower implements TileEncoder {
    /** Base of the rotary frequencies. No key says it. */
    private static final float ROPE_BASE = 10000;

    /** Patches that are embedded at a time. */
    private static final int STEP = 4096;

    private final VisionConfig config;
    private final QwenSizes sizes;
    private final Device device;
    private final Linear frame;
    private final Linear secondFrame;
    /** Null where there is none. */
    private final PositionTable positions;

    private final List<QwenLayer> layers;
    private final PatchMerger merger;
    private final List<PatchMerger> deepstack;
    private final Attention.Heads heads;
    private final Rope rope;

    /** @throws dev.myna.loaders.gguf.GgufException if a tensor is missing or has another shape */
    QwenTower(GgufFile file, VisionConfig config, QwenSizes sizes, Device device) {
        this.config = config;
        this.sizes = sizes;
        this.device = device;
        frame = new Linear(
                device.load(kernel(file, "v.patch_embd.weight", config)),
                sizes.kind() == QwenKind.QWEN3
                        ? new WeightReader(file, device, "").vector("v.patch_embd.bias", config.width())
                        : null);
        secondFrame = new Linear(device.load(kernel(file, "v.patch_embd.weight.1", config)));
        positions = sizes.kind() == QwenKind.QWEN3 ? PositionTable.load(file, config.width(), device) : null;
        List<QwenLayer> loaded = new ArrayList<>();
        for (int i = 0; i < config.layers(); i++) {
            loaded.add(QwenLayer.load(new WeightReader(file, device, "v.blk." + i + "."), sizes));
        }
        layers = List.copyOf(loaded);
        merger = PatchMerger.behindTower(file, sizes, device);
        deepstack = sizes.deepstack().stream()
                .map(layer -> PatchMerger.behindLayer(file, layer, sizes, device))
                .toList();
        int headDim = config.width() / config.heads();
        heads = new Attention.Heads(config.heads(), config.heads(), headDim, (float) (1 / Math.sqrt(headDim)));
        rope = rope(headDim);
    }

    private static Tensor kernel(GgufFile file, String name, VisionConfig config) {
        long patch = config.patchSize();
        return file.require(name, patch, patch, 3, config.width()).reshaped(patch * patch * 3, config.width());
    }

    /**
     * Pairs of the first half of a head's pairs turn by rows, the others by columns, each with frequencies {@code base^(-4k / headDim)}.
     * They are those of a head as wide with the base squared; the second half begins anew.
     */
    static Rope rope(int headDim) {
        int half = headDim / 4;
        List<Float> divisors = new ArrayList<>(Collections.nCopies(half, 1f));
        divisors.addAll(Collections.nCopies(half, 1 / ROPE_BASE));
        List<Integer> axes = new ArrayList<>(Collections.nCopies(half, 1));
        axes.addAll(Collections.nCopies(half, 2));
        return new Rope(headDim, ROPE_BASE * ROPE_BASE, RopePairing.SPLIT_HALF, divisors, axes);
    }

    @Override
    public int width() {
        return sizes.outputWidth();
    }

    @Override
    public float[] encode(List<RgbImage> tiles, Checkpoint checkpoint) {
        if (tiles.size() != 1) {
            throw new IllegalArgumentException(tiles.size() + " tiles; an image is one");
        }
        return encode(tiles.getFirst(), Probe.NONE, checkpoint);
    }

    /** The order of places in which the tower holds an image. */
    PlaceOrder order(PatchGrid grid) {
        return sizes.windowSide() == 0 ? PlaceOrder.whole(grid) : PlaceOrder.windows(grid, sizes.windowSide());
    }

    /**
     * Encodes an image: [places, width], row by row.
     *
     * @param probe sees each layer's result, in the tower's order
     */
    float[] encode(RgbImage image, Probe probe, Checkpoint checkpoint) {
        PatchPixels pixels = PatchPixels.of(image, config);
        PatchGrid grid = pixels.grid();
        PlaceOrder order = order(grid);
        int n = grid.patches();
        float[] result = new float[Math.multiplyExact(grid.places(), width())];
        QwenLayer.View windows = new QwenLayer.View(positions(grid, order), rope, heads, order.patchLengths());
        QwenLayer.View all = new QwenLayer.View(windows.positions(), rope, heads, new int[] {n});
        try (Arena scope = Arena.ofShared()) {
            QwenLayer.Buffers buffers = QwenLayer.Buffers.allocate(device, scope, sizes, n);
            Buffer x = buffers.x();
            embed(pixels, order, x, checkpoint);
            probe.stage("patch_embed", x, n);
            if (positions != null) {
                addPositions(grid, order, x, checkpoint);
                probe.stage("positions", x, n);
            }
            for (int i = 0; i < layers.size(); i++) {
                checkpoint.betweenLayers();
                layers.get(i).forward(device, buffers, sizes.seesAll(i) ? all : windows, config.activation(), n);
                probe.stage("layer_" + i, x, n);
                int row = sizes.deepstack().indexOf(i);
                if (row >= 0) {
                    merge(deepstack.get(row), 1 + row, x, order, result, checkpoint);
                }
            }
            merge(merger, 0, x, order, result, checkpoint);
        }
        return result;
    }

    private void merge(PatchMerger with, int part, Buffer x, PlaceOrder order, float[] result, Checkpoint checkpoint) {
        Span span = FlightEvents.imageProject();
        with.merge(x, order.places(), result, width(), part * sizes.rowWidth(), checkpoint);
        span.finish(order.places().length);
    }

    private static Batch positions(PatchGrid grid, PlaceOrder order) {
        Batch batch = new Batch(grid.patches());
        for (int i = 0; i < grid.patches(); i++) {
            int patch = order.patch(i);
            batch.add(0, grid.row(patch), grid.column(patch));
        }
        return batch;
    }

    /** An image is a clip of two equal frames, and each frame has its kernel. */
    private void embed(PatchPixels pixels, PlaceOrder order, Buffer x, Checkpoint checkpoint) {
        PatchGrid grid = pixels.grid();
        int elements = pixels.elements();
        int step = Math.min(STEP, grid.patches());
        float[] patches = new float[Math.multiplyExact(step, elements)];
        try (Arena scope = Arena.ofShared()) {
            Buffer in = device.allocate(scope, step, elements);
            for (int from = 0; from < grid.patches(); from += step) {
                checkpoint.betweenLayers();
                int n = Math.min(step, grid.patches() - from);
                for (int i = 0; i < n; i++) {
                    int patch = order.patch(from + i);
                    pixels.write(grid.row(patch), grid.column(patch), patches, i * elements);
                }
                device.write(in, patches, 0, n);
                device.matrices().matmul(frame, in, x.slice(from, n), n);
                device.matrices().matmulAdd(secondFrame, in, x.slice(from, n), n);
            }
        }
    }

    private void addPositions(PatchGrid grid, PlaceOrder order, Buffer x, Checkpoint checkpoint) {
        int width = config.width();
        int step = Math.min(STEP, grid.patches());
        try (Arena scope = Arena.ofShared()) {
            Buffer rows = device.allocate(scope, step, width);
            for (int from = 0; from < grid.patches(); from += step) {
                checkpoint.betweenLayers();
                int n = Math.min(step, grid.patches() - from);
                float[] values = new float[Math.multiplyExact(n, width)];
                for (int i = 0; i < n; i++) {
                    positions.write(grid, order.patch(from + i), values, i * width);
                }
                device.write(rows, values, 0, n);
                device.elementwise().add(x.slice(from, n), rows, n);
            }
        }
    }
}
