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

/** Qwen1.5, Qwen2 and Qwen2.5 (docs/spec/models.md 5). Queries, keys and values have biases; the halves of a head rotate together. */
final class Qwen2 implements DecoderFamily {

    @Override
    public String architecture() {
        return "qwen2";
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
                block.rmsNorm("ffn_norm", config.width(), config.normEps()),
                FeedForwardBlock.load(block, config));
    }

    private record Layer(
            Norm attentionNorm, AttentionBlock attention, Norm feedForwardNorm, FeedForwardBlock feedForward)
            implements DecoderLayer {

        /** {@code x += attention(norm(x)); x += swiglu(norm(x))}. */
        @Override
        public void forward(Activations a) {
            a.rmsNorm(attentionNorm, a.x(), a.normed());
            attention.project(a);
            attention.attend(a);
            attention.addOutput(a);

            a.rmsNorm(feedForwardNorm, a.x(), a.normed());
            feedForward.addTo(a);
        }
    }
}
