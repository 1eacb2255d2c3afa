// SPDX-License-Identifier: Apache-2.0
package dev.myna.bench;

import dev.myna.kernels.TensorType;
import dev.myna.loaders.gguf.GgufWriter;
import java.io.IOException;
import java.nio.file.Path;

/** Writes a decoder of random weights (spec models.md 8.2, tokenizers.md 1). */
final class TextModelWriter {
    private TextModelWriter() {}

    /** Writes {@code path}; the same shape, type and seed give the same bytes. */
    static void write(Path path, TextShape shape, TensorType type, long seed) throws IOException {
        try (GgufWriter writer = new GgufWriter(path)) {
            metadata(writer, shape, type);
            tokenizer(writer, shape);
            ModelPlan plan = new ModelPlan(writer, type);
            tensors(plan, shape);
            plan.finish(new RandomWeights(seed));
        }
    }

    private static void metadata(GgufWriter writer, TextShape shape, TensorType type) {
        String a = shape.architecture();
        writer.string("general.architecture", a)
                .string("general.name", "random " + a)
                .u32("general.file_type", ModelPlan.fileType(type))
                .u32(a + ".block_count", shape.layers())
                .u32(a + ".context_length", shape.context())
                .u32(a + ".embedding_length", shape.width())
                .u32(a + ".feed_forward_length", shape.feedForward())
                .u32(a + ".attention.head_count", shape.heads())
                .u32(a + ".attention.head_count_kv", shape.kvHeads())
                .f32(a + ".attention.layer_norm_rms_epsilon", shape.normEpsilon())
                .f32(a + ".rope.freq_base", shape.ropeBase());
        if (a.equals("llama")) {
            writer.u32(a + ".rope.dimension_count", shape.width() / shape.heads())
                    .u32(a + ".vocab_size", shape.vocabularyRows());
        }
    }

    private static void tokenizer(GgufWriter writer, TextShape shape) {
        Vocabulary vocabulary = Vocabulary.of(shape.vocabulary(), shape.pieces(), shape.vocabularyRows());
        String prefix = "tokenizer.ggml.";
        switch (vocabulary.kind()) {
            case SENTENCE_PIECE ->
                writer.string(prefix + "model", "llama")
                        .string(prefix + "pre", "default")
                        .floats(prefix + "scores", vocabulary.scores())
                        .u32(prefix + "bos_token_id", 1)
                        .u32(prefix + "eos_token_id", 2)
                        .u32(prefix + "unknown_token_id", 0)
                        .bool(prefix + "add_bos_token", true)
                        .bool(prefix + "add_eos_token", false)
                        .bool(prefix + "add_space_prefix", true);
            case BYTE_LEVEL_BPE ->
                writer.string(prefix + "model", "gpt2")
                        .string(prefix + "pre", "qwen2")
                        .strings(prefix + "merges", vocabulary.merges())
                        .u32(prefix + "bos_token_id", shape.pieces() - 3)
                        .u32(prefix + "eos_token_id", shape.pieces() - 1)
                        .u32(prefix + "padding_token_id", shape.pieces() - 3)
                        .bool(prefix + "add_bos_token", false)
                        .bool(prefix + "add_eos_token", false)
                        .bool(prefix + "add_space_prefix", false);
        }
        writer.strings(prefix + "tokens", vocabulary.tokens()).integers(prefix + "token_type", vocabulary.types());
    }

    private static void tensors(ModelPlan plan, TextShape shape) {
        int width = shape.width();
        plan.matrix("token_embd.weight", width, shape.vocabularyRows());
        for (int layer = 0; layer < shape.layers(); layer++) {
            String block = "blk." + layer + ".";
            plan.gain(block + "attn_norm.weight", width);
            attentionInput(plan, shape, block + "attn_q", width);
            attentionInput(plan, shape, block + "attn_k", shape.kvWidth());
            attentionInput(plan, shape, block + "attn_v", shape.kvWidth());
            plan.matrix(block + "attn_output.weight", width, width);
            plan.gain(block + "ffn_norm.weight", width);
            plan.matrix(block + "ffn_gate.weight", width, shape.feedForward());
            plan.matrix(block + "ffn_up.weight", width, shape.feedForward());
            plan.matrix(block + "ffn_down.weight", shape.feedForward(), width);
        }
        plan.gain("output_norm.weight", width);
        plan.matrix("output.weight", width, shape.vocabularyRows());
    }

    private static void attentionInput(ModelPlan plan, TextShape shape, String name, int outputs) {
        if (shape.hasAttentionBias()) {
            plan.linear(name, shape.width(), outputs);
        } else {
            plan.matrix(name + ".weight", shape.width(), outputs);
        }
    }
}
