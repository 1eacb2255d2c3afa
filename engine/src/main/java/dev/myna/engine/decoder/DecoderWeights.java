// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.decoder;

import dev.myna.engine.ModelException;
import dev.myna.kernels.Device;
import dev.myna.kernels.Tensor;
import dev.myna.kernels.Weight;
import dev.myna.loaders.gguf.GgufFile;
import java.util.ArrayList;
import java.util.List;

/**
 * The decoder's weights on a device (tensor names of docs/spec/models.md 8.2). Biases are null where the model has none.
 *
 * @param tokenEmbedding [vocabulary, width]
 * @param outputNorm [width]
 * @param output [vocabulary, width]; the token embedding itself where the file ties them
 * @param outputBias [vocabulary]
 * @param bytes of the file that they are from
 */
public record DecoderWeights(
        Weight tokenEmbedding, List<Layer> layers, Weight outputNorm, Weight output, Weight outputBias, long bytes) {

    /** One layer; matrices are [outputs, inputs]. */
    public record Layer(
            Weight attentionNorm,
            Weight query,
            Weight queryBias,
            Weight key,
            Weight keyBias,
            Weight value,
            Weight valueBias,
            Weight attentionOutput,
            Weight attentionOutputBias,
            Weight feedForwardNorm,
            Weight gate,
            Weight gateBias,
            Weight up,
            Weight upBias,
            Weight down,
            Weight downBias) {}

    /**
     * Loads every tensor the configuration names, checking its shape, to the device where the placement wants it.
     *
     * @throws dev.myna.loaders.gguf.GgufException if a tensor is missing or has another shape
     * @throws ModelException if the widths are out of proportion to the file
     */
    public static DecoderWeights load(GgufFile file, DecoderConfig config, Placement placement) {
        Tensor embedding = file.require("token_embd.weight");
        if (embedding.shape().size() != 2 || embedding.width() != config.width() || embedding.rows() > 1 << 24) {
            throw new ModelException(file.name() + ": tensor token_embd.weight has shape " + embedding.shape()
                    + ", not [" + config.width() + ", vocabulary]");
        }
        int few = Math.min(placement.front().fewRows(), placement.back().fewRows());
        Proportion.require(file, config, 2 * few + 1);
        int width = config.width();
        List<Layer> layers = new ArrayList<>();
        for (int i = 0; i < config.layers(); i++) {
            String block = "blk." + i + ".";
            Device device = placement.of(i);
            layers.add(new Layer(
                    vector(file, device, block + "attn_norm.weight", width),
                    matrix(file, device, block + "attn_q.weight", width, config.queryWidth()),
                    bias(file, device, block + "attn_q.bias", config.queryWidth()),
                    matrix(file, device, block + "attn_k.weight", width, config.kvWidth()),
                    bias(file, device, block + "attn_k.bias", config.kvWidth()),
                    matrix(file, device, block + "attn_v.weight", width, config.kvWidth()),
                    bias(file, device, block + "attn_v.bias", config.kvWidth()),
                    matrix(file, device, block + "attn_output.weight", config.queryWidth(), width),
                    bias(file, device, block + "attn_output.bias", width),
                    vector(file, device, block + "ffn_norm.weight", width),
                    matrix(file, device, block + "ffn_gate.weight", width, config.feedForward()),
                    bias(file, device, block + "ffn_gate.bias", config.feedForward()),
                    matrix(file, device, block + "ffn_up.weight", width, config.feedForward()),
                    bias(file, device, block + "ffn_up.bias", config.feedForward()),
                    matrix(file, device, block + "ffn_down.weight", config.feedForward(), width),
                    bias(file, device, block + "ffn_down.bias", width)));
        }
        Weight tokenEmbedding = placement.front().load(embedding);
        Weight output = output(file, placement, tokenEmbedding);
        Weight outputNorm = vector(file, placement.back(), "output_norm.weight", width);
        Weight outputBias = bias(file, placement.back(), "output.bias", tokenEmbedding.rows());
        return new DecoderWeights(tokenEmbedding, List.copyOf(layers), outputNorm, output, outputBias, file.size());
    }

    /** @throws ModelException if there are more tokens than rows of the embedding */
    public void requireTokens(GgufFile file, int tokens) {
        if (tokens > vocabulary()) {
            throw new ModelException(file.name() + ": the tokenizer has " + tokens
                    + " tokens but token_embd.weight only " + vocabulary() + " rows");
        }
    }

    private static Weight output(GgufFile file, Placement placement, Weight tokenEmbedding) {
        if (file.find("output.weight").isPresent()) {
            return matrix(file, placement.back(), "output.weight", tokenEmbedding.width(), tokenEmbedding.rows());
        }
        return placement.divided() ? placement.back().load(tokenEmbedding.tensor()) : tokenEmbedding;
    }

    /** Rows of the embedding matrix; the tokenizer may have fewer entries. */
    public int vocabulary() {
        return tokenEmbedding.rows();
    }

    private static Weight matrix(GgufFile file, Device device, String name, long inputs, long outputs) {
        return device.load(file.require(name, inputs, outputs));
    }

    private static Weight vector(GgufFile file, Device device, String name, long width) {
        return device.load(file.require(name, width));
    }

    private static Weight bias(GgufFile file, Device device, String name, long width) {
        return file.find(name).isPresent() ? vector(file, device, name, width) : null;
    }
}
