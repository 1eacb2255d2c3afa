// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.family.qwenvl;

import dev.myna.engine.weights.WeightReader;
import dev.myna.kernels.Activation;
import dev.myna.kernels.Attention;
import dev.myna.kernels.Batch;
import dev.myna.kernels.Buffer;
import dev.myna.kernels.Device;
import dev.myna.kernels.Linear;
import dev.myna.kernels.Norm;
import dev.myna.kernels.Rope;
import java.lang.foreign.Arena;

/**
 * A layer of the tower: {@code x += attention(norm(x)); x += mlp(norm(x))}, with rotary positions (docs/spec/families.md 1.3).
 *
 * @param gate null unless the MLP is gated
 */
record QwenLayer(
        Norm attentionNorm,
        Linear query,
        Linear key,
        Linear value,
        Linear output,
        Norm feedForwardNorm,
        Linear gate,
        Linear first,
        Linear second) {

    /** Rows of the MLP's inner activations, which are the widest. */
    static final int STEP = 4096;

    /** What layers compute in; each [patches, width], but {@code inner} [some patches, feed-forward]. */
    record Buffers(Buffer x, Buffer normed, Buffer query, Buffer key, Buffer value, Buffer inner) {

        static Buffers allocate(Device device, Arena scope, QwenSizes sizes, int n) {
            return new Buffers(
                    device.allocate(scope, n, sizes.width()),
                    device.allocate(scope, n, sizes.width()),
                    device.allocate(scope, n, sizes.width()),
                    device.allocate(scope, n, sizes.width()),
                    device.allocate(scope, n, sizes.width()),
                    device.allocate(scope, Math.min(n, STEP), sizes.feedForward()));
        }
    }

    /** Where patches lie, and which of them see each other: groups of this many patches, one behind the other. */
    record View(Batch positions, Rope rope, Attention.Heads heads, int[] groups) {}

    /** @throws dev.myna.loaders.gguf.GgufException if a tensor is missing or has another shape */
    static QwenLayer load(WeightReader block, QwenSizes sizes) {
        long width = sizes.width();
        long inner = sizes.feedForward();
        boolean fused = sizes.kind() == QwenKind.QWEN3;
        return new QwenLayer(
                sizes.norm(block, "ln1"),
                fused ? block.part("attn_qkv", width, 0, 3, true) : block.biased("attn_q", width, width),
                fused ? block.part("attn_qkv", width, 1, 3, true) : block.biased("attn_k", width, width),
                fused ? block.part("attn_qkv", width, 2, 3, true) : block.biased("attn_v", width, width),
                block.biased("attn_out", width, width),
                sizes.norm(block, "ln2"),
                sizes.kind() == QwenKind.QWEN25 ? block.biased("ffn_gate", width, inner) : null,
                block.biased(sizes.swapped() ? "ffn_down" : "ffn_up", width, inner),
                block.biased(sizes.swapped() ? "ffn_up" : "ffn_down", inner, width));
    }

    void forward(Device device, Buffers b, View view, Activation activation, int n) {
        QwenSizes.norm(device, attentionNorm, b.x, b.normed, n);
        device.matrices().matmul(query, b.normed, b.query, n);
        device.matrices().matmul(key, b.normed, b.key, n);
        device.matrices().matmul(value, b.normed, b.value, n);
        device.attention().rope(b.query, view.positions, view.rope);
        device.attention().rope(b.key, view.positions, view.rope);
        device.attention().attendGroups(b.query, b.key, b.value, view.groups, view.heads, b.normed);
        device.matrices().matmulAdd(output, b.normed, b.x, n);

        QwenSizes.norm(device, feedForwardNorm, b.x, b.normed, n);
        for (int from = 0; from < n; from += STEP) {
            int rows = Math.min(STEP, n - from);
            Buffer in = b.normed.slice(from, rows);
            if (gate == null) {
                device.matrices().matmul(first, in, b.inner, rows);
                device.elementwise().activate(activation, b.inner, rows);
            } else {
                device.matrices().matmul(gate, in, b.inner, rows);
                device.matrices().gatedMatmul(activation, first, in, b.inner, rows);
            }
            device.matrices().matmulAdd(second, b.inner, b.x.slice(from, rows), rows);
        }
    }
}
