// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.family;

import dev.myna.engine.decoder.Activations;
import dev.myna.engine.decoder.AttentionBlock;
import dev.myna.engine.decoder.DecoderConfig;
import dev.myna.engine.decoder.DecoderFamily;
import dev.myna.engine.decoder.DecoderLayer;
import dev.myna.engine.decoder.FeedForwardBlock;
import dev.myna.engine.weights.WeightReader;
import dev.myna.kernels.Norm;
import dev.myna.kernels.RopePairing;
import dev.myna.loaders.gguf.GgufFile;

/** Qwen3, dense. Each head of queries and keys is normed before it turns; the heads together need not be as wide as the model. */
final class Qwen3 implements DecoderFamily {

    @Override
    public String architecture() {
        return "qwen3";
    }

    @Override
    public DecoderConfig config(GgufFile file) {
        return DecoderConfig.read(file, this, RopePairing.SPLIT_HALF);
    }

    @Override
    public DecoderLayer layer(WeightReader block, DecoderConfig config, int index) {
        return new Layer(
                block.rmsNorm("attn_norm", config.width(), config.normEps()),
                AttentionBlock.load(block, config, index),
                block.rmsNorm("attn_q_norm", config.headDim(), config.normEps()),
                block.rmsNorm("attn_k_norm", config.headDim(), config.normEps()),
                block.rmsNorm("ffn_norm", config.width(), config.normEps()),
                FeedForwardBlock.load(block, config));
    }

    private record Layer(
            Norm attentionNorm,
            AttentionBlock attention,
            Norm queryNorm,
            Norm keyNorm,
            Norm feedForwardNorm,
            FeedForwardBlock feedForward)
            implements DecoderLayer {

        /** {@code x += attention(norm(x)); x += swiglu(norm(x))}. */
        @Override
        public void forward(Activations a) {
            a.rmsNorm(attentionNorm, a.x(), a.normed());
            attention.project(a);
            a.rmsNorm(queryNorm, a.query(), a.query());
            a.rmsNorm(keyNorm, a.key(), a.key());
            attention.attend(a);
            attention.addOutput(a);

            a.rmsNorm(feedForwardNorm, a.x(), a.normed());
            feedForward.addTo(a);
        }
    }
}
