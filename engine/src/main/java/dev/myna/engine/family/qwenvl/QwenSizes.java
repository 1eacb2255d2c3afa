// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.family.qwenvl;

import dev.myna.engine.ImageTokens;
import dev.myna.engine.error.ModelException;
import dev.myna.engine.vision.VisionConfig;
import dev.myna.engine.weights.WeightReader;
import dev.myna.kernels.Buffer;
import dev.myna.kernels.Device;
import dev.myna.kernels.Norm;
import dev.myna.kernels.Tensor;
import dev.myna.loaders.gguf.GgufFile;
import dev.myna.loaders.gguf.GgufMetadata;
import java.util.ArrayList;
import java.util.List;

/**
 * Numbers of a Qwen vision file beyond those of all vision files (docs/spec/families.md 1.9).
 *
 * @param width elements of the tower's residual stream
 * @param feedForward inner width of the MLP, from its tensors: the key is wrong in published files
 * @param normEps epsilon of all norms
 * @param rowWidth elements of a merged row: the decoder's width
 * @param swapped whether the MLP's first matrix is called {@code ffn_down}, as old converters do
 * @param windowSide places along a side of a window; 0 for no windows
 * @param fullEvery every so many layers, the last of them sees all patches
 * @param deepstack layers whose output goes to a deepstack layer of the decoder, in order
 */
record QwenSizes(
        QwenKind kind,
        int width,
        int feedForward,
        float normEps,
        int rowWidth,
        boolean swapped,
        int windowSide,
        int fullEvery,
        List<Integer> deepstack) {

    /** Beginning of the names of deepstack tensors; the layer's number follows. */
    static final String DEEPSTACK = "v.deepstack.";

    /** Which layers have deepstack tensors. */
    static final String DEEPSTACK_KEY = "clip.vision.is_deepstack_layers";

    private static final String MERGE_KEY = "clip.vision.spatial_merge_size";
    private static final String WINDOW_KEY = "clip.vision.window_size";
    private static final String PATTERN_KEY = "clip.vision.n_wa_pattern";

    /** Elements of an output row; the rows of the largest image are one array. */
    private static final int MAX_OUTPUT = Integer.MAX_VALUE / (2 * ImageTokens.MOST);

    /** Pixels along a side of a window, if the file does not say. */
    private static final int WINDOW = 112;

    /**
     * Reads and checks the numbers.
     *
     * @throws ModelException if they contradict each other
     * @throws dev.myna.loaders.gguf.GgufException if a key is out of range or a tensor is missing
     */
    static QwenSizes read(GgufFile file, VisionConfig config, QwenKind kind) {
        GgufMetadata metadata = file.metadata();
        int merge = metadata.integer(MERGE_KEY, 1, 64, PatchGrid.MERGE);
        if (merge != PatchGrid.MERGE) {
            throw new ModelException(
                    file.name() + ": " + MERGE_KEY + " = " + merge + " is not supported; Myna knows 2");
        }
        int headDim = config.width() / config.heads();
        if (headDim % 4 != 0) {
            throw new ModelException(
                    file.name() + ": heads of " + headDim
                            + " elements (clip.vision.embedding_length / clip.vision.attention.head_count) must be a multiple of 4");
        }
        boolean windows = kind == QwenKind.QWEN25;
        List<Integer> deepstack = kind == QwenKind.QWEN3 ? deepstack(file, config.layers()) : List.of();
        int rowWidth = rowWidth(file);
        if (rowWidth * (1L + deepstack.size()) > MAX_OUTPUT) {
            throw new ModelException(file.name() + ": mm.2.bias has " + rowWidth + " elements, with " + deepstack.size()
                    + " layers in " + DEEPSTACK + "* that makes rows of more than " + MAX_OUTPUT);
        }
        return new QwenSizes(
                kind,
                config.width(),
                config.feedForward(),
                config.normEps(),
                rowWidth,
                isSwapped(file, config.width()),
                windows ? windowSide(file, config.patchSize()) : 0,
                windows ? metadata.integer(PATTERN_KEY, 1, 1024) : 1,
                deepstack);
    }

    /** Inner width of the MLP. */
    static int feedForward(GgufFile file, int width) {
        Tensor first = file.require("v.blk.0." + (isSwapped(file, width) ? "ffn_down" : "ffn_up") + ".weight");
        long rows = first.rows();
        if (rows > 1 << 20) {
            throw new ModelException(
                    file.name() + ": " + first.name() + " has " + rows + " rows, more than " + (1 << 20));
        }
        return (int) rows;
    }

    /** The shape tells: the second matrix is never a square one. */
    private static boolean isSwapped(GgufFile file, int width) {
        Tensor down = file.require("v.blk.0.ffn_down.weight");
        return down.width() == width && down.rows() != width;
    }

    private static int rowWidth(GgufFile file) {
        Tensor bias = file.require("mm.2.bias");
        if (bias.elements() > 1 << 20) {
            throw new ModelException(
                    file.name() + ": mm.2.bias has " + bias.elements() + " elements, more than " + (1 << 20));
        }
        return (int) bias.elements();
    }

    private static int windowSide(GgufFile file, int patchSize) {
        int window = file.metadata().integer(WINDOW_KEY, 1, 1 << 16, WINDOW);
        int side = window / PatchGrid.MERGE / patchSize;
        if (side < 1) {
            throw new ModelException(file.name() + ": " + WINDOW_KEY + " = " + window
                    + " is less than two patches of clip.vision.patch_size = " + patchSize);
        }
        return side;
    }

    /** The layers that have deepstack tensors; where a key says which they are, it must agree. */
    private static List<Integer> deepstack(GgufFile file, int layers) {
        List<Integer> found = new ArrayList<>();
        for (int layer = 0; layer < layers; layer++) {
            if (file.tensors().containsKey(DEEPSTACK + layer + ".norm.weight")) {
                found.add(layer);
            }
        }
        if (file.metadata().has(DEEPSTACK_KEY)) {
            requireStated(file, layers, found);
        }
        return List.copyOf(found);
    }

    private static void requireStated(GgufFile file, int layers, List<Integer> found) {
        boolean[] stated = file.metadata().bools(DEEPSTACK_KEY);
        if (stated.length != layers) {
            throw new ModelException(file.name() + ": " + DEEPSTACK_KEY + " has " + stated.length
                    + " entries, not one for each of " + layers + " layers");
        }
        List<Integer> layersStated = new ArrayList<>();
        for (int layer = 0; layer < layers; layer++) {
            if (stated[layer]) {
                layersStated.add(layer);
            }
        }
        if (!layersStated.equals(found)) {
            throw new ModelException(file.name() + ": " + DEEPSTACK_KEY + " names the layers " + layersStated
                    + ", but tensors " + DEEPSTACK + "* are there for " + found + "; convert the model again");
        }
    }

    /** Whether the patches of a layer see all others, not only their window. */
    boolean seesAll(int layer) {
        return windowSide == 0 || (layer + 1) % fullEvery == 0;
    }

    /** Elements of an output row: the merged row, and one for each deepstack layer. */
    int outputWidth() {
        return rowWidth * (1 + deepstack.size()); // at most MAX_OUTPUT
    }

    /** Loads a norm of the tower's width. */
    Norm norm(WeightReader reader, String name) {
        return kind == QwenKind.QWEN25 ? reader.rmsNorm(name, width, normEps) : reader.layerNorm(name, width, normEps);
    }

    /** Applies a norm: an RMSNorm if it has no bias. */
    static void norm(Device device, Norm norm, Buffer in, Buffer out, int n) {
        if (norm.bias() == null) {
            device.norms().rmsNorm(norm, in, out, n);
        } else {
            device.norms().layerNorm(norm, in, out, n);
        }
    }
}
