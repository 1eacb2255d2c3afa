// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.runtime;

import dev.myna.kernels.Tensor;
import dev.myna.kernels.quantize.Quantize;
import dev.myna.loaders.gguf.GgufFile;
import dev.myna.loaders.gguf.GgufMetadata;
import dev.myna.testing.TinyCheckpoint;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The way back: the checkpoint, in the layout of its authors, that a pair of GGUF files could have been converted from. Written
 * from docs/spec/models.md 7 and 8 without a look at the converter.
 */
final class PublishedLayout {
    private static final String TOWER = "model.vision_tower.vision_tower.vision_model.";
    private static final Map<String, String> DECODER_PARTS = Map.of(
            "attn_norm", "input_layernorm",
            "attn_q", "self_attn.q_proj",
            "attn_k", "self_attn.k_proj",
            "attn_v", "self_attn.v_proj",
            "attn_output", "self_attn.o_proj",
            "ffn_norm", "post_attention_layernorm",
            "ffn_gate", "mlp.gate_proj",
            "ffn_up", "mlp.up_proj",
            "ffn_down", "mlp.down_proj");
    private static final Map<String, String> TOWER_PARTS = Map.of(
            "attn_q", "self_attn.q_proj",
            "attn_k", "self_attn.k_proj",
            "attn_v", "self_attn.v_proj",
            "attn_out", "self_attn.out_proj",
            "ln1", "layer_norm1",
            "ln2", "layer_norm2");

    private final GgufFile text;
    private final GgufFile vision;
    private final TinyCheckpoint checkpoint = new TinyCheckpoint();

    private PublishedLayout(GgufFile text, GgufFile vision) {
        this.text = text;
        this.vision = vision;
    }

    static TinyCheckpoint of(GgufFile text, GgufFile vision) {
        PublishedLayout layout = new PublishedLayout(text, vision);
        layout.writeTextConfig();
        layout.writeVisionConfig();
        layout.writeTokenizer();
        text.tensors().values().forEach(layout::writeText);
        vision.tensors().values().forEach(layout::writeVision);
        return layout.checkpoint;
    }

    private boolean llama() {
        return text.metadata().string("general.architecture").equals("llama");
    }

    private int number(String key) {
        return text.metadata().integer(text.metadata().string("general.architecture") + "." + key, 0, 1 << 30);
    }

    private void writeTextConfig() {
        String prefix = text.metadata().string("general.architecture") + ".";
        checkpoint
                .config("num_hidden_layers", number("block_count"))
                .config("max_position_embeddings", number("context_length"))
                .config("hidden_size", number("embedding_length"))
                .config("intermediate_size", number("feed_forward_length"))
                .config("num_attention_heads", number("attention.head_count"))
                .config("num_key_value_heads", number("attention.head_count_kv"))
                .config("rms_norm_eps", text.metadata().number(prefix + "attention.layer_norm_rms_epsilon"))
                .config("rope_theta", text.metadata().number(prefix + "rope.freq_base"))
                .config("bos_token_id", text.metadata().integer("tokenizer.ggml.bos_token_id", 0, 1 << 30))
                .config("eos_token_id", text.metadata().integer("tokenizer.ggml.eos_token_id", 0, 1 << 30));
    }

    private void writeVisionConfig() {
        GgufMetadata metadata = vision.metadata();
        int layers = metadata.integer("clip.vision.block_count", 1, 100);
        int run =
                metadata.has("clip.vision.feature_layer") ? metadata.integers("clip.vision.feature_layer")[0] : layers;
        String type = metadata.string("clip.projector_type");
        checkpoint
                .config("model_type", llama() ? "palo" : type.equals("mlp") ? "llava_qwen" : "parrot_qwen2")
                .config("mm_projector_type", type.equals("ldp") ? "ldpnet" : "mlp2x_gelu")
                .config("mm_vision_select_layer", run)
                .config("mm_vision_select_feature", metadata.string("clip.vision.feature_select", "patch"))
                .config("image_aspect_ratio", metadata.string("clip.vision.image_aspect_ratio", "pad"))
                .config(
                        "vision_config",
                        Map.of(
                                "num_attention_heads",
                                metadata.integer("clip.vision.attention.head_count", 1, 100),
                                "layer_norm_eps",
                                metadata.number("clip.vision.attention.layer_norm_epsilon")));
        if (metadata.has("clip.vision.image_grid_pinpoints")) {
            int[] flat = metadata.integers("clip.vision.image_grid_pinpoints");
            List<int[]> pairs = new ArrayList<>();
            for (int i = 0; i < flat.length; i += 2) {
                pairs.add(new int[] {flat[i], flat[i + 1]});
            }
            checkpoint.config("image_grid_pinpoints", pairs).config("mm_patch_merge_type", "spatial_unpad");
        }
        if (metadata.has("clip.moe.residual_scale")) {
            checkpoint.config("moe_weight", metadata.number("clip.moe.residual_scale"));
        }
    }

    private void writeTokenizer() {
        GgufMetadata metadata = text.metadata();
        int[] types = metadata.integers("tokenizer.ggml.token_type");
        if (llama()) {
            checkpoint.sentencePieces(
                    List.of(metadata.byteStrings("tokenizer.ggml.tokens")),
                    metadata.floats("tokenizer.ggml.scores"),
                    types);
            return;
        }
        List<String> tokens = metadata.strings("tokenizer.ggml.tokens");
        Map<String, Integer> vocabulary = new LinkedHashMap<>();
        Map<String, Integer> added = new LinkedHashMap<>();
        for (int i = 0; i < types.length; i++) {
            switch (types[i]) {
                case 1 -> vocabulary.put(tokens.get(i), i);
                case 3 -> added.put(tokens.get(i), i);
                default -> {} // rows beyond the vocabulary
            }
        }
        checkpoint.byteLevel(vocabulary, metadata.strings("tokenizer.ggml.merges"), added);
    }

    private void writeText(Tensor tensor) {
        String[] parts = tensor.name().split("\\.");
        switch (parts[0]) {
            case "token_embd" -> write("model.embed_tokens.weight", tensor);
            case "output_norm" -> write("model.norm.weight", tensor);
            case "output" -> write("lm_head.weight", tensor);
            default -> {
                String name = "model.layers." + parts[1] + "." + DECODER_PARTS.get(parts[2]) + "." + parts[3];
                boolean rotated = parts[3].equals("weight") && (parts[2].equals("attn_q") || parts[2].equals("attn_k"));
                if (rotated && llama()) {
                    checkpoint.tensor(name, unpaired(floats(tensor), (int) tensor.width()), shape(tensor));
                } else {
                    write(name, tensor);
                }
            }
        }
    }

    /** Rows {@code 2j} and {@code 2j + 1} of each head back to rows {@code j} and {@code j + half}. */
    private float[] unpaired(float[] rows, int width) {
        int half = number("embedding_length") / number("attention.head_count") / 2;
        float[] result = new float[rows.length];
        for (int row = 0; row < rows.length / width; row++) {
            int head = row / (2 * half);
            int pair = row % (2 * half) / 2;
            int target = head * 2 * half + pair + row % 2 * half;
            System.arraycopy(rows, row * width, result, target * width, width);
        }
        return result;
    }

    private void writeVision(Tensor tensor) {
        String name = tensor.name();
        String[] parts = name.split("\\.");
        if (name.startsWith("v.blk.")) {
            String part = TOWER_PARTS.getOrDefault(parts[3], parts[3]);
            if (part.startsWith("ffn_")) {
                // Older files swap the names: the first matrix is the one that widens.
                Tensor weight = vision.require("v.blk." + parts[2] + "." + part + ".weight");
                int width = vision.metadata().integer("clip.vision.embedding_length", 1, 1 << 20);
                part = weight.width() == width ? "mlp.fc1" : "mlp.fc2";
            }
            write(TOWER + "encoder.layers." + parts[2] + "." + part + "." + parts[4], tensor);
        } else if (name.startsWith("v.")) {
            switch (parts[1]) {
                case "class_embd" -> write(TOWER + "embeddings.class_embedding", tensor);
                case "patch_embd" -> write(TOWER + "embeddings.patch_embedding.weight", tensor);
                case "position_embd" -> write(TOWER + "embeddings.position_embedding.weight", tensor);
                case "pre_ln" -> write(TOWER + "pre_layrnorm." + parts[2], tensor);
                default -> {} // post_ln, which nothing uses
            }
        } else if (name.startsWith("mm.moe.ffn_")) {
            writeExperts(parts[2].substring("ffn_".length(), parts[2].lastIndexOf('_')), tensor);
        } else if (name.equals("mm.moe.gate.weight")) {
            write("model.moe_model.gate.weight", tensor);
        } else if (name.startsWith("mm.model.mb_block.")) {
            checkpoint.tensor("model.mm_projector." + name.substring(3), floats(tensor), convolution(name, tensor));
        } else if (name.startsWith("mm.")) {
            write("model.mm_projector." + name.substring(3), tensor);
        } else {
            write(name, tensor); // model.image_newline
        }
    }

    private void writeExperts(String part, Tensor tensor) {
        int experts = tensor.shape().get(2).intValue();
        float[] all = floats(tensor);
        int each = all.length / experts;
        for (int i = 0; i < experts; i++) {
            checkpoint.tensor(
                    "model.moe_model.experts." + i + "." + part + "_proj.weight",
                    Arrays.copyOfRange(all, i * each, (i + 1) * each),
                    tensor.shape().get(1),
                    tensor.shape().get(0));
        }
    }

    /** Matrices that are convolutions of one pixel in the published module, and kernels of a single channel. */
    private static long[] convolution(String name, Tensor tensor) {
        long[] shape = Arrays.stream(shape(tensor)).filter(size -> size != 1).toArray();
        if (!name.endsWith(".weight") || shape.length == 1) {
            return shape;
        }
        return shape.length == 2 ? new long[] {shape[0], shape[1], 1, 1} : new long[] {shape[0], 1, shape[1], shape[2]};
    }

    private void write(String name, Tensor tensor) {
        checkpoint.tensor(name, floats(tensor), shape(tensor));
    }

    private static long[] shape(Tensor tensor) {
        return tensor.shape().reversed().stream().mapToLong(Long::longValue).toArray();
    }

    private static float[] floats(Tensor tensor) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment f32 = arena.allocate(tensor.elements() * Float.BYTES, Float.BYTES);
            Quantize.dequantize(tensor.type(), tensor.data(), f32, tensor.rows(), (int) tensor.width(), 1);
            return f32.toArray(ValueLayout.JAVA_FLOAT);
        }
    }
}
