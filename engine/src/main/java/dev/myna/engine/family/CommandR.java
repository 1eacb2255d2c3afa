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

/**
 * Command R and Aya 23. Attention and feed-forward stand side by side behind one LayerNorm without bias; the logits are the embeddings'
 * products times a factor.
 */
final class CommandR implements DecoderFamily {

    @Override
    public String architecture() {
        return "command-r";
    }

    @Override
    public DecoderConfig config(GgufFile file) {
        return config(file, this);
    }

    /** Reads what Command R and its successors share. */
    static DecoderConfig config(GgufFile file, DecoderFamily family) {
        String prefix = family.architecture() + ".";
        DecoderConfig config = DecoderConfig.read(file, family, RopePairing.ADJACENT, "attention.layer_norm_epsilon");
        float scale = DecoderConfig.positive(file, prefix + "logit_scale", 1);
        return config.withTraits(config.traits().withLogitScale(scale).withLayerNorm());
    }

    @Override
    public DecoderLayer layer(WeightReader block, DecoderConfig config, int index) {
        return new Layer(
                block.rmsNorm("attn_norm", config.width(), config.normEps()),
                AttentionBlock.load(block, config, index),
                FeedForwardBlock.load(block, config));
    }

    private record Layer(Norm norm, AttentionBlock attention, FeedForwardBlock feedForward) implements DecoderLayer {

        /** {@code h = norm(x); x += attention(h) + swiglu(h)}. */
        @Override
        public void forward(Activations a) {
            a.device().norms().layerNorm(norm, a.x(), a.normed(), a.rows());
            attention.project(a);
            attention.attend(a);
            attention.addOutput(a);
            feedForward.addTo(a);
        }
    }
}
