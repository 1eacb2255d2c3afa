// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.family;

import dev.myna.engine.decoder.Activations;
import dev.myna.engine.decoder.AttentionBlock;
import dev.myna.engine.decoder.DecoderConfig;
import dev.myna.engine.decoder.DecoderFamily;
import dev.myna.engine.decoder.DecoderLayer;
import dev.myna.engine.decoder.DecoderTraits;
import dev.myna.engine.decoder.FeedForwardBlock;
import dev.myna.engine.weights.WeightReader;
import dev.myna.kernels.Norm;
import dev.myna.kernels.RopePairing;
import dev.myna.loaders.gguf.GgufFile;

/** Granite 3, dense: Llama with four factors, on embeddings, scores, what each block adds, and logits (a divisor). */
final class Granite implements DecoderFamily {
    private static final String PREFIX = "granite.";

    @Override
    public String architecture() {
        return "granite";
    }

    @Override
    public DecoderConfig config(GgufFile file) {
        DecoderConfig config = DecoderConfig.read(file, this, RopePairing.ADJACENT);
        DecoderTraits traits = config.traits()
                .withEmbeddingScale(DecoderConfig.positive(file, PREFIX + "embedding_scale", 1))
                .withResidualScale(DecoderConfig.positive(file, PREFIX + "residual_scale", 1))
                .withLogitScale(1 / DecoderConfig.positive(file, PREFIX + "logit_scale", 1));
        String scale = PREFIX + "attention.scale";
        return config.withTraits(
                file.metadata().has(scale)
                        ? traits.withAttentionScale(DecoderConfig.positive(file, scale, 1))
                        : traits);
    }

    @Override
    public DecoderLayer layer(WeightReader block, DecoderConfig config, int index) {
        return new Layer(
                block.rmsNorm("attn_norm", config.width(), config.normEps()),
                AttentionBlock.load(block, config, index),
                block.rmsNorm("ffn_norm", config.width(), config.normEps()),
                FeedForwardBlock.load(block, config),
                config.traits().residualScale());
    }

    private record Layer(
            Norm attentionNorm,
            AttentionBlock attention,
            Norm feedForwardNorm,
            FeedForwardBlock feedForward,
            float scale)
            implements DecoderLayer {

        /** {@code x += scale attention(norm(x)); x += scale swiglu(norm(x))}. */
        @Override
        public void forward(Activations a) {
            a.rmsNorm(attentionNorm, a.x(), a.normed());
            attention.project(a);
            attention.attend(a);
            a.linear(attention.output(), a.attended(), a.normed());
            a.device().elementwise().addScaled(a.x(), a.normed(), scale, a.rows());

            a.rmsNorm(feedForwardNorm, a.x(), a.normed());
            feedForward.compute(a, a.normed());
            a.device().elementwise().addScaled(a.x(), a.normed(), scale, a.rows());
        }
    }
}
