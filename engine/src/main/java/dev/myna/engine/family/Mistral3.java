// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.family;

import dev.myna.engine.decoder.Activations;
import dev.myna.engine.decoder.AttentionBlock;
import dev.myna.engine.decoder.DecoderConfig;
import dev.myna.engine.decoder.DecoderFamily;
import dev.myna.engine.decoder.DecoderLayer;
import dev.myna.engine.decoder.FeedForwardBlock;
import dev.myna.engine.error.ModelException;
import dev.myna.engine.weights.WeightReader;
import dev.myna.kernels.Norm;
import dev.myna.kernels.RopePairing;
import dev.myna.loaders.gguf.GgufFile;

/** Ministral 3: Llama whose queries grow with their positions, beyond the context that the model was trained for at first. */
final class Mistral3 implements DecoderFamily {
    private static final String PREFIX = "mistral3.";
    private static final String SCALE = PREFIX + "attention.temperature_scale";
    private static final String TRAINED = PREFIX + "rope.scaling.original_context_length";

    @Override
    public String architecture() {
        return "mistral3";
    }

    @Override
    public DecoderConfig config(GgufFile file) {
        growth(file);
        return DecoderConfig.read(file, this, RopePairing.ADJACENT);
    }

    @Override
    public DecoderLayer layer(WeightReader block, DecoderConfig config, int index) {
        return new Layer(
                growth(block.file()),
                block.rmsNorm("attn_norm", config.width(), config.normEps()),
                AttentionBlock.load(block, config, index),
                block.rmsNorm("ffn_norm", config.width(), config.normEps()),
                FeedForwardBlock.load(block, config));
    }

    private static Growth growth(GgufFile file) {
        float scale = file.metadata().number(SCALE, 0);
        if (scale == 0) {
            return new Growth(0, Integer.MAX_VALUE);
        }
        if (!(scale > 0) || scale == Float.POSITIVE_INFINITY) {
            throw new ModelException(file.name() + ": " + SCALE + " = " + scale + " must be 0 or positive and finite");
        }
        return new Growth(scale, file.metadata().integer(TRAINED, 1, Integer.MAX_VALUE));
    }

    /**
     * How queries grow: by {@code 1 + scale ln(1 + floor(position / trained))}.
     *
     * @param scale 0 if they do not
     * @param trained positions before the first step
     */
    private record Growth(float scale, int trained) {
        float factor(int position) {
            return (float) (1 + scale * Math.log(1 + position / trained));
        }

        /** Scales the queries of a pass, as many rows at a time as have the same factor. */
        void apply(Activations a) {
            if (scale == 0) {
                return;
            }
            for (int from = 0; from < a.rows(); ) {
                float factor = factor(a.batch().position(from));
                int to = from + 1;
                while (to < a.rows() && factor(a.batch().position(to)) == factor) {
                    to++;
                }
                if (factor != 1) {
                    a.device().elementwise().scale(a.query().slice(from, to - from), factor, to - from);
                }
                from = to;
            }
        }
    }

    private record Layer(
            Growth growth,
            Norm attentionNorm,
            AttentionBlock attention,
            Norm feedForwardNorm,
            FeedForwardBlock feedForward)
            implements DecoderLayer {

        /** {@code x += attention(norm(x)); x += swiglu(norm(x))}, with queries that grow. */
        @Override
        public void forward(Activations a) {
            a.rmsNorm(attentionNorm, a.x(), a.normed());
            attention.project(a);
            growth.apply(a);
            attention.attend(a);
            attention.addOutput(a);

            a.rmsNorm(feedForwardNorm, a.x(), a.normed());
            feedForward.addTo(a);
        }
    }
}
