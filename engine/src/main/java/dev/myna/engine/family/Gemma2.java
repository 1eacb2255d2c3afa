// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.family;

import dev.myna.engine.decoder.Activations;
import dev.myna.engine.decoder.AttentionBlock;
import dev.myna.engine.decoder.DecoderConfig;
import dev.myna.engine.decoder.DecoderFamily;
import dev.myna.engine.decoder.DecoderLayer;
import dev.myna.engine.decoder.DecoderTraits;
import dev.myna.engine.decoder.FeedForwardBlock;
import dev.myna.engine.decoder.LocalLayers;
import dev.myna.engine.weights.WeightReader;
import dev.myna.kernels.Activation;
import dev.myna.kernels.Norm;
import dev.myna.kernels.RopePairing;
import dev.myna.loaders.gguf.GgufFile;

/**
 * Gemma 2. Norms stand before and behind attention and feed-forward; scores of attention and logits are bounded; every second layer sees
 * everything, the others a window.
 */
final class Gemma2 implements DecoderFamily {
    private static final String PREFIX = "gemma2.";

    /** The bounds of files that do not say them, as published. */
    private static final float SCORES = 50;

    private static final float LOGITS = 30;

    /** The largest model scales scores by the width of its heads in the residual stream; its files do not say so. */
    private static final int LARGEST_LAYERS = 46;

    @Override
    public String architecture() {
        return "gemma2";
    }

    @Override
    public DecoderConfig config(GgufFile file) {
        DecoderConfig config = DecoderConfig.read(file, this, RopePairing.SPLIT_HALF);
        DecoderTraits traits = config.traits()
                .withEmbeddingScale((float) Math.sqrt(config.width()))
                .withSoftCaps(
                        DecoderConfig.positive(file, PREFIX + "final_logit_softcapping", LOGITS),
                        DecoderConfig.positive(file, PREFIX + "attn_logit_softcapping", SCORES));
        if (config.layers() == LARGEST_LAYERS) {
            traits = traits.withAttentionScale((float) Math.sqrt((double) config.heads() / config.width()));
        }
        return config.withTraits(traits).withLocal(LocalLayers.read(file, PREFIX, 2, config.ropes()));
    }

    @Override
    public DecoderLayer layer(WeightReader block, DecoderConfig config, int index) {
        float eps = config.normEps();
        return new Layer(
                block.rmsNorm("attn_norm", config.width(), eps),
                AttentionBlock.load(block, config, index),
                block.rmsNorm("post_attention_norm", config.width(), eps),
                block.rmsNorm("ffn_norm", config.width(), eps),
                FeedForwardBlock.load(block, config, Activation.GELU_TANH),
                block.rmsNorm("post_ffw_norm", config.width(), eps));
    }

    private record Layer(
            Norm attentionNorm,
            AttentionBlock attention,
            Norm attendedNorm,
            Norm feedForwardNorm,
            FeedForwardBlock feedForward,
            Norm fedNorm)
            implements DecoderLayer {

        /** {@code x += norm(attention(norm(x))); x += norm(geglu(norm(x)))}. */
        @Override
        public void forward(Activations a) {
            a.rmsNorm(attentionNorm, a.x(), a.normed());
            attention.project(a);
            attention.attend(a);
            a.linear(attention.output(), a.attended(), a.normed());
            a.rmsNorm(attendedNorm, a.normed(), a.normed());
            a.device().elementwise().add(a.x(), a.normed(), a.rows());

            a.rmsNorm(feedForwardNorm, a.x(), a.normed());
            feedForward.compute(a, a.normed());
            a.rmsNorm(fedNorm, a.normed(), a.normed());
            a.device().elementwise().add(a.x(), a.normed(), a.rows());
        }
    }
}
