// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.convert;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.kernels.Tensor;
import dev.myna.kernels.TensorType;
import dev.myna.loaders.convert.plan.PlannedFile;
import dev.myna.loaders.gguf.FileType;
import dev.myna.loaders.gguf.GgufFile;
import dev.myna.loaders.hf.CheckpointException;
import dev.myna.loaders.quantize.Quantization;
import dev.myna.loaders.quantize.QuantizeOptions;
import dev.myna.loaders.rows.RowException;
import dev.myna.testing.TinyCheckpoint;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ConversionTest {
    @TempDir
    Path folder;

    private int refusals;

    @Test
    void typesAreChosenPerTensor() throws IOException {
        Path source = TinyCheckpoint.palo().write(folder.resolve("palo"));
        try (Conversion conversion = open(source)) {
            assertEquals(FileType.F16, conversion.storedType());
            Path target = folder.resolve("vision.gguf");
            conversion.write(conversion.plan().vision(), FileType.Q8_0, target, 2, _ -> {});
            try (GgufFile vision = GgufFile.open(target)) {
                assertEquals(TensorType.Q8_0, vision.require("mm.0.weight").type());
                assertEquals(
                        TensorType.Q8_0, vision.require("v.blk.0.ffn_up.weight").type());
                assertEquals(
                        TensorType.F16, vision.require("v.position_embd.weight").type());
                assertEquals(
                        TensorType.F32, vision.require("v.patch_embd.weight").type());
                assertEquals(TensorType.F32, vision.require("mm.0.bias").type());
                assertEquals(7, vision.metadata().integer("general.file_type", 0, 100));
            }
            assertTrue(Conversion.isResult(target, conversion.plan().vision(), FileType.Q8_0));
            assertFalse(Conversion.isResult(target, conversion.plan().vision(), FileType.F16));
            assertFalse(Conversion.isResult(target, conversion.plan().text(), FileType.Q8_0));
        }
    }

    /** Conversion to any file type in one step gives the same bytes as in two steps. */
    @ParameterizedTest
    @EnumSource(
            value = FileType.class,
            names = {"Q2_K_S", "F32", "BF16"},
            mode = EnumSource.Mode.EXCLUDE)
    void blocksAreWhatQuantizeMakesOfF16(FileType type) throws IOException {
        Path source = TinyCheckpoint.palo().write(folder.resolve("palo"));
        try (Conversion conversion = open(source)) {
            for (PlannedFile file :
                    List.of(conversion.plan().text(), conversion.plan().vision())) {
                Path direct = folder.resolve("direct.gguf");
                Path half = folder.resolve("half.gguf");
                Path quantized = folder.resolve("quantized.gguf");
                conversion.write(file, type, direct, 2, _ -> {});
                assertTrue(Conversion.isResult(direct, file, type));
                conversion.write(file, FileType.F16, half, 2, _ -> {});
                try (GgufFile from = GgufFile.open(half)) {
                    Quantization.of(from, type, QuantizeOptions.defaults()).write(quantized, 2, _ -> {});
                }
                try (GgufFile one = GgufFile.open(direct);
                        GgufFile two = GgufFile.open(quantized)) {
                    for (Tensor tensor : one.tensors().values()) {
                        Tensor other = two.require(tensor.name());
                        assertEquals(other.type(), tensor.type(), tensor.name());
                        assertEquals(-1, tensor.data().mismatch(other.data()), tensor.name());
                    }
                    assertEquals(two.tensors().keySet(), one.tensors().keySet());
                }
            }
        }
    }

    @Test
    void rowsThatAreNotWholeBlocksStayF16() throws IOException {
        Random random = new Random(1);
        TinyCheckpoint checkpoint = TinyCheckpoint.palo().config("intermediate_size", 72);
        for (int i = 0; i < 2; i++) {
            String layer = "model.layers." + i + ".mlp.";
            checkpoint.random(random, layer + "gate_proj.weight", 72, 64);
            checkpoint.random(random, layer + "up_proj.weight", 72, 64);
            checkpoint.random(random, layer + "down_proj.weight", 64, 72);
        }
        try (Conversion conversion = open(checkpoint.write(folder.resolve("palo")))) {
            Path target = folder.resolve("text.gguf");
            conversion.write(conversion.plan().text(), FileType.Q8_0, target, 2, _ -> {});
            try (GgufFile text = GgufFile.open(target)) {
                assertEquals(
                        TensorType.Q8_0, text.require("blk.1.ffn_up.weight").type());
                assertEquals(
                        TensorType.F16, text.require("blk.1.ffn_down.weight").type());
            }
        }
    }

    @Test
    void unusedTensorsAreNamed() {
        TinyCheckpoint checkpoint = TinyCheckpoint.palo()
                .tensor("model.surprise", new float[4], 4)
                .tensor("model.layers.0.self_attn.rotary_emb.inv_freq", new float[8], 8);
        try (Conversion conversion = open(checkpoint.write(folder.resolve("palo")))) {
            assertEquals(List.of("model.surprise"), conversion.plan().unused());
        }
    }

    @Test
    void tiedHeadIsOmitted() {
        TinyCheckpoint checkpoint =
                TinyCheckpoint.palo().config("tie_word_embeddings", true).without("lm_head.weight");
        try (Conversion conversion = open(checkpoint.write(folder.resolve("palo")))) {
            assertTrue(conversion.plan().text().tensors().stream()
                    .noneMatch(tensor -> tensor.name().equals("output.weight")));
        }
    }

    @Test
    void addedTokensAreWrittenAndOtherRowsAreUnused() throws IOException {
        TinyCheckpoint checkpoint = TinyCheckpoint.palo()
                .config("vocab_size", 303)
                .random(new Random(1), "model.embed_tokens.weight", 303, 64)
                .random(new Random(2), "lm_head.weight", 303, 64)
                .json("added_tokens.json", Map.of("<pad>", 301))
                .json("special_tokens_map.json", Map.of("pad_token", Map.of("content", "<pad>")));
        try (Conversion conversion = open(checkpoint.write(folder.resolve("palo")))) {
            Path target = folder.resolve("text.gguf");
            conversion.write(conversion.plan().text(), FileType.F16, target, 2, _ -> {});
            try (GgufFile text = GgufFile.open(target)) {
                List<String> tokens = text.metadata().strings("tokenizer.ggml.tokens");
                int[] types = text.metadata().integers("tokenizer.ggml.token_type");
                assertEquals(List.of("[PAD300]", "<pad>", "[PAD302]"), tokens.subList(300, 303));
                assertEquals(5, types[300]);
                assertEquals(3, types[301]);
                assertEquals(301, text.metadata().integer("tokenizer.ggml.padding_token_id", 0, 1000));
            }
        }
    }

    /** Changes of the configuration, and the expected error. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "model_type | bloom | config.json: model_type = bloom is not supported",
                "model_type | | config.json: model_type is missing",
                "hidden_size | 128 | config.json: hidden_size = 128 must be 64",
                "intermediate_size | 95 | config.json: intermediate_size = 95 must be 96",
                "vocab_size | 301 | config.json: vocab_size = 301 must be 300",
                "num_hidden_layers | 3 | tensor \"model.layers.2.input_layernorm.weight\" is missing",
                "num_hidden_layers | -1 | num_hidden_layers = -1 must be an integer from 1",
                "num_attention_heads | 5 | num_attention_heads = 5 does not divide the width 64",
                "num_attention_heads | | num_attention_heads is missing",
                "num_key_value_heads | 2 | tensor \"model.layers.0.self_attn.k_proj.weight\" has shape [64, 64]",
                "num_key_value_heads | 8 | num_key_value_heads = 8 must be an integer from 1 to 4",
                "hidden_act | relu | hidden_act = relu is not supported",
                "head_dim | 32 | head_dim = 32 must be 16",
                "image_aspect_ratio | anyres_max_9 | image_aspect_ratio = anyres_max_9 is not supported",
                "image_aspect_ratio | anyres | tensor \"model.image_newline\" is missing",
                "mm_projector_type | linear | mm_projector_type = linear is not supported",
                "mm_vision_select_layer | -5 | selects hidden state -5",
                "mm_vision_select_layer | 4 | selects hidden state 4",
                "mm_vision_select_feature | cls | mm_vision_select_feature = cls is not supported",
                "eos_token_id | 299999 | eos_token_id = 299999 is not the id of a token"
            })
    void refusesConfigurations(String key, String value, String expected) {
        Object typed = value != null && value.matches("-?\\d+") ? (Object) Integer.valueOf(value) : value;
        refuses(TinyCheckpoint.palo().config(key, typed), expected);
    }

    @Test
    void refusesUnsupportedSettings() {
        refuses(TinyCheckpoint.palo().config("use_sliding_window", true), "use_sliding_window = true is not supported");
        refuses(
                TinyCheckpoint.palo().config("rope_scaling", Map.of("type", "yarn", "factor", 2)),
                "rope_scaling.type = yarn is not supported; it must be default, linear or llama3");
        refuses(TinyCheckpoint.palo().config("rope_scaling", 3), "rope_scaling = 3 must be an object");
        refuses(TinyCheckpoint.palo().config("rms_norm_eps", "small"), "rms_norm_eps = small must be a finite number");
        refuses(TinyCheckpoint.palo().config("attention_bias", true), "attention_bias = true does not fit");
    }

    @Test
    void refusesMissingAndMisshapenTensors() {
        String norm = "model.layers.1.post_attention_layernorm.weight";
        refuses(TinyCheckpoint.palo().without(norm), ": tensor \"" + norm + "\" is missing");
        refuses(
                TinyCheckpoint.palo().tensor(norm, new float[32], 32),
                "model.safetensors: tensor \"" + norm + "\" has shape [32]");
        refuses(
                TinyCheckpoint.palo().tensor("model.embed_tokens.weight", new float[64], 64),
                "has shape [64]; it must have 2 dimensions");
        String bias = "model.vision_tower.vision_tower.vision_model.encoder.layers.0.mlp.fc1.bias";
        refuses(TinyCheckpoint.palo().without(bias), "tensor \"" + bias + "\" is missing");
        String positions = "model.vision_tower.vision_tower.vision_model.embeddings.position_embedding.weight";
        refuses(TinyCheckpoint.palo().tensor(positions, new float[18 * 64], 18, 64), "one more than a square");
    }

    @Test
    void overflowsAreRefusedWithTheTensorName() {
        for (float value : new float[] {1e6f, Float.NaN}) {
            float[] values = new float[64 * 64];
            values[100] = value;
            TinyCheckpoint checkpoint = TinyCheckpoint.palo().tensor("model.mm_projector.0.weight", values, 64, 64);
            Path target = folder.resolve("vision.gguf");
            try (Conversion conversion = open(checkpoint.write(folder.resolve("palo" + value)))) {
                RowException refusal = assertThrows(
                        RowException.class,
                        () -> conversion.write(conversion.plan().vision(), FileType.F16, target, 2, _ -> {}));
                assertTrue(
                        refusal.getMessage()
                                .contains("model.safetensors: tensor \"model.mm_projector.0.weight\": row 1"),
                        refusal.getMessage());
            }
            assertFalse(Files.exists(target));
            assertEquals(List.of(), partFiles());
        }
    }

    @Test
    void interruptedConversionKeepsTheTarget() throws IOException {
        Path source = TinyCheckpoint.palo().write(folder.resolve("palo"));
        Path target = Files.writeString(folder.resolve("text.gguf"), "precious");
        try (Conversion conversion = open(source)) {
            assertThrows(
                    IllegalStateException.class,
                    () -> conversion.write(conversion.plan().text(), FileType.F16, target, 2, written -> {
                        if (written > 50_000) {
                            throw new IllegalStateException("stop");
                        }
                    }));
        }
        assertEquals("precious", Files.readString(target));
        assertEquals(List.of(), partFiles());
    }

    @Test
    void refusesTokenizers() {
        byte[] none = {};
        byte[] unigram = {2 << 3 | 2, 2, 3 << 3, 1};
        refuses(TinyCheckpoint.palo().file("tokenizer.model", none), "has no pieces");
        refuses(TinyCheckpoint.palo().file("tokenizer.model", new byte[] {10, 100, 1}), "tokenizer.model: at byte 2");
        refuses(TinyCheckpoint.palo().file("tokenizer.model", new byte[] {-1, -1, -1}), "tokenizer.model: at byte 3");
        refuses(
                TinyCheckpoint.palo()
                        .sentencePieces(List.of("a".getBytes(StandardCharsets.UTF_8)), new float[1], new int[] {9}),
                "piece 0 has type 9");
        refuses(
                TinyCheckpoint.palo().file("tokenizer.model", join(new byte[] {10, 3, 10, 1, 'a'}, unigram)),
                "only byte-pair models");
        refuses(TinyCheckpoint.palo().json("added_tokens.json", Map.of("<x>", 5)), "has id 5, which is that of");
        refuses(
                TinyCheckpoint.palo().json("tokenizer_config.json", Map.of("eos_token", "<end>")),
                "eos_token = <end> names a token that is not in the vocabulary");
        refuses(
                TinyCheckpoint.palo()
                        .file("tokenizer_config.json", "{\"a\":1,\"a\":2}".getBytes(StandardCharsets.UTF_8)),
                "tokenizer_config.json: not a JSON object");
        refuses(
                TinyCheckpoint.palo().file("tokenizer_config.json", new byte[] {(byte) 0xC0}),
                "tokenizer_config.json: the file is not valid UTF-8");
    }

    @Test
    void refusesTruncatedWeights() throws IOException {
        Path source = TinyCheckpoint.palo().write(folder.resolve("palo"));
        Path weights = source.resolve("model.safetensors");
        Files.write(weights, java.util.Arrays.copyOf(Files.readAllBytes(weights), 100_000));
        String message =
                assertThrows(CheckpointException.class, () -> open(source)).getMessage();
        assertTrue(message.contains("model.safetensors: tensor \"") && message.contains("cut short"), message);
    }

    private List<Path> partFiles() {
        try (var files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".part")).toList();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private void refuses(TinyCheckpoint checkpoint, String expected) {
        Path source = checkpoint.write(folder.resolve("palo" + ++refusals));
        String message =
                assertThrows(CheckpointException.class, () -> open(source)).getMessage();
        assertTrue(message.contains(expected), "\"" + expected + "\" is not in: " + message);
        assertEquals(1, message.lines().count(), message);
    }

    private static Conversion open(Path source) {
        return Conversion.open(source, Optional.empty(), "tiny");
    }

    private static byte[] join(byte[] left, byte[] right) {
        byte[] joined = java.util.Arrays.copyOf(left, left.length + right.length);
        System.arraycopy(right, 0, joined, left.length, right.length);
        return joined;
    }
}
