// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.decoder;

import dev.myna.engine.error.ModelException;
import dev.myna.engine.weights.WeightReader;
import dev.myna.kernels.Linear;
import dev.myna.kernels.Norm;
import dev.myna.kernels.Tensor;
import dev.myna.kernels.Weight;
import dev.myna.loaders.gguf.GgufFile;
import java.util.ArrayList;
import java.util.List;

/**
 * The decoder's weights on a device (tensor names of docs/spec/models.md 8.2).
 *
 * @param tokenEmbedding [vocabulary, width]
 * @param outputNorm [width]
 * @param output [vocabulary, width]; the token embedding itself if the file ties them
 * @param bytes size of the file
 */
public record DecoderWeights(
        Weight tokenEmbedding, List<DecoderLayer> layers, Norm outputNorm, Linear output, long bytes) {

    /**
     * Loads each tensor to the device that the placement says, and checks its shape.
     *
     * @throws dev.myna.loaders.gguf.GgufException if a tensor is missing or has another shape
     * @throws ModelException if the widths are out of proportion to the file
     */
    public static DecoderWeights load(GgufFile file, DecoderConfig config, LayerPlacement placement) {
        Tensor embedding = file.require("token_embd.weight");
        if (embedding.shape().size() != 2 || embedding.width() != config.width() || embedding.rows() > 1 << 24) {
            throw new ModelException(file.name() + ": tensor token_embd.weight has shape " + embedding.shape()
                    + ", not [" + config.width() + ", vocabulary]");
        }
        int few = Math.min(placement.front().fewRows(), placement.back().fewRows());
        Proportion.require(file, config, 2 * few + 1);
        List<DecoderLayer> layers = new ArrayList<>();
        for (int i = 0; i < config.layers(); i++) {
            WeightReader block = new WeightReader(file, placement.of(i), "blk." + i + ".");
            layers.add(config.family().layer(block, config, i));
        }
        Weight tokenEmbedding = placement.front().load(embedding);
        WeightReader back = new WeightReader(file, placement.back(), "");
        Weight output = output(back, placement, tokenEmbedding);
        // A LayerNorm here has no bias: both kinds have the same weights.
        Norm outputNorm = back.rmsNorm("output_norm", config.width(), config.normEps());
        String bias = "output.bias";
        Weight outputBias = file.find(bias).isPresent() ? back.vector(bias, tokenEmbedding.rows()) : null;
        return new DecoderWeights(
                tokenEmbedding, List.copyOf(layers), outputNorm, new Linear(output, outputBias), file.size());
    }

    /** @throws ModelException if there are more tokens than rows of the embedding */
    public void requireTokens(GgufFile file, int tokens) {
        if (tokens > vocabulary()) {
            throw new ModelException(file.name() + ": the tokenizer has " + tokens
                    + " tokens but token_embd.weight only " + vocabulary() + " rows");
        }
    }

    private static Weight output(WeightReader back, LayerPlacement placement, Weight tokenEmbedding) {
        if (back.file().find("output.weight").isPresent()) {
            return back.matrix("output.weight", tokenEmbedding.width(), tokenEmbedding.rows());
        }
        return placement.divided() ? placement.back().load(tokenEmbedding.tensor()) : tokenEmbedding;
    }

    /** Rows of the embedding matrix; the tokenizer may have fewer entries. */
    public int vocabulary() {
        return tokenEmbedding.rows();
    }
}
