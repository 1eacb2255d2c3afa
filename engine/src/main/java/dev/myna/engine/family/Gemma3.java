// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.family;

import dev.myna.engine.decoder.Activations;
import dev.myna.engine.decoder.AttentionBlock;
import dev.myna.engine.decoder.ContextRope;
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
import dev.myna.loaders.gguf.GgufMetadata;

/**
 * Gemma 3. Norms stand before and behind attention and feed-forward, and each head of queries and keys is normed. Most layers see a
 * window and turn heads by a base of their own; every sixth sees everything. The rows of an image see each other in both directions.
 */
final class Gemma3 implements DecoderFamily {
    private static final String PREFIX = "gemma3.";

    /** The largest model scales scores by the width of its heads in the residual stream; its files do not say so. */
    private static final int LARGEST_LAYERS = 62;

    @Override
    public String architecture() {
        return "gemma3";
    }

    @Override
    public DecoderConfig config(GgufFile file) {
        DecoderConfig config = DecoderConfig.read(file, this, RopePairing.SPLIT_HALF);
        GgufMetadata metadata = file.metadata();
        float localBase = DecoderConfig.positive(file, PREFIX + "rope.freq_base_swa", 10_000);
        LocalLayers local =
                LocalLayers.read(file, PREFIX, 6, ContextRope.of(config.rope().withBase(localBase)));
        String cap = PREFIX + "final_logit_softcapping";
        DecoderTraits traits = config.traits()
                .withEmbeddingScale((float) Math.sqrt(config.width()))
                .withSoftCaps(metadata.has(cap) ? DecoderConfig.positive(file, cap, 1) : 0, 0)
                .withImagesBothWays(true);
        if (config.layers() == LARGEST_LAYERS) {
            traits = traits.withAttentionScale((float) Math.sqrt((double) config.heads() / config.width()));
        }
        return config.withTraits(traits).withLocal(local);
    }

    @Override
    public DecoderLayer layer(WeightReader block, DecoderConfig config, int index) {
        float eps = config.normEps();
        return new Layer(
                block.rmsNorm("attn_norm", config.width(), eps),
                AttentionBlock.load(block, config, index),
                block.rmsNorm("attn_q_norm", config.headDim(), eps),
                block.rmsNorm("attn_k_norm", config.headDim(), eps),
                block.rmsNorm("post_attention_norm", config.width(), eps),
                block.rmsNorm("ffn_norm", config.width(), eps),
                FeedForwardBlock.load(block, config, Activation.GELU_TANH),
                block.rmsNorm("post_ffw_norm", config.width(), eps));
    }

    private record Layer(
            Norm attentionNorm,
            AttentionBlock attention,
            Norm queryNorm,
            Norm keyNorm,
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
            a.rmsNorm(queryNorm, a.query(), a.query());
            a.rmsNorm(keyNorm, a.key(), a.key());
            attention.attend(a);
            a.linear(attention.output(), a.attended(), a.normed());
            addNormed(attendedNorm, a);

            a.rmsNorm(feedForwardNorm, a.x(), a.normed());
            feedForward.compute(a, a.normed());
            addNormed(fedNorm, a);
        }

        private static void addNormed(Norm norm, Activations a) {
            a.rmsNorm(norm, a.normed(), a.normed());
            a.device().elementwise().add(a.x(), a.normed(), a.rows());
        }
    }
}
