// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.vision;

import dev.myna.kernels.Buffer;
import dev.myna.kernels.Device;
import dev.myna.kernels.Tensor;
import dev.myna.kernels.Weight;
import dev.myna.loaders.gguf.GgufFile;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;

/**
 * CLIP's vision transformer as the multimodal papers use it (docs/spec/models.md 2): class token first, pre-norm layers,
 * features taken after the last run layer without a final norm, with or without the class row. Immutable and thread-safe.
 */
public final class ClipVisionTower implements Tower {
    private final VisionConfig config;
    private final Device device;
    private final Weight classEmbedding;
    private final Weight patchKernel;
    private final Weight positions;
    private final Weight preNorm;
    private final Weight preNormBias;
    private final List<Layer> layers;
    private final Device.Heads heads;

    private record Layer(
            Weight norm1,
            Weight norm1Bias,
            Weight query,
            Weight queryBias,
            Weight key,
            Weight keyBias,
            Weight value,
            Weight valueBias,
            Weight output,
            Weight outputBias,
            Weight norm2,
            Weight norm2Bias,
            Weight fc1,
            Weight fc1Bias,
            Weight fc2,
            Weight fc2Bias) {}

    /**
     * Loads the tower's weights, checking their shapes.
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
        patchKernel = device.load(kernel.reshaped(patch * patch * 3, width));
        positions = device.load(file.require("v.position_embd.weight", width, config.patches() + 1L));
        preNorm = device.load(file.require("v.pre_ln.weight", width));
        preNormBias = device.load(file.require("v.pre_ln.bias", width));
        List<Layer> loaded = new ArrayList<>();
        for (int i = 0; i < config.layers(); i++) {
            loaded.add(layer(file, "v.blk." + i + "."));
        }
        layers = List.copyOf(loaded);
        int headDim = config.width() / config.heads();
        heads = new Device.Heads(config.heads(), config.heads(), headDim, (float) (1 / Math.sqrt(headDim)));
    }

    private Layer layer(GgufFile file, String block) {
        long width = config.width();
        long inner = config.feedForward();
        // Old converters call the first matrix ffn_down and the second ffn_up: tell them apart by shape
        // (docs/spec/models.md
        // 8.3).
        Tensor down = file.require(block + "ffn_down.weight");
        boolean swapped = width == inner ? !file.metadata().has("clip.vision.feature_layer") : down.width() == width;
        String first = swapped ? "ffn_down" : "ffn_up";
        String second = swapped ? "ffn_up" : "ffn_down";
        return new Layer(
                vector(file, block + "ln1.weight", width),
                vector(file, block + "ln1.bias", width),
                matrix(file, block + "attn_q.weight", width, width),
                vector(file, block + "attn_q.bias", width),
                matrix(file, block + "attn_k.weight", width, width),
                vector(file, block + "attn_k.bias", width),
                matrix(file, block + "attn_v.weight", width, width),
                vector(file, block + "attn_v.bias", width),
                matrix(file, block + "attn_out.weight", width, width),
                vector(file, block + "attn_out.bias", width),
                vector(file, block + "ln2.weight", width),
                vector(file, block + "ln2.bias", width),
                matrix(file, block + first + ".weight", width, inner),
                vector(file, block + first + ".bias", inner),
                matrix(file, block + second + ".weight", inner, width),
                vector(file, block + second + ".bias", width));
    }

    private Weight matrix(GgufFile file, String name, long inputs, long outputs) {
        return device.load(file.require(name, inputs, outputs));
    }

    private Weight vector(GgufFile file, String name, long width) {
        return device.load(file.require(name, width));
    }

    @Override
    public void encode(float[] pixels, int images, Buffer features, Probe probe) {
        int patches = config.patches();
        int group = patches + 1;
        int rows = config.featureRows();
        int n = images * group;
        try (Arena scope = Arena.ofShared()) {
            Buffer x = device.allocate(scope, n, config.width());
            embedPatches(pixels, images, x, scope, probe);
            device.addRows(x, positions, n);
            probe.stage("embeddings", x, n);
            device.layerNorm(x, preNorm, preNormBias, config.normEps(), x, n);
            probe.stage("pre_ln", x, n);

            Buffer normed = device.allocate(scope, n, config.width());
            Buffer query = device.allocate(scope, n, config.width());
            Buffer key = device.allocate(scope, n, config.width());
            Buffer value = device.allocate(scope, n, config.width());
            Buffer inner = device.allocate(scope, n, config.feedForward());
            for (int i = 0; i < layers.size(); i++) {
                Layer layer = layers.get(i);
                device.layerNorm(x, layer.norm1, layer.norm1Bias, config.normEps(), normed, n);
                device.matmul(layer.query, layer.queryBias, normed, query, n);
                device.matmul(layer.key, layer.keyBias, normed, key, n);
                device.matmul(layer.value, layer.valueBias, normed, value, n);
                device.attendFull(query, key, value, group, heads, normed, n);
                device.matmulAdd(layer.output, layer.outputBias, normed, x, query, n);

                device.layerNorm(x, layer.norm2, layer.norm2Bias, config.normEps(), normed, n);
                device.matmul(layer.fc1, layer.fc1Bias, normed, inner, n);
                device.activate(config.activation(), inner, n);
                device.matmulAdd(layer.fc2, layer.fc2Bias, inner, x, normed, n);
                probe.stage("layer_" + i, x, n);
            }
            for (int i = 0; i < images; i++) {
                device.copy(x.slice(i * group + group - rows, rows), features.slice(i * rows, rows), rows);
            }
            probe.stage("selected", features, images * rows);
        }
    }

    /** Class embedding and patch convolution: x [images x (1 + patches), width]. */
    private void embedPatches(float[] pixels, int images, Buffer x, Arena scope, Probe probe) {
        int patches = config.patches();
        int group = patches + 1;
        int kernel = config.patchSize() * config.patchSize() * 3;
        Buffer columns = device.allocate(scope, patches, kernel);
        Buffer convolved = device.allocate(scope, patches, config.width());
        float[] unfolded = new float[patches * kernel];
        for (int i = 0; i < images; i++) {
            unfold(pixels, i * 3 * config.imageSize() * config.imageSize(), unfolded);
            device.write(columns, unfolded, 0, patches);
            device.matmul(patchKernel, null, columns, convolved, patches);
            probe.stage("patch_conv", convolved, patches);
            device.embed(classEmbedding, new int[1], 0, x.slice(i * group, 1), 1);
            device.copy(convolved, x.slice(i * group + 1, patches), patches);
        }
    }

    /** Patches as rows in the kernel's element order: channel, then row, then column within the patch. */
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
