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

/** Llama 1 to 3, Vicuna, MobileLLaMA (docs/spec/models.md 5). Adjacent elements of a head rotate together. */
final class Llama implements DecoderFamily {

    @Override
    public String architecture() {
        return "llama";
    }

    @Override
    public DecoderConfig config(GgufFile file) {
        return DecoderConfig.read(file, this, RopePairing.ADJACENT);
    }

    @Override
    public DecoderLayer layer(WeightReader block, DecoderConfig config, int index) {
        return layer(block, config, AttentionBlock.load(block, config, index), FeedForwardBlock.load(block, config));
    }

    /** A layer of these blocks. */
    static DecoderLayer layer(
            WeightReader block, DecoderConfig config, AttentionBlock attention, FeedForwardBlock feedForward) {
        return new Layer(
                block.rmsNorm("attn_norm", config.width(), config.normEps()),
                attention,
                block.rmsNorm("ffn_norm", config.width(), config.normEps()),
                feedForward);
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
