// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.vision;

import dev.myna.engine.weights.WeightReader;
import dev.myna.kernels.Attention;
import dev.myna.kernels.Buffer;
import dev.myna.kernels.Device;
import dev.myna.kernels.Norm;
import dev.myna.kernels.Weight;
import dev.myna.loaders.gguf.GgufFile;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;

/**
 * A vision transformer over square tiles (docs/spec/models.md 2, docs/spec/families.md 8): CLIP, SigLIP and InternViT, which differ in
 * {@link TowerParts}. A class row comes first, layers are pre-norm. The features are the output of the last layer that runs, with or without
 * a last norm and the first row. Immutable and thread-safe.
 */
public final class VitTower implements Tower {
    private final VisionConfig config;
    private final Device device;

    /** Null without a class row. */
    private final Weight classEmbedding;

    private final PatchEmbedding patchEmbedding;
    private final Weight positions;

    /** Null if there is none. */
    private final Norm preNorm;

    /** Null if there is none. */
    private final Norm finalNorm;

    private final List<VitLayer> layers;
    private final Attention.Heads heads;

    /**
     * Loads the tower's weights and checks their shapes.
     *
     * @throws dev.myna.loaders.gguf.GgufException if a tensor is missing or has another shape
     */
    public VitTower(GgufFile file, VisionConfig config, Device device) {
        this.config = config;
        this.device = device;
        TowerParts parts = config.parts();
        WeightReader reader = new WeightReader(file, device, "v.");
        int width = config.width();
        classEmbedding = parts.classRow() ? device.load(file.require(TowerParts.CLASS_ROW, width)) : null;
        patchEmbedding = new PatchEmbedding(file, config, device);
        positions = reader.matrix("position_embd.weight", width, config.towerRows());
        preNorm = parts.preNorm() ? reader.layerNorm("pre_ln", width, config.normEps()) : null;
        finalNorm = parts.finalNorm() ? reader.layerNorm("post_ln", width, config.normEps()) : null;
        List<VitLayer> loaded = new ArrayList<>();
        VitLayer.Kind kind = VitLayer.Kind.of(new WeightReader(file, device, "v.blk.0."), parts);
        for (int i = 0; i < config.layers(); i++) {
            loaded.add(VitLayer.load(new WeightReader(file, device, "v.blk." + i + "."), config, kind));
        }
        layers = List.copyOf(loaded);
        int headDim = width / config.heads();
        heads = new Attention.Heads(config.heads(), config.heads(), headDim, (float) (1 / Math.sqrt(headDim)));
    }

    @Override
    public void encode(float[] pixels, int tiles, Buffer features, Probe probe) {
        int group = config.towerRows();
        int rows = config.featureRows();
        int n = tiles * group;
        try (Arena scope = Arena.ofShared()) {
            Buffer x = device.allocate(scope, n, config.width());
            embedPatches(pixels, tiles, x, scope, probe);
            device.elementwise().addRows(x, positions, n);
            probe.stage("embeddings", x, n);
            if (preNorm != null) {
                device.norms().layerNorm(preNorm, x, x, n);
                probe.stage("pre_ln", x, n);
            }
            VitLayer.Buffers buffers = VitLayer.Buffers.allocate(device, scope, x, config, n);
            for (int i = 0; i < layers.size(); i++) {
                layers.get(i).forward(device, buffers, heads, config, group, n);
                probe.stage("layer_" + i, x, n);
            }
            if (finalNorm != null) {
                device.norms().layerNorm(finalNorm, x, x, n);
                probe.stage("post_ln", x, n);
            }
            for (int i = 0; i < tiles; i++) {
                device.copy(x.slice(i * group + group - rows, rows), features.slice(i * rows, rows), rows);
            }
            probe.stage("selected", features, tiles * rows);
        }
    }

    /** Computes class row and patches of all tiles: x [tiles x tower rows, width]. */
    private void embedPatches(float[] pixels, int tiles, Buffer x, Arena scope, Probe probe) {
        int patches = config.patches();
        int group = config.towerRows();
        Buffer columns = device.allocate(scope, patches, patchEmbedding.inputs());
        Buffer convolved = device.allocate(scope, patches, config.width());
        float[] unfolded = new float[patches * patchEmbedding.inputs()];
        for (int i = 0; i < tiles; i++) {
            patchEmbedding.embed(pixels, i, unfolded, columns, convolved);
            probe.stage("patch_conv", convolved, patches);
            if (classEmbedding != null) {
                device.matrices().embed(classEmbedding, new int[1], 0, x.slice(i * group, 1), 1);
            }
            device.copy(convolved, x.slice(i * group + group - patches, patches), patches);
        }
    }
}
