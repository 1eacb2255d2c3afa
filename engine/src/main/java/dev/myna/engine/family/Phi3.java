// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.family;

import dev.myna.engine.decoder.AttentionBlock;
import dev.myna.engine.decoder.DecoderConfig;
import dev.myna.engine.decoder.DecoderFamily;
import dev.myna.engine.decoder.DecoderLayer;
import dev.myna.engine.decoder.FeedForwardBlock;
import dev.myna.engine.decoder.LocalLayers;
import dev.myna.engine.weights.WeightReader;
import dev.myna.kernels.Activation;
import dev.myna.kernels.RopePairing;
import dev.myna.loaders.gguf.GgufFile;

/**
 * Phi 3: Llama in which queries, keys and values are one matrix, and gate and up another; all layers may have a window. Only the
 * first elements of a head turn if the file says so (Phi-4-mini).
 */
final class Phi3 implements DecoderFamily {
    private static final String PREFIX = "phi3.";

    @Override
    public String architecture() {
        return "phi3";
    }

    @Override
    public DecoderConfig config(GgufFile file) {
        DecoderConfig config = DecoderConfig.read(file, this, RopePairing.SPLIT_HALF);
        int window = file.metadata().integer(PREFIX + "attention.sliding_window", 0, Integer.MAX_VALUE, 0);
        return window == 0
                ? config
                : config.withLocal(new LocalLayers(window, Integer.MAX_VALUE, config.ropes(), true));
    }

    @Override
    public DecoderLayer layer(WeightReader block, DecoderConfig config, int index) {
        int width = config.width();
        int queries = config.queryWidth();
        int keys = config.kvWidth();
        WeightReader.Rows qkv = block.rows("attn_qkv", width, queries + 2L * keys);
        WeightReader.Rows gateAndUp = block.rows("ffn_up", width, 2L * config.feedForward());
        return Llama.layer(
                block,
                config,
                AttentionBlock.of(
                        qkv.linear(0, queries),
                        qkv.linear(queries, keys),
                        qkv.linear(queries + keys, keys),
                        block.linear("attn_output", queries, width),
                        config,
                        index),
                new FeedForwardBlock(
                        Activation.SILU,
                        gateAndUp.linear(0, config.feedForward()),
                        gateAndUp.linear(config.feedForward(), config.feedForward()),
                        block.linear("ffn_down", config.feedForward(), width)));
    }
}
