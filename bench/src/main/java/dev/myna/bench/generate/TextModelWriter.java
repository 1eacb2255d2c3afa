// SPDX-License-Identifier: Apache-2.0
package dev.myna.bench.generate;

import dev.myna.loaders.gguf.GgufWriter;
import java.io.IOException;
import java.nio.file.Path;

/** Writes a decoder of random weights (docs/spec/models.md 8.2, docs/spec/tokenizers.md 1). */
public final class TextModelWriter {
    /** Llama 3's chat format, which tells programs that read the file how to ask. */
    private static final String LLAMA3_TEMPLATE = """
            {{- bos_token }}
            {%- for message in messages %}
            {{- '<|start_header_id|>' + message['role'] + '<|end_header_id|>\\n\\n' + message['content'] | trim + '<|eot_id|>' }}
            {%- endfor %}
            {%- if add_generation_prompt %}
            {{- '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}
            {%- endif %}
            """;

    private TextModelWriter() {}

    /** Writes {@code path}; the same shape, type and seed give the same bytes. */
    public static void write(Path path, TextShape shape, GeneratedFileType type, long seed) throws IOException {
        try (GgufWriter writer = new GgufWriter(path)) {
            metadata(writer, shape, type);
            tokenizer(writer, shape);
            ModelPlan plan = new ModelPlan(writer, type.matrices(shape));
            tensors(plan, shape);
            plan.finish(new WeightPool(seed));
        }
    }

    private static void metadata(GgufWriter writer, TextShape shape, GeneratedFileType type) {
        String a = shape.architecture();
        writer.string("general.architecture", a)
                .string("general.name", "random " + a)
                .u32("general.file_type", type.id())
                .u32(a + ".block_count", shape.layers())
                .u32(a + ".context_length", shape.context())
                .u32(a + ".embedding_length", shape.width())
                .u32(a + ".feed_forward_length", shape.feedForward())
                .u32(a + ".attention.head_count", shape.heads())
                .u32(a + ".attention.head_count_kv", shape.kvHeads())
                .f32(a + ".attention.layer_norm_rms_epsilon", shape.normEpsilon())
                .f32(a + ".rope.freq_base", shape.ropeBase());
        if (a.equals("llama")) {
            writer.u32(a + ".rope.dimension_count", shape.headDim()).u32(a + ".vocab_size", shape.vocabularyRows());
        }
        if (shape.ropeScaling() != null || shape.hasHeadNorms()) {
            writer.u32(a + ".attention.key_length", shape.headDim())
                    .u32(a + ".attention.value_length", shape.headDim());
        }
        int sixteenth = shape.headDim() / 16;
        switch (a) {
            case "qwen2vl" ->
                writer.integers(a + ".rope.dimension_sections", 2 * sixteenth, 3 * sixteenth, 3 * sixteenth, 0);
            case "qwen3vl" -> {
                int chunk = 5 * sixteenth / 2;
                writer.integers(a + ".rope.dimension_sections", 8 * sixteenth - 2 * chunk, chunk, chunk, 0)
                        .u32(a + ".n_deepstack_layers", TextShape.DEEPSTACK);
            }
            case "gemma3" ->
                writer.u32(a + ".attention.sliding_window", 1024)
                        .string(a + ".rope.scaling.type", "linear")
                        .f32(a + ".rope.scaling.factor", 8);
            default -> {}
        }
    }

    private static void tokenizer(GgufWriter writer, TextShape shape) {
        SyntheticVocabulary vocabulary =
                SyntheticVocabulary.of(shape.vocabulary(), shape.pieces(), shape.vocabularyRows());
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
            case GEMMA3_SPM ->
                writer.string(prefix + "model", "llama")
                        .string(prefix + "pre", "default")
                        .floats(prefix + "scores", vocabulary.scores())
                        .u32(prefix + "bos_token_id", vocabulary.id("<bos>"))
                        .u32(prefix + "eos_token_id", vocabulary.id("<eos>"))
                        .u32(prefix + "eot_token_id", vocabulary.id("<end_of_turn>"))
                        .u32(prefix + "unknown_token_id", vocabulary.id("<unk>"))
                        .u32(prefix + "padding_token_id", vocabulary.id("<pad>"))
                        .bool(prefix + "add_bos_token", true)
                        .bool(prefix + "add_eos_token", false)
                        .bool(prefix + "add_space_prefix", false);
            case SMOLVLM_BPE ->
                byteLevel(writer, vocabulary, "smollm")
                        .u32(prefix + "bos_token_id", vocabulary.id("<|im_start|>"))
                        .u32(prefix + "eos_token_id", vocabulary.id("<end_of_utterance>"))
                        .u32(prefix + "padding_token_id", vocabulary.id("<|im_end|>"))
                        .bool(prefix + "add_bos_token", false);
            case QWEN2_BPE, QWEN_VL_BPE, INTERNVL_BPE ->
                byteLevel(writer, vocabulary, "qwen2")
                        .u32(prefix + "bos_token_id", vocabulary.id("<|endoftext|>"))
                        .u32(prefix + "eos_token_id", vocabulary.id("<|im_end|>"))
                        .u32(prefix + "padding_token_id", vocabulary.id("<|endoftext|>"))
                        .bool(prefix + "add_bos_token", false);
            case LLAMA3_BPE ->
                byteLevel(writer, vocabulary, "llama-bpe")
                        .u32(prefix + "bos_token_id", vocabulary.id("<|begin_of_text|>"))
                        .u32(prefix + "eos_token_id", vocabulary.id("<|eot_id|>"))
                        .u32(prefix + "padding_token_id", vocabulary.id("<|finetune_right_pad_id|>"))
                        .bool(prefix + "add_bos_token", true)
                        .string("tokenizer.chat_template", LLAMA3_TEMPLATE);
        }
        writer.strings(prefix + "tokens", vocabulary.tokens()).integers(prefix + "token_type", vocabulary.types());
    }

    private static GgufWriter byteLevel(GgufWriter writer, SyntheticVocabulary vocabulary, String preTokenizer) {
        return writer.string("tokenizer.ggml.model", "gpt2")
                .string("tokenizer.ggml.pre", preTokenizer)
                .strings("tokenizer.ggml.merges", vocabulary.merges())
                .bool("tokenizer.ggml.add_eos_token", false)
                .bool("tokenizer.ggml.add_space_prefix", false);
    }

    static void tensors(ModelPlan plan, TextShape shape) {
        int width = shape.width();
        plan.matrix("token_embd.weight", width, shape.vocabularyRows());
        for (int layer = 0; layer < shape.layers(); layer++) {
            String block = "blk." + layer + ".";
            plan.gain(block + "attn_norm.weight", width);
            attentionInput(plan, shape, block + "attn_q", shape.queryWidth());
            attentionInput(plan, shape, block + "attn_k", shape.kvWidth());
            attentionInput(plan, shape, block + "attn_v", shape.kvWidth());
            if (shape.hasHeadNorms()) {
                plan.gain(block + "attn_q_norm.weight", shape.headDim());
                plan.gain(block + "attn_k_norm.weight", shape.headDim());
            }
            plan.matrix(block + "attn_output.weight", shape.queryWidth(), width);
            if (shape.hasPostNorms()) {
                plan.gain(block + "post_attention_norm.weight", width);
                plan.gain(block + "post_ffw_norm.weight", width);
            }
            plan.gain(block + "ffn_norm.weight", width);
            plan.matrix(block + "ffn_gate.weight", width, shape.feedForward());
            plan.matrix(block + "ffn_up.weight", width, shape.feedForward());
            plan.matrix(block + "ffn_down.weight", shape.feedForward(), width);
        }
        plan.gain("output_norm.weight", width);
        if (shape.hasOwnOutput()) {
            plan.matrix("output.weight", width, shape.vocabularyRows());
        }
        if (shape.ropeScaling() != null) {
            plan.values("rope_freqs.weight", shape.ropeScaling().divisors(shape.headDim(), shape.ropeBase()));
        }
    }

    private static void attentionInput(ModelPlan plan, TextShape shape, String name, int outputs) {
        if (shape.hasAttentionBias()) {
            plan.linear(name, shape.width(), outputs);
        } else {
            plan.matrix(name + ".weight", shape.width(), outputs);
        }
    }
}
