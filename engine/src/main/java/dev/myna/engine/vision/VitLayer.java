// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.vision;

import dev.myna.engine.weights.WeightReader;
import dev.myna.kernels.Attention;
import dev.myna.kernels.Buffer;
import dev.myna.kernels.Device;
import dev.myna.kernels.Linear;
import dev.myna.kernels.Norm;
import dev.myna.kernels.Tensor;
import dev.myna.kernels.Weight;
import java.lang.foreign.Arena;

/**
 * A layer of a vision transformer: {@code x += attention(norm(x)); x += second(gelu(first(norm(x))))}. Immutable and thread-safe.
 *
 * @param attentionNorm an RMSNorm if it has no bias
 * @param queryNorm an RMSNorm over a head, or over all of them, or null
 * @param keyNorm as {@code queryNorm}
 * @param attentionScale [width], the factors of the first branch, or null
 * @param feedForwardScale the factors of the second
 */
record VitLayer(
        Norm attentionNorm,
        Linear query,
        Linear key,
        Linear value,
        Norm queryNorm,
        Norm keyNorm,
        Linear output,
        Weight attentionScale,
        Norm feedForwardNorm,
        Linear first,
        Linear second,
        Weight feedForwardScale) {

    /** What layers compute in; each [rows, width], but {@code inner} [rows, feed-forward] and {@code factors} [1, width]. */
    record Buffers(Buffer x, Buffer normed, Buffer query, Buffer key, Buffer value, Buffer inner, Buffer factors) {

        static Buffers allocate(Device device, Arena scope, Buffer x, VisionConfig config, int n) {
            int width = config.width();
            return new Buffers(
                    x,
                    device.allocate(scope, n, width),
                    device.allocate(scope, n, width),
                    device.allocate(scope, n, width),
                    device.allocate(scope, n, width),
                    device.allocate(scope, n, config.feedForward()),
                    device.allocate(scope, 1, width));
        }
    }

    /**
     * What layers of one file have in common beyond {@link TowerParts}: the first layer says it.
     *
     * @param rms whether norms are RMS norms
     * @param fused whether queries, keys and values are one matrix
     * @param biased whether they have biases
     * @param normed whether queries and keys have norms
     */
    record Kind(boolean rms, boolean fused, boolean biased, boolean normed) {

        /** The kind of a file's layers. Only layers with factors come in kinds. */
        static Kind of(WeightReader block, TowerParts parts) {
            boolean fused = block.has("attn_qkv.weight");
            return new Kind(
                    parts.layerScale() && !block.has("ln1.bias"),
                    fused,
                    !parts.layerScale() || block.has(fused ? "attn_qkv.bias" : "attn_q.bias"),
                    parts.layerScale() && block.has("attn_q_norm.weight"));
        }
    }

    /** @throws dev.myna.loaders.gguf.GgufException if a tensor is missing or has another shape */
    static VitLayer load(WeightReader block, VisionConfig config, Kind kind) {
        long width = config.width();
        long inner = config.feedForward();
        boolean scaled = config.parts().layerScale();
        boolean swapped = isSwapped(block, config);
        return new VitLayer(
                norm(block, "ln1", config, kind),
                projection(block, "attn_q", 0, width, kind),
                projection(block, "attn_k", 1, width, kind),
                projection(block, "attn_v", 2, width, kind),
                kind.normed ? headNorm(block, "attn_q_norm", config) : null,
                kind.normed ? headNorm(block, "attn_k_norm", config) : null,
                block.biased("attn_out", width, width),
                scaled ? block.vector("ls1.weight", width) : null,
                norm(block, "ln2", config, kind),
                block.biased(swapped ? "ffn_down" : "ffn_up", width, inner),
                block.biased(swapped ? "ffn_up" : "ffn_down", inner, width),
                scaled ? block.vector("ls2.weight", width) : null);
    }

    private static Norm norm(WeightReader block, String name, VisionConfig config, Kind kind) {
        return kind.rms
                ? block.rmsNorm(name, config.width(), config.normEps())
                : block.layerNorm(name, config.width(), config.normEps());
    }

    /** Queries, keys or values: a matrix of its own, or a third of the fused one. */
    private static Linear projection(WeightReader block, String name, int third, long width, Kind kind) {
        if (kind.fused) {
            return block.part("attn_qkv", width, width, third, 3, kind.biased);
        }
        return kind.biased
                ? block.biased(name, width, width)
                : new Linear(block.matrix(name + ".weight", width, width));
    }

    private static Norm headNorm(WeightReader block, String name, VisionConfig config) {
        Tensor gain = block.file().require(block.prefix() + name + ".weight");
        int head = config.width() / config.heads();
        return block.rmsNorm(name, gain.elements() == head ? head : config.width(), config.normEps());
    }

    /** Old converters call the first matrix ffn_down and the second ffn_up. The shapes tell (docs/spec/models.md 8.3). */
    private static boolean isSwapped(WeightReader block, VisionConfig config) {
        Tensor down = block.file().require(block.prefix() + "ffn_down.weight");
        return config.width() == config.feedForward()
                ? config.parts().equals(TowerParts.CLIP)
                        && !block.file().metadata().has("clip.vision.feature_layer")
                : down.width() == config.width();
    }

    /**
     * Runs the layer over the first {@code n} rows of {@code x}.
     *
     * @param group rows of one tile, which attend to each other
     */
    void forward(Device device, Buffers b, Attention.Heads heads, VisionConfig config, int group, int n) {
        norm(device, attentionNorm, b.x, b.normed, n);
        device.matrices().matmul(query, b.normed, b.query, n);
        device.matrices().matmul(key, b.normed, b.key, n);
        device.matrices().matmul(value, b.normed, b.value, n);
        if (queryNorm != null) {
            device.norms().rmsNorm(queryNorm, b.query, b.query, n);
            device.norms().rmsNorm(keyNorm, b.key, b.key, n);
        }
        device.attention().attendFull(b.query, b.key, b.value, group, heads, b.normed, n);
        addScaled(device, output, attentionScale, b.normed, b, n);

        norm(device, feedForwardNorm, b.x, b.normed, n);
        device.matrices().matmul(first, b.normed, b.inner, n);
        device.elementwise().activate(config.activation(), b.inner, n);
        addScaled(device, second, feedForwardScale, b.inner, b, n);
    }

    static void norm(Device device, Norm norm, Buffer in, Buffer out, int n) {
        if (norm.bias() == null) {
            device.norms().rmsNorm(norm, in, out, n);
        } else {
            device.norms().layerNorm(norm, in, out, n);
        }
    }

    /** {@code x += factors * linear(in)}. */
    private static void addScaled(Device device, Linear linear, Weight factors, Buffer in, Buffers b, int n) {
        if (factors == null) {
            device.matrices().matmulAdd(linear, in, b.x, n);
            return;
        }
        device.matrices().matmul(linear, in, b.query, n);
        device.matrices().embed(factors, new int[1], 0, b.factors, 1);
        device.elementwise().mulRow(b.query, b.factors, n);
        device.elementwise().add(b.x, b.query, n);
    }
}
