// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.vision;

import dev.myna.engine.weights.WeightReader;
import dev.myna.kernels.Buffer;
import dev.myna.kernels.Device;
import dev.myna.kernels.Linear;
import dev.myna.kernels.Norm;
import dev.myna.kernels.Tensor;
import dev.myna.kernels.Weight;
import dev.myna.loaders.gguf.GgufFile;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;

/**
 * CLIP's vision transformer as multimodal models use it (docs/spec/models.md 2). The class token comes first, layers are pre-norm. The
 * features are the output of the last layer that runs, without a final norm, with or without the class row. Immutable and thread-safe.
 */
public final class ClipVisionTower implements Tower {
    private final VisionConfig config;
    private final Device device;
    private final Weight classEmbedding;
    private final Linear patchKernel;
    private final Weight positions;
    private final Norm preNorm;
    private final List<Layer> layers;
    private final Device.Heads heads;

    private record Layer(
            Norm attentionNorm,
            Linear query,
            Linear key,
            Linear value,
            Linear output,
            Norm feedForwardNorm,
            Linear first,
            Linear second) {}

    /** What layers compute in; each [rows, width], but {@code inner} [rows, feed-forward]. */
    private record Buffers(Buffer x, Buffer normed, Buffer query, Buffer key, Buffer value, Buffer inner) {}

    /**
     * Loads the tower's weights and checks their shapes.
     *
     * @throws dev.myna.loaders.gguf.GgufException if a tensor is missing or has another shape
     */
    public ClipVisionTower(GgufFile file, VisionConfig config, Device device) {
        this.config = config;
        this.device = device;
        long width = config.width();
        long patch = config.patchSize();
        classEmbedding = device.load(file.require("v.class_embd", width));
        Tensor kernel = file.require("v.patch_embd.weight", patch, patch, 3, width);
        patchKernel = new Linear(device.load(kernel.reshaped(patch * patch * 3, width)));
        positions = device.load(file.require("v.position_embd.weight", width, config.patches() + 1L));
        preNorm = new WeightReader(file, device, "v.").layerNorm("pre_ln", width, config.normEps());
        List<Layer> loaded = new ArrayList<>();
        for (int i = 0; i < config.layers(); i++) {
            loaded.add(layer(new WeightReader(file, device, "v.blk." + i + "."), config));
        }
        layers = List.copyOf(loaded);
        int headDim = config.width() / config.heads();
        heads = new Device.Heads(config.heads(), config.heads(), headDim, (float) (1 / Math.sqrt(headDim)));
    }

    private static Layer layer(WeightReader block, VisionConfig config) {
        long width = config.width();
        long inner = config.feedForward();
        float eps = config.normEps();
        boolean swapped = isSwapped(block, config);
        return new Layer(
                block.layerNorm("ln1", width, eps),
                block.biased("attn_q", width, width),
                block.biased("attn_k", width, width),
                block.biased("attn_v", width, width),
                block.biased("attn_out", width, width),
                block.layerNorm("ln2", width, eps),
                block.biased(swapped ? "ffn_down" : "ffn_up", width, inner),
                block.biased(swapped ? "ffn_up" : "ffn_down", inner, width));
    }

    /** Old converters call the first matrix ffn_down and the second ffn_up. The shapes tell (docs/spec/models.md 8.3). */
    private static boolean isSwapped(WeightReader block, VisionConfig config) {
        Tensor down = block.file().require(block.prefix() + "ffn_down.weight");
        return config.width() == config.feedForward()
                ? !block.file().metadata().has("clip.vision.feature_layer")
                : down.width() == config.width();
    }

    @Override
    public void encode(float[] pixels, int tiles, Buffer features, Probe probe) {
        int patches = config.patches();
        int group = patches + 1;
        int rows = config.featureRows();
        int n = tiles * group;
        try (Arena scope = Arena.ofShared()) {
            Buffer x = device.allocate(scope, n, config.width());
            embedPatches(pixels, tiles, x, scope, probe);
            device.addRows(x, positions, n);
            probe.stage("embeddings", x, n);
            device.layerNorm(preNorm, x, x, n);
            probe.stage("pre_ln", x, n);

            Buffers buffers = new Buffers(
                    x,
                    device.allocate(scope, n, config.width()),
                    device.allocate(scope, n, config.width()),
                    device.allocate(scope, n, config.width()),
                    device.allocate(scope, n, config.width()),
                    device.allocate(scope, n, config.feedForward()));
            for (int i = 0; i < layers.size(); i++) {
                forward(layers.get(i), buffers, group, n);
                probe.stage("layer_" + i, x, n);
            }
            for (int i = 0; i < tiles; i++) {
                device.copy(x.slice(i * group + group - rows, rows), features.slice(i * rows, rows), rows);
            }
            probe.stage("selected", features, tiles * rows);
        }
    }

    /**
     * {@code x += attention(norm(x)); x += second(gelu(first(norm(x))))}.
     *
     * @param group rows of one tile, which attend to each other
     */
    private void forward(Layer layer, Buffers b, int group, int n) {
        device.layerNorm(layer.attentionNorm, b.x, b.normed, n);
        device.matmul(layer.query, b.normed, b.query, n);
        device.matmul(layer.key, b.normed, b.key, n);
        device.matmul(layer.value, b.normed, b.value, n);
        device.attendFull(b.query, b.key, b.value, group, heads, b.normed, n);
        device.matmulAdd(layer.output, b.normed, b.x, n);

        device.layerNorm(layer.feedForwardNorm, b.x, b.normed, n);
        device.matmul(layer.first, b.normed, b.inner, n);
        device.activate(config.activation(), b.inner, n);
        device.matmulAdd(layer.second, b.inner, b.x, n);
    }

    /** Computes class embedding and patch convolution: x [tiles x (1 + patches), width]. */
    private void embedPatches(float[] pixels, int tiles, Buffer x, Arena scope, Probe probe) {
        int patches = config.patches();
        int group = patches + 1;
        int kernel = config.patchSize() * config.patchSize() * 3;
        Buffer columns = device.allocate(scope, patches, kernel);
        Buffer convolved = device.allocate(scope, patches, config.width());
        float[] unfolded = new float[patches * kernel];
        for (int i = 0; i < tiles; i++) {
            unfold(pixels, i * 3 * config.imageSize() * config.imageSize(), unfolded);
            device.write(columns, unfolded, 0, patches);
            device.matmul(patchKernel, columns, convolved, patches);
            probe.stage("patch_conv", convolved, patches);
            device.embed(classEmbedding, new int[1], 0, x.slice(i * group, 1), 1);
            device.copy(convolved, x.slice(i * group + 1, patches), patches);
        }
    }

    /** Writes each patch as a row, in the kernel's element order: channel, row, column. */
    private void unfold(float[] pixels, int offset, float[] unfolded) {
        int size = config.imageSize();
        int patch = config.patchSize();
        int grid = config.grid();
        int to = 0;
        for (int py = 0; py < grid; py++) {
            for (int px = 0; px < grid; px++) {
                for (int channel = 0; channel < 3; channel++) {
                    for (int y = 0; y < patch; y++) {
                        int from = offset + (channel * size + py * patch + y) * size + px * patch;
                        System.arraycopy(pixels, from, unfolded, to, patch);
                        to += patch;
                    }
                }
            }
        }
    }
}
