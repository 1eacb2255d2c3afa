// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.convert;

import dev.myna.kernels.Tensor;
import dev.myna.kernels.quantize.Quantize;
import dev.myna.loaders.gguf.GgufFile;
import dev.myna.loaders.gguf.GgufMetadata;
import dev.myna.testing.TinyCheckpoint;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A published checkpoint made of a pair of GGUF files: the way back from what a conversion writes. */
final class FamilyCheckpoint {
    private static final int NORMAL = 1;
    private static final int CONTROL = 3;
    private static final int USER_DEFINED = 4;
    private static final Map<String, String> LAYER = Map.ofEntries(
            Map.entry("attn_norm", "input_layernorm"),
            Map.entry("attn_q", "self_attn.q_proj"),
            Map.entry("attn_k", "self_attn.k_proj"),
            Map.entry("attn_v", "self_attn.v_proj"),
            Map.entry("attn_q_norm", "self_attn.q_norm"),
            Map.entry("attn_k_norm", "self_attn.k_norm"),
            Map.entry("attn_output", "self_attn.o_proj"),
            Map.entry("ffn_norm", "post_attention_layernorm"),
            Map.entry("ffn_gate", "mlp.gate_proj"),
            Map.entry("ffn_up", "mlp.up_proj"),
            Map.entry("ffn_down", "mlp.down_proj"));

    /** Gemma has a norm before and a norm after each part of a layer. */
    private static final Map<String, String> GEMMA = Map.of(
            "post_attention_norm", "post_attention_layernorm",
            "ffn_norm", "pre_feedforward_layernorm",
            "post_ffw_norm", "post_feedforward_layernorm");

    final TinyCheckpoint checkpoint = new TinyCheckpoint();
    final GgufFile text;
    final GgufMetadata keys;
    final String architecture;
    private boolean sentencePieces;

    FamilyCheckpoint(GgufFile text) {
        this.text = text;
        this.keys = text.metadata();
        this.architecture = keys.string("general.architecture");
    }

    /** Writes the folder. */
    Path write(Path folder) throws IOException {
        checkpoint.write(folder);
        if (sentencePieces) {
            // The message goes on with a normalizer without a dummy prefix.
            Files.write(
                    folder.resolve("tokenizer.model"),
                    new byte[] {3 << 3 | 2, 2, 3 << 3, 0},
                    StandardOpenOption.APPEND);
        }
        return folder;
    }

    int number(String key) {
        return keys.integer(architecture + "." + key, 0, Integer.MAX_VALUE);
    }

    float real(String key) {
        return keys.number(architecture + "." + key);
    }

    /** The keys of a text model's configuration that every family has. */
    Map<String, Object> textConfig(String modelType) {
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("model_type", modelType);
        config.put("hidden_size", number("embedding_length"));
        config.put("intermediate_size", number("feed_forward_length"));
        config.put("num_hidden_layers", number("block_count"));
        config.put("num_attention_heads", number("attention.head_count"));
        config.put("num_key_value_heads", number("attention.head_count_kv"));
        config.put("max_position_embeddings", number("context_length"));
        if (architecture.equals("cohere2")) {
            config.put("layer_norm_eps", real("attention.layer_norm_epsilon"));
        } else {
            config.put("rms_norm_eps", real("attention.layer_norm_rms_epsilon"));
        }
        config.put("rope_theta", real("rope.freq_base"));
        config.put("bos_token_id", id("bos"));
        config.put("eos_token_id", id("eos"));
        config.put("tie_word_embeddings", text.find("output.weight").isEmpty());
        if (keys.has(architecture + ".attention.key_length")) {
            config.put("head_dim", number("attention.key_length"));
        }
        return config;
    }

    int id(String role) {
        return keys.integer("tokenizer.ggml." + role + "_token_id", 0, Integer.MAX_VALUE);
    }

    /** All tensors of the decoder. */
    void putText(String prefix, String head) {
        for (Tensor tensor : text.tensors().values()) {
            String name = tensor.name();
            String[] parts = name.split("\\.");
            float[] values = floats(tensor);
            if (architecture.equals("gemma3") && name.contains("norm")) {
                for (int i = 0; i < values.length; i++) {
                    values[i] -= 1;
                }
            }
            String to = switch (parts[0]) {
                case "token_embd" -> prefix + "embed_tokens.weight";
                case "output" -> head;
                case "output_norm" -> prefix + "norm.weight";
                default -> {
                    String part = LAYER.get(parts[2]);
                    if (architecture.equals("gemma3") && GEMMA.containsKey(parts[2])) {
                        part = GEMMA.get(parts[2]);
                    }
                    if (architecture.equals("llama") && parts[2].matches("attn_[qk]")) {
                        values = unrotated(values, (int) tensor.width(), number("rope.dimension_count"));
                    }
                    yield prefix + "layers." + parts[1] + "." + part + "." + parts[3];
                }
            };
            checkpoint.tensor(to, values, shape(tensor));
        }
    }

    /** Rows of adjacent pairs back to halves. */
    private static float[] unrotated(float[] rows, int width, int headDim) {
        float[] result = new float[rows.length];
        for (int row = 0; row < rows.length / width; row++) {
            int within = row % headDim;
            int target = row - within + within / 2 + within % 2 * (headDim / 2);
            System.arraycopy(rows, row * width, result, target * width, width);
        }
        return result;
    }

    /** Files of a byte-level vocabulary, as transformers saves them. */
    void putByteLevel(Map<String, Object> preTokenizer, String normalizer) {
        List<String> tokens = keys.strings("tokenizer.ggml.tokens");
        int[] types = keys.integers("tokenizer.ggml.token_type");
        Map<String, Object> vocabulary = new LinkedHashMap<>();
        List<Object> added = new ArrayList<>();
        for (int i = 0; i < types.length; i++) {
            if (types[i] == NORMAL) {
                vocabulary.put(tokens.get(i), i);
            } else if (types[i] == CONTROL || types[i] == USER_DEFINED) {
                added.add(Map.of("id", i, "content", tokens.get(i), "special", types[i] == CONTROL));
            }
        }
        checkpoint.json("vocab.json", vocabulary);
        checkpoint.file(
                "merges.txt",
                String.join("\n", keys.strings("tokenizer.ggml.merges")).getBytes(StandardCharsets.UTF_8));
        Map<String, Object> whole = new LinkedHashMap<>();
        whole.put("added_tokens", added);
        whole.put("pre_tokenizer", preTokenizer);
        if (!normalizer.isEmpty()) {
            whole.put("normalizer", Map.of("type", normalizer));
        }
        checkpoint.json("tokenizer.json", whole);
        Map<String, Object> config = tokenizerConfig(tokens);
        checkpoint.json("tokenizer_config.json", config);
    }

    private Map<String, Object> tokenizerConfig(List<String> tokens) {
        Map<String, Object> config = new LinkedHashMap<>();
        Map.of("padding", "pad_token", "unknown", "unk_token").forEach((role, key) -> {
            if (keys.has("tokenizer.ggml." + role + "_token_id")) {
                config.put(key, tokens.get(id(role)));
            }
        });
        config.put("add_bos_token", keys.bool("tokenizer.ggml.add_bos_token", false));
        config.put("chat_template", keys.string("tokenizer.chat_template"));
        return config;
    }

    /** A SentencePiece model, in which special tokens are user-defined pieces, and the list that says which are special. */
    void putSentencePieces() {
        List<String> tokens = keys.strings("tokenizer.ggml.tokens");
        int[] types = keys.integers("tokenizer.ggml.token_type").clone();
        Map<String, Object> added = new LinkedHashMap<>();
        for (int i = 4; i < types.length; i++) {
            if (types[i] == CONTROL) {
                types[i] = USER_DEFINED;
                added.put(Integer.toString(i), Map.of("content", tokens.get(i), "special", true));
            }
        }
        added.put(Integer.toString(tokens.size()), Map.of("content", "<image_soft_token>", "special", true));
        checkpoint.sentencePieces(
                tokens.stream()
                        .map(token -> token.getBytes(StandardCharsets.UTF_8))
                        .toList(),
                keys.floats("tokenizer.ggml.scores"),
                types);
        Map<String, Object> config = tokenizerConfig(tokens);
        config.put("bos_token", tokens.get(id("bos")));
        config.put("eos_token", tokens.get(id("eos")));
        config.put("added_tokens_decoder", added);
        checkpoint.json("tokenizer_config.json", config);
        sentencePieces = true;
    }

    void put(String name, Tensor tensor) {
        checkpoint.tensor(name, floats(tensor), shape(tensor));
    }

    /** Several tensors as one, one after the other along the first dimension. */
    void putJoined(String name, List<Tensor> tensors) {
        float[] all = {};
        for (Tensor tensor : tensors) {
            float[] values = floats(tensor);
            int at = all.length;
            all = Arrays.copyOf(all, at + values.length);
            System.arraycopy(values, 0, all, at, values.length);
        }
        long[] shape = shape(tensors.getFirst());
        shape[0] *= tensors.size();
        checkpoint.tensor(name, all, shape);
    }

    /** The kernels of two images as one tensor, in which the images alternate within a channel. */
    void putKernels(String name, Tensor first, Tensor second) {
        long[] shape = shape(first);
        int size = (int) (shape[2] * shape[3]);
        float[] one = floats(first);
        float[] two = floats(second);
        float[] both = new float[2 * one.length];
        for (int i = 0; i < one.length / size; i++) {
            System.arraycopy(one, i * size, both, 2 * i * size, size);
            System.arraycopy(two, i * size, both, (2 * i + 1) * size, size);
        }
        checkpoint.tensor(name, both, shape[0], shape[1], 2, shape[2], shape[3]);
    }

    static long[] shape(Tensor tensor) {
        return tensor.shape().reversed().stream().mapToLong(Long::longValue).toArray();
    }

    static float[] floats(Tensor tensor) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment f32 = arena.allocate(tensor.elements() * Float.BYTES, Float.BYTES);
            Quantize.dequantize(tensor.type(), tensor.data(), f32, tensor.rows(), (int) tensor.width(), 1);
            return f32.toArray(ValueLayout.JAVA_FLOAT);
        }
    }
}
