// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.convert.plan;

import dev.myna.loaders.convert.config.DecoderArchitecture;
import dev.myna.loaders.convert.config.HfConfig;
import dev.myna.loaders.convert.config.RopeSettings;
import dev.myna.loaders.gguf.FileType;
import dev.myna.loaders.gguf.GgufWriter;
import dev.myna.loaders.quantize.DecoderTypes;
import dev.myna.loaders.quantize.MatrixTypes;
import java.util.function.Consumer;

/**
 * The text model of a checkpoint as a GGUF file (docs/spec/models.md 8.2).
 *
 * @param vocabularyRows rows of the embedding table, at least as many as the tokenizer has tokens
 * @param kvHeads heads of keys and values
 * @param headDim elements per head
 * @param rope rotary embedding
 * @param tied whether the embedding table is the head too
 */
public record DecoderMapping(
        DecoderArchitecture architecture,
        int layers,
        int contextLength,
        int width,
        int feedForward,
        int heads,
        int kvHeads,
        int headDim,
        int vocabularyRows,
        float normEpsilon,
        RopeSettings rope,
        boolean tied) {

    private static final int MAX_LAYERS = 1 << 12;
    private static final int MAX_HEADS = 1 << 12;
    private static final int MAX_HEAD_DIM = 1 << 12;

    /** Whether a configuration omits values that equal transformers' defaults. */
    public enum Sparse {
        YES,
        NO
    }

    /**
     * Maps the tensors, and reads the numbers that do not follow from them.
     *
     * @param config the configuration of the text model
     * @param sparse whether the configuration omits values that equal transformers' defaults
     * @param tied whether the configuration says that the embedding table is the head too
     * @param prefix prefix of its tensors' names, such as {@code model.}
     * @param head name of the output head
     */
    public static DecoderMapping of(
            DecoderArchitecture architecture,
            HfConfig config,
            Sparse sparse,
            boolean tied,
            TensorMapping tensors,
            String prefix,
            String head) {
        return of(architecture, config, sparse, tied, tensors, prefix, head, Integer.MAX_VALUE);
    }

    /**
     * The same for embedding tables with more rows than the model has tokens.
     *
     * @param tokens how many rows are kept, if there are more
     */
    public static DecoderMapping of(
            DecoderArchitecture architecture,
            HfConfig config,
            Sparse sparse,
            boolean tied,
            TensorMapping tensors,
            String prefix,
            String head,
            int tokens) {
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
        int heads = config.integer(
                "num_attention_heads", 1, MAX_HEADS, sparse == Sparse.YES ? architecture.defaultHeads() : null);
        int headDim = headDim(architecture, config, width, heads);
        requireSupported(architecture, config);
        // If the configuration does not say how many, the tensor's shape does.
        int kvHeads = sparse == Sparse.YES
                ? Math.clamp(tensors.dimension(layer + "0.self_attn.k_proj.weight", 0, 2) / headDim, 1, heads)
                : heads;
        int contextLength = config.integer("max_position_embeddings", 1, 1 << 30, architecture.defaultContextLength());
        DecoderMapping decoder = new DecoderMapping(
                architecture,
                layers,
                contextLength,
                width,
                feedForward,
                heads,
                config.integer("num_key_value_heads", 1, heads, kvHeads),
                headDim,
                Math.min(rows, tokens),
                config.positive(architecture.normEpsilon(), architecture.defaultNormEpsilon()),
                RopeSettings.of(config, architecture, headDim, contextLength),
                tied && !hasOwnHead(tensors, embedding, head));
        decoder.map(tensors, prefix, head, rows);
        decoder.mapDivisors(tensors, config);
        return decoder;
    }

    private static int headDim(DecoderArchitecture architecture, HfConfig config, int width, int heads) {
        if (architecture.defaultHeadDim() > 0) {
            int headDim = config.integer("head_dim", 2, MAX_HEAD_DIM, architecture.defaultHeadDim());
            if (headDim % 2 != 0) {
                throw config.fail("head_dim", "must be even");
            }
            return headDim;
        }
        if (width % heads != 0 || width / heads % 2 != 0) {
            throw config.fail("num_attention_heads", "does not divide the width " + width + " into heads of even size");
        }
        config.requireEqual("head_dim", width / heads, "the width over the heads; others are not supported");
        return width / heads;
    }

    private static void requireSupported(DecoderArchitecture architecture, HfConfig config) {
        if (architecture == DecoderArchitecture.GEMMA3) {
            GemmaLayers.requireSupported(config);
        } else if (architecture == DecoderArchitecture.COHERE2) {
            CohereLayers.requireSupported(config);
        } else {
            requireLlamaLayers(config);
        }
        if (architecture.isQwen()) {
            config.has("sliding_window"); // has no effect without use_sliding_window
        }
        if (config.bool("attention_bias", architecture.biases()) != architecture.biases()) {
            throw config.fail("attention_bias", "does not fit a decoder of type " + architecture.gguf());
        }
        if (config.bool("mlp_bias", false)) {
            throw config.fail("mlp_bias", "is not supported");
        }
    }

    private static void requireLlamaLayers(HfConfig config) {
        if (!config.string("hidden_act", "silu").equals("silu")) {
            throw config.fail("hidden_act", "is not supported; it must be silu");
        }
        if (config.bool("use_sliding_window", false)) {
            throw config.fail("use_sliding_window", "is not supported: every position attends to all before it");
        }
        if (!config.list("layer_types").stream().allMatch("full_attention"::equals)) {
            throw config.fail("layer_types", "is not supported: every position attends to all before it");
        }
    }

    /** A head that differs from the table is a separate head, whatever the configuration says; newer transformers do the same. */
    private static boolean hasOwnHead(TensorMapping tensors, String embedding, String head) {
        boolean own = tensors.has(head) && !tensors.same(head, embedding);
        if (own) {
            tensors.note("tensor " + head + " differs from " + embedding
                    + ": it is kept, though tie_word_embeddings says that they are one");
        }
        return own;
    }

    /** Scaled frequencies that need more than one factor, as llama.cpp stores them. */
    private void mapDivisors(TensorMapping tensors, HfConfig config) {
        if (rope.divisors().length > 0) {
            tensors.made("rope_freqs.weight", new ComputedTensor("rope_freqs", config.path(), rope.divisors()));
        }
    }

    private void map(TensorMapping tensors, String prefix, String head, int rows) {
        tensors.cut("token_embd.weight", prefix + "embed_tokens.weight", vocabularyRows, rows, width);
        for (int i = 0; i < layers; i++) {
            mapLayer(tensors, "blk." + i + ".", prefix + "layers." + i + ".");
        }
        norm(tensors, "output_norm.weight", prefix + "norm.weight", width);
        if (tied) {
            tensors.ignore(head); // a copy of the embedding table
        } else {
            tensors.cut("output.weight", head, vocabularyRows, rows, width);
        }
    }

    private void mapLayer(TensorMapping tensors, String to, String from) {
        int headsWidth = headDim * heads;
        int kvWidth = headDim * kvHeads;
        int rotated = architecture.rotatesAdjacentPairs() ? headDim : 0;
        norm(tensors, to + "attn_norm.weight", from + "input_layernorm.weight", width);
        tensors.rotated(to + "attn_q.weight", from + "self_attn.q_proj.weight", rotated, headsWidth, width);
        tensors.rotated(to + "attn_k.weight", from + "self_attn.k_proj.weight", rotated, kvWidth, width);
        tensors.tensor(to + "attn_v.weight", from + "self_attn.v_proj.weight", kvWidth, width);
        if (architecture.biases()) {
            tensors.tensor(to + "attn_q.bias", from + "self_attn.q_proj.bias", headsWidth);
            tensors.tensor(to + "attn_k.bias", from + "self_attn.k_proj.bias", kvWidth);
            tensors.tensor(to + "attn_v.bias", from + "self_attn.v_proj.bias", kvWidth);
        }
        tensors.tensor(to + "attn_output.weight", from + "self_attn.o_proj.weight", width, headsWidth);
        if (architecture.headNorms()) {
            norm(tensors, to + "attn_q_norm.weight", from + "self_attn.q_norm.weight", headDim);
            norm(tensors, to + "attn_k_norm.weight", from + "self_attn.k_norm.weight", headDim);
        }
        if (architecture == DecoderArchitecture.GEMMA3) {
            norm(tensors, to + "post_attention_norm.weight", from + "post_attention_layernorm.weight", width);
            norm(tensors, to + "ffn_norm.weight", from + "pre_feedforward_layernorm.weight", width);
            norm(tensors, to + "post_ffw_norm.weight", from + "post_feedforward_layernorm.weight", width);
        } else if (!architecture.parallel()) {
            norm(tensors, to + "ffn_norm.weight", from + "post_attention_layernorm.weight", width);
        }
        tensors.tensor(to + "ffn_gate.weight", from + "mlp.gate_proj.weight", feedForward, width);
        tensors.tensor(to + "ffn_up.weight", from + "mlp.up_proj.weight", feedForward, width);
        tensors.tensor(to + "ffn_down.weight", from + "mlp.down_proj.weight", width, feedForward);
        tensors.ignore(from + "self_attn.rotary_emb.inv_freq"); // follows from the base
    }

    /** Gemma's checkpoints store the weights of norms less one. */
    private void norm(TensorMapping tensors, String to, String from, int size) {
        if (architecture == DecoderArchitecture.GEMMA3) {
            tensors.plusOne(to, from, size);
        } else {
            tensors.tensor(to, from, size);
        }
    }

    /** The format of each matrix. */
    public MatrixTypes types(FileType type) {
        return new DecoderTypes(type, layers, heads, kvHeads, !tied, false);
    }

    /** The file's metadata. */
    public Consumer<GgufWriter> metadata(String name, Consumer<GgufWriter> tokenizer) {
        return metadata(name, _ -> {}, tokenizer);
    }

    /**
     * The same with more keys.
     *
     * @param own writes what only this family has
     */
    public Consumer<GgufWriter> metadata(String name, Consumer<GgufWriter> own, Consumer<GgufWriter> tokenizer) {
        String prefix = architecture.gguf() + ".";
        return writer -> {
            writer.string("general.architecture", architecture.gguf())
                    .string("general.type", "model")
                    .string("general.name", name)
                    .u32(prefix + "block_count", layers)
                    .u32(prefix + "context_length", contextLength)
                    .u32(prefix + "embedding_length", width)
                    .u32(prefix + "feed_forward_length", feedForward)
                    .u32(prefix + "attention.head_count", heads)
                    .u32(prefix + "attention.head_count_kv", kvHeads)
                    .f32(prefix + architecture.normEpsilonKey(), normEpsilon)
                    .f32(prefix + "rope.freq_base", rope.base())
                    .u32(prefix + "vocab_size", vocabularyRows);
            if (architecture.rotatesAdjacentPairs()) {
                writer.u32(prefix + "rope.dimension_count", headDim);
            }
            if (architecture.defaultHeadDim() > 0) {
                writer.u32(prefix + "attention.key_length", headDim).u32(prefix + "attention.value_length", headDim);
            }
            rope.linearFactor()
                    .ifPresent(factor -> writer.string(prefix + "rope.scaling.type", "linear")
                            .f32(prefix + "rope.scaling.factor", factor));
            own.accept(writer);
            tokenizer.accept(writer);
        };
    }
}
