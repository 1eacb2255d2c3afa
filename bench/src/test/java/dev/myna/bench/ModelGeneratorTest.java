// SPDX-License-Identifier: Apache-2.0
package dev.myna.bench;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.bench.Preset.Projector;
import dev.myna.bench.TextShape.Head;
import dev.myna.bench.Vocabulary.Kind;
import dev.myna.kernels.Tensor;
import dev.myna.kernels.TensorType;
import dev.myna.loaders.gguf.GgufFile;
import dev.myna.loaders.gguf.GgufMetadata;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import picocli.CommandLine;

class ModelGeneratorTest {
    private static final TextShape LLAMA = new TextShape(
            "llama", 2, 256, 4, 4, 512, 1e-5f, 1e4f, null, Kind.SENTENCE_PIECE, 1000, 1000, Head.OWN, 512);
    private static final TextShape QWEN2 =
            new TextShape("qwen2", 1, 256, 4, 2, 512, 1e-6f, 1e6f, null, Kind.QWEN2_BPE, 900, 960, Head.OWN, 512);
    private static final TextShape LLAMA3 = new TextShape(
            "llama",
            8,
            256,
            4,
            2,
            512,
            1e-5f,
            5e5f,
            RopeScaling.LLAMA_3_2,
            Kind.LLAMA3_BPE,
            1256,
            1256,
            Head.TIED,
            512);
    private static final VisionShape VISION = new VisionShape(56, 14, 2, 256, 4, 512);

    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource(TensorType.class)
    void writesALlamaOfEveryType(TensorType type) throws IOException {
        Path path = folder.resolve("llama.gguf");
        TextModelWriter.write(path, LLAMA, new FileType.Uniform(type), 1);
        try (GgufFile file = GgufFile.open(path)) {
            assertEquals(2 * 9 + 3, file.tensors().size());
            assertEquals(type, file.require("token_embd.weight", 256, 1000).type());
            assertEquals(type, file.require("blk.1.attn_k.weight", 256, 256).type());
            assertEquals(type, file.require("blk.0.ffn_down.weight", 512, 256).type());
            assertEquals(
                    TensorType.F32, file.require("blk.1.ffn_norm.weight", 256).type());
            assertEquals(type, file.require("output.weight", 256, 1000).type());
            GgufMetadata metadata = file.metadata();
            assertEquals("llama", metadata.string("general.architecture"));
            assertEquals(64, metadata.integer("llama.rope.dimension_count", 1, 1024));
            assertEquals(1000, metadata.length("tokenizer.ggml.tokens"));
            assertEquals("<0x0A>", metadata.strings("tokenizer.ggml.tokens").get(13));
            assertEquals(1000, metadata.floats("tokenizer.ggml.scores").length);
        }
    }

    @Test
    void writesAQwen2WithBiasesAndPaddedVocabulary() throws IOException {
        Path path = folder.resolve("qwen2.gguf");
        TextModelWriter.write(path, QWEN2, new FileType.Uniform(TensorType.Q8_0), 1);
        try (GgufFile file = GgufFile.open(path)) {
            file.require("blk.0.attn_k.weight", 256, 128);
            file.require("blk.0.attn_k.bias", 128);
            file.require("output.weight", 256, 960);
            GgufMetadata metadata = file.metadata();
            assertEquals("<|im_end|>", metadata.strings("tokenizer.ggml.tokens").get(899));
            assertEquals(899, metadata.integer("tokenizer.ggml.eos_token_id", 0, 960));
            assertEquals("[PAD900]", metadata.strings("tokenizer.ggml.tokens").get(900));
            int[] types = metadata.integers("tokenizer.ggml.token_type");
            assertEquals(3, types[899]);
            assertEquals(5, types[959]);
        }
    }

    @Test
    void writesALlama3WithTiedHeadAndScaledFrequencies() throws IOException {
        Path path = folder.resolve("llama3.gguf");
        TextModelWriter.write(path, LLAMA3, KMixture.Q4_K_M, 1);
        try (GgufFile file = GgufFile.open(path)) {
            assertEquals(8 * 9 + 3, file.tensors().size());
            assertTrue(file.find("output.weight").isEmpty());
            assertEquals(
                    TensorType.Q6_K,
                    file.require("token_embd.weight", 256, 1256).type());
            assertEquals(
                    TensorType.Q6_K,
                    file.require("blk.3.attn_v.weight", 256, 128).type());
            assertEquals(
                    TensorType.Q4_K,
                    file.require("blk.4.attn_v.weight", 256, 128).type());
            Tensor divisors = file.require("rope_freqs.weight", 32);
            float[] expected = LLAMA3.ropeScaling().divisors(64, 5e5);
            assertArrayEquals(expected, divisors.data().toArray(ValueLayout.JAVA_FLOAT));
            GgufMetadata metadata = file.metadata();
            assertEquals(15, metadata.integer("general.file_type", 0, 99));
            assertEquals("llama-bpe", metadata.string("tokenizer.ggml.pre"));
            assertEquals(1000, metadata.integer("tokenizer.ggml.bos_token_id", 0, 1255));
            assertEquals(1009, metadata.integer("tokenizer.ggml.eos_token_id", 0, 1255));
            assertEquals("<|eot_id|>", metadata.strings("tokenizer.ggml.tokens").get(1009));
            assertEquals(
                    "<|reserved_special_token_247|>",
                    metadata.strings("tokenizer.ggml.tokens").get(1255));
            assertTrue(metadata.string("tokenizer.chat_template").contains("'<|end_header_id|>\\n\\n'"));
        }
    }

    @ParameterizedTest
    @EnumSource(Projector.class)
    void writesATower(Projector projector) throws IOException {
        Path path = folder.resolve("mmproj.gguf");
        VisionModelWriter.write(path, VISION, projector, 256, TensorType.F16, 1);
        try (GgufFile file = GgufFile.open(path)) {
            assertEquals(
                    TensorType.F16,
                    file.require("v.patch_embd.weight", 14, 14, 3, 256).type());
            file.require("v.position_embd.weight", 256, 17);
            file.require("v.blk.1.ffn_up.weight", 256, 512);
            if (projector == Projector.MLP) {
                file.require("mm.2.weight", 256, 256);
            } else {
                file.require("mm.model.mb_block.2.block.0.0.weight", 3, 3, 256);
                file.require("mm.model.mb_block.1.block.1.fc1.weight", 256, 64);
            }
            assertArrayEquals(new int[] {2}, file.metadata().integers("clip.vision.feature_layer"));
        }
    }

    @Test
    void sameSeedGivesTheSameFile() throws IOException {
        Path first = folder.resolve("a.gguf");
        Path second = folder.resolve("b.gguf");
        TextModelWriter.write(first, LLAMA, KMixture.Q4_K_M, 7);
        TextModelWriter.write(second, LLAMA, KMixture.Q4_K_M, 7);
        assertEquals(-1, Files.mismatch(first, second));
    }

    @Test
    void weightsHaveTheIntendedSpread() throws IOException {
        Path path = folder.resolve("f32.gguf");
        TextModelWriter.write(path, LLAMA, new FileType.Uniform(TensorType.F32), 1);
        try (GgufFile file = GgufFile.open(path)) {
            Tensor tensor = file.require("output.weight", 256, 1000);
            double squares = 0;
            for (long i = 0; i < tensor.elements(); i++) {
                float value = tensor.data().getAtIndex(ValueLayout.JAVA_FLOAT, i);
                squares += value * value;
            }
            assertEquals(1 / 16.0, Math.sqrt(squares / tensor.elements()), 0.005);
        }
    }

    @Test
    void commandLineWritesWhatIsAskedFor() {
        String out = folder.toString();
        CommandLine commandLine = ModelGenerator.commandLine()
                .setOut(new PrintWriter(new StringWriter()))
                .setErr(new PrintWriter(new StringWriter()));
        assertEquals(
                0,
                commandLine.execute(
                        "-m",
                        "mobilellama-1.4b",
                        "--no-decoder",
                        "--vision-layers",
                        "1",
                        "--mmproj-type",
                        "q8_0",
                        "-o",
                        out));
        assertEquals(List.of("mobilellama-1.4b-mmproj-Q8_0.gguf"), files());
        assertEquals(2, commandLine.execute("-m", "llama-3.2-1b", "--no-decoder", "-o", out));
        assertEquals(2, commandLine.execute("-m", "llama-3.2-1b", "--type", "Q4_K_L", "-o", out));
        assertEquals(0, commandLine.execute("-m", "llama-3.2-1b", "--layers", "1", "--type", "q4_k_m", "-o", out));
        assertEquals(List.of("llama-3.2-1b-Q4_K_M.gguf", "mobilellama-1.4b-mmproj-Q8_0.gguf"), files());
    }

    private List<String> files() {
        return Arrays.stream(folder.toFile().list()).sorted().toList();
    }

    @Test
    void commandLineNamesAnUnknownModel() {
        StringWriter errors = new StringWriter();
        CommandLine commandLine = ModelGenerator.commandLine().setErr(new PrintWriter(errors));
        assertEquals(2, commandLine.execute("--model", "gpt", "--out", folder.toString()));
        assertTrue(errors.toString().contains("vicuna-7b"), errors.toString());
    }
}
