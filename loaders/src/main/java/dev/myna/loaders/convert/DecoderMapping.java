// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.convert;

import dev.myna.loaders.gguf.GgufWriter;
import dev.myna.loaders.quantize.DecoderTypes;
import dev.myna.loaders.quantize.FileType;
import dev.myna.loaders.quantize.MatrixTypes;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The text model of a checkpoint as a GGUF file (models.md 8.2).
 *
 * @param vocabularyRows rows of the embedding table, at least as many as the tokenizer has tokens
 * @param kvHeads heads of keys and values
 * @param tied whether the embedding table is the head too
 */
record DecoderMapping(
        DecoderArchitecture architecture,
        int layers,
        int contextLength,
        int width,
        int feedForward,
        int heads,
        int kvHeads,
        int vocabularyRows,
        float normEpsilon,
        float ropeBase,
        Optional<Float> linearRopeFactor,
        boolean tied) {

    private static final int MAX_LAYERS = 1 << 12;
    private static final int MAX_HEADS = 1 << 12;

    /**
     * Maps the tensors and reads the numbers that they do not tell.
     *
     * @param config the configuration of the text model
     * @param prefix what the names of its tensors begin with, such as {@code model.}
     * @param head name of the output head
     */
    static DecoderMapping of(
            DecoderArchitecture architecture, HfConfig config, TensorMapping tensors, String prefix, String head) {
        String embedding = prefix + "embed_tokens.weight";
        int rows = tensors.dimension(embedding, 0, 2);
        int width = tensors.dimension(embedding, 1, 2);
        config.requireEqual("hidden_size", width, "the width of tensor " + embedding);
        config.requireEqual("vocab_size", rows, "the rows of tensor " + embedding);
        String layer = prefix + "layers.";
        int layers =
                config.integer("num_hidden_layers", 1, MAX_LAYERS, tensors.count(layer, ".input_layernorm.weight"));
        int feedForward = tensors.dimension(layer + "0.mlp.gate_proj.weight", 0, 2);
        config.requireEqual("intermediate_size", feedForward, "the rows of the mlp tensors");
        int heads = config.integer("num_attention_heads", 1, MAX_HEADS);
        if (width % heads != 0 || width / heads % 2 != 0) {
            throw config.fail("num_attention_heads", "does not divide the width " + width + " into heads of even size");
        }
        config.requireEqual("head_dim", width / heads, "the width over the heads; others are not supported");
        requireSupported(architecture, config);
        DecoderMapping decoder = new DecoderMapping(
                architecture,
                layers,
                config.integer("max_position_embeddings", 1, 1 << 30, architecture.defaultContextLength()),
                width,
                feedForward,
                heads,
                config.integer("num_key_value_heads", 1, heads, heads),
                rows,
                config.number("rms_norm_eps", 1e-6f),
                config.number("rope_theta", 10000f),
                linearRopeFactor(config),
                config.bool("tie_word_embeddings", false));
        decoder.map(tensors, prefix, head);
        return decoder;
    }

    private static void requireSupported(DecoderArchitecture architecture, HfConfig config) {
        if (!config.string("hidden_act", "silu").equals("silu")) {
            throw config.fail("hidden_act", "is not supported; it must be silu");
        }
        if (config.bool("use_sliding_window", false)) {
            throw config.fail("use_sliding_window", "is not supported: every position attends to all before it");
        }
        if (config.bool("attention_bias", architecture.biases()) != architecture.biases()) {
            throw config.fail("attention_bias", "does not fit a decoder of type " + architecture.gguf());
        }
        if (config.bool("mlp_bias", false)) {
            throw config.fail("mlp_bias", "is not supported");
        }
    }

    private static Optional<Float> linearRopeFactor(HfConfig config) {
        Optional<HfConfig> scaling = config.child("rope_scaling");
        if (scaling.isEmpty()) {
            return Optional.empty();
        }
        String key = scaling.get().has("rope_type") ? "rope_type" : "type";
        return switch (scaling.get().string(key)) {
            case "default" -> Optional.empty();
            case "linear" -> Optional.of(scaling.get().number("factor", null));
            default -> throw scaling.get().fail(key, "is not supported; it must be linear");
        };
    }

    private void map(TensorMapping tensors, String prefix, String head) {
        tensors.tensor("token_embd.weight", prefix + "embed_tokens.weight", vocabularyRows, width);
        for (int i = 0; i < layers; i++) {
            mapLayer(tensors, "blk." + i + ".", prefix + "layers." + i + ".");
        }
        tensors.tensor("output_norm.weight", prefix + "norm.weight", width);
        if (tied) {
            tensors.ignore(head); // a copy of the embedding table
        } else {
            tensors.tensor("output.weight", head, vocabularyRows, width);
        }
    }

    private void mapLayer(TensorMapping tensors, String to, String from) {
        int headDim = width / heads;
        int kvWidth = headDim * kvHeads;
        int rotated = architecture.rotatesAdjacentPairs() ? headDim : 0;
        tensors.tensor(to + "attn_norm.weight", from + "input_layernorm.weight", width);
        tensors.rotated(to + "attn_q.weight", from + "self_attn.q_proj.weight", rotated, width, width);
        tensors.rotated(to + "attn_k.weight", from + "self_attn.k_proj.weight", rotated, kvWidth, width);
        tensors.tensor(to + "attn_v.weight", from + "self_attn.v_proj.weight", kvWidth, width);
        if (architecture.biases()) {
            tensors.tensor(to + "attn_q.bias", from + "self_attn.q_proj.bias", width);
            tensors.tensor(to + "attn_k.bias", from + "self_attn.k_proj.bias", kvWidth);
            tensors.tensor(to + "attn_v.bias", from + "self_attn.v_proj.bias", kvWidth);
        }
        tensors.tensor(to + "attn_output.weight", from + "self_attn.o_proj.weight", width, width);
        tensors.tensor(to + "ffn_norm.weight", from + "post_attention_layernorm.weight", width);
        tensors.tensor(to + "ffn_gate.weight", from + "mlp.gate_proj.weight", feedForward, width);
        tensors.tensor(to + "ffn_up.weight", from + "mlp.up_proj.weight", feedForward, width);
        tensors.tensor(to + "ffn_down.weight", from + "mlp.down_proj.weight", width, feedForward);
        tensors.ignore(from + "self_attn.rotary_emb.inv_freq"); // follows from the base
    }

    /** Which format each matrix gets. */
    MatrixTypes types(FileType type) {
        return new DecoderTypes(type, layers, heads, kvHeads, !tied, false);
    }

    /** The file's metadata. */
    Consumer<GgufWriter> metadata(String name, Consumer<GgufWriter> tokenizer) {
        String prefix = architecture.gguf() + ".";
        return writer -> {
            writer.string("general.architecture", architecture.gguf())
                    .string("general.name", name)
                    .u32(prefix + "block_count", layers)
                    .u32(prefix + "context_length", contextLength)
                    .u32(prefix + "embedding_length", width)
                    .u32(prefix + "feed_forward_length", feedForward)
                    .u32(prefix + "attention.head_count", heads)
                    .u32(prefix + "attention.head_count_kv", kvHeads)
                    .f32(prefix + "attention.layer_norm_rms_epsilon", normEpsilon)
                    .f32(prefix + "rope.freq_base", ropeBase)
                    .u32(prefix + "vocab_size", vocabularyRows);
            if (architecture.rotatesAdjacentPairs()) {
                writer.u32(prefix + "rope.dimension_count", width / heads);
            }
            linearRopeFactor.ifPresent(factor ->
                    writer.string(prefix + "rope.scaling.type", "linear").f32(prefix + "rope.scaling.factor", factor));
            tokenizer.accept(writer);
        };
    }
}
