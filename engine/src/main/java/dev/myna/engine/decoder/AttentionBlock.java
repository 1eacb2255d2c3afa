// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.decoder;

import dev.myna.engine.weights.WeightReader;
import dev.myna.kernels.Attention;
import dev.myna.kernels.Linear;

/**
 * Causal self-attention with rotary positions and grouped keys and values (docs/spec/models.md 5).
 *
 * @param query [query heads x head dim, width]
 * @param key [kv heads x head dim, width]
 * @param value [kv heads x head dim, width]
 * @param output [width, query heads x head dim]
 * @param rope null if heads do not turn
 * @param window positions that a row sees, its own and those before
 */
public record AttentionBlock(
        Linear query, Linear key, Linear value, Linear output, Attention.Heads heads, ContextRope rope, int window) {

    /** Loads {@code attn_q}, {@code attn_k}, {@code attn_v} and {@code attn_output}, each with a bias where the file has one. */
    public static AttentionBlock load(WeightReader block, DecoderConfig config, int layer) {
        int width = config.width();
        return of(
                block.linear("attn_q", width, config.queryWidth()),
                block.linear("attn_k", width, config.kvWidth()),
                block.linear("attn_v", width, config.kvWidth()),
                block.linear("attn_output", config.queryWidth(), width),
                config,
                layer);
    }

    /** The block of these matrices in a layer. */
    public static AttentionBlock of(
            Linear query, Linear key, Linear value, Linear output, DecoderConfig config, int layer) {
        return new AttentionBlock(
                query,
                key,
                value,
                output,
                new Attention.Heads(
                        config.heads(),
                        config.kvHeads(),
                        config.headDim(),
                        config.attentionScale(),
                        config.traits().attentionSoftCap()),
                config.local().rope(layer, config.ropes()),
                config.local().window(layer));
    }

    /** Computes queries, keys and values of the normed rows. */
    public void project(Activations a) {
        a.linear(query, a.normed(), a.query());
        a.linear(key, a.normed(), a.key());
        a.linear(value, a.normed(), a.value());
    }

    /** Rotates queries and keys, stores keys and values, and attends: {@code attended = softmax(q k^T scale) v}. */
    public void attend(Activations a) {
        if (rope == null) {
            a.device().attention().storeKv(a.key(), a.value(), a.batch(), a.cacheLayer());
        } else {
            a.device()
                    .attention()
                    .ropeAndStoreKv(a.query(), a.key(), a.value(), a.batch(), rope.of(a.batch()), a.cacheLayer());
        }
        a.device().attention().attendCausal(a.query(), a.batch(), a.cacheLayer(), heads, window, a.attended());
    }

    /** {@code x += output(attended)}. */
    public void addOutput(Activations a) {
        a.addLinear(output, a.attended());
    }
}
