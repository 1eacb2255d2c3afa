// SPDX-License-Identifier: Apache-2.0
package dev.myna.bench.generate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.Myna;
import dev.myna.bench.generate.Preset.Mixture;
import dev.myna.bench.generate.Preset.Projector;
import dev.myna.bench.generate.SyntheticVocabulary.Kind;
import dev.myna.bench.generate.TextShape.Head;
import dev.myna.engine.Generation;
import dev.myna.engine.GenerationOptions;
import dev.myna.engine.Message;
import dev.myna.engine.Model;
import dev.myna.engine.ModelOptions;
import dev.myna.engine.Session;
import dev.myna.engine.SessionOptions;
import dev.myna.engine.check.ModelCheck;
import dev.myna.kernels.Tensor;
import dev.myna.kernels.TensorType;
import dev.myna.loaders.gguf.FileType;
import dev.myna.loaders.gguf.GgufFile;
import dev.myna.loaders.gguf.GgufMetadata;
import dev.myna.loaders.gguf.GgufWriter;
import dev.myna.loaders.image.RgbImage;
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
import org.junit.jupiter.params.provider.CsvSource;
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

    private static final Mixture MIXTURE = new Mixture(3, 64);

    @TempDir
    Path folder;

    /** A small model of each family whose tower has a file of its own kind. */
    enum SmallFamily {
        QWEN25_VL(
                text("qwen2vl", Kind.QWEN_VL_BPE, Head.TIED),
                new QwenTower(QwenTower.Version.QWEN25_VL, new VisionShape(56, 14, 2, 64, 2, 76)),
                // 112 x 56 in squares of 28 pixels
                8),
        QWEN3_VL(
                text("qwen3vl", Kind.QWEN_VL_BPE, Head.TIED).withHeadDim(64),
                new QwenTower(QwenTower.Version.QWEN3_VL, new VisionShape(64, 16, 4, 64, 2, 100)),
                // Enlarged to the published minimum: 12 x 6 squares of 32 pixels
                72),
        GEMMA3(
                text("gemma3", Kind.GEMMA3_SPM, Head.TIED).withHeadDim(64),
                new SquareTower(SquareTower.Connector.GEMMA3, new VisionShape(112, 14, 2, 72, 2, 76), 4, 0),
                4),
        SMOLVLM(
                text("llama", Kind.SMOLVLM_BPE, Head.OWN),
                new SquareTower(SquareTower.Connector.IDEFICS3, new VisionShape(64, 8, 2, 72, 2, 76), 4, 128),
                // 2 x 1 tiles and the overview
                12),
        INTERNVL3(
                text("qwen2", Kind.INTERNVL_BPE, Head.OWN),
                new SquareTower(SquareTower.Connector.INTERNVL, new VisionShape(56, 14, 2, 72, 2, 76), 2, 0),
                12);

        final TextShape text;
        final VisionFile vision;
        final int rows;

        SmallFamily(TextShape text, VisionFile vision, int rows) {
            this.text = text;
            this.vision = vision;
            this.rows = rows;
        }

        private static TextShape text(String architecture, Kind vocabulary, Head head) {
            return new TextShape(
                    architecture, 4, 160, 5, 1, 288, 1e-6f, 1e6f, null, vocabulary, 1200, 1216, head, 1024);
        }
    }

    /** No row of the tower, and no row of the decoder in K types, is a whole number of blocks. */
    @ParameterizedTest
    @EnumSource
    void smallFamiliesAnswerAboutAnImage(SmallFamily family) throws IOException {
        for (FileType type : new FileType[] {FileType.Q4_0, FileType.Q8_0, FileType.Q4_K_M}) {
            Path text = folder.resolve(type + ".gguf");
            Path vision = folder.resolve(type + "-mmproj.gguf");
            TextModelWriter.write(
                    text,
                    family.text,
                    GeneratedFileType.all().stream()
                            .filter(each -> each.label().equals(type.name()))
                            .findFirst()
                            .orElseThrow(),
                    1);
            family.vision.write(vision, family.text.width(), TensorType.Q8_0, 1);
            try (GgufFile file = GgufFile.open(text);
                    GgufFile tower = GgufFile.open(vision)) {
                assertEquals(List.of(), ModelCheck.decoder(file));
                assertEquals(List.of(), ModelCheck.vision(tower));
            }
            RgbImage wide = new RgbImage(112, 56, new byte[112 * 56 * 3]);
            try (Model model = Myna.load(
                            text, vision, ModelOptions.builder().threads(1).build());
                    Session session = model.newSession(SessionOptions.defaults())) {
                Generation generation = session.generate(
                        Message.of("what?", wide),
                        GenerationOptions.builder().maxTokens(2).build());
                generation.text();
                assertEquals(family.rows, generation.stats().imageTokens());
            }
        }
    }

    @ParameterizedTest
    @EnumSource(TensorType.class)
    void writesALlamaOfEveryType(TensorType type) throws IOException {
        Path path = folder.resolve("llama.gguf");
        TextModelWriter.write(path, LLAMA, new GeneratedFileType.Uniform(type), 1);
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
        TextModelWriter.write(path, QWEN2, new GeneratedFileType.Uniform(TensorType.Q8_0), 1);
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
        TextModelWriter.write(path, LLAMA3, new GeneratedFileType.Mixture(FileType.Q4_K_M), 1);
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
        VisionModelWriter.write(path, VISION, projector, MIXTURE, 256, TensorType.F16, 1);
        try (GgufFile file = GgufFile.open(path)) {
            assertEquals(
                    TensorType.F16,
                    file.require("v.patch_embd.weight", 14, 14, 3, 256).type());
            file.require("v.position_embd.weight", 256, 17);
            file.require("v.blk.1.ffn_up.weight", 256, 512);
            if (projector == Projector.LDP) {
                file.require("mm.model.mb_block.2.block.0.0.weight", 3, 3, 256);
                file.require("mm.model.mb_block.1.block.1.fc1.weight", 256, 64);
            } else {
                file.require("mm.2.weight", 256, 256);
            }
            assertEquals(projector.type(), file.metadata().string("clip.projector_type"));
            assertEquals(
                    projector == Projector.MLP_ANYRES,
                    file.find("model.image_newline").isPresent());
            assertArrayEquals(new int[] {2}, file.metadata().integers("clip.vision.feature_layer"));
        }
    }

    @Test
    void expertsHaveEightBitsAndTheirGateF32() throws IOException {
        Path path = folder.resolve("mmproj.gguf");
        VisionModelWriter.write(path, VISION, Projector.MLP_MOE_TEXT, MIXTURE, 256, TensorType.Q4_0, 1);
        try (GgufFile file = GgufFile.open(path)) {
            assertEquals(
                    TensorType.F32, file.require("mm.moe.gate.weight", 256, 3).type());
            for (String name : List.of("gate", "up")) {
                assertEquals(
                        TensorType.Q8_0,
                        file.require("mm.moe.ffn_" + name + "_exps.weight", 256, 64, 3)
                                .type());
            }
            file.require("mm.moe.ffn_down_exps.weight", 64, 256, 3);
            assertEquals(TensorType.Q4_0, file.require("mm.2.weight", 256, 256).type());
            assertEquals(6 * 3 * 4096L * 4096 + 6 * 4096, 302_014_464L);
            assertEquals(new Mixture(6, 4096), Mixture.PARROT);
        }
    }

    @ParameterizedTest
    @EnumSource(Projector.class)
    void writtenModelAnswersAboutAnImage(Projector projector) throws IOException {
        Path text = folder.resolve("qwen2.gguf");
        Path vision = folder.resolve("mmproj.gguf");
        TextModelWriter.write(text, QWEN2, new GeneratedFileType.Uniform(TensorType.Q4_0), 1);
        VisionModelWriter.write(vision, VISION, projector, MIXTURE, 256, TensorType.Q8_0, 1);
        RgbImage wide = new RgbImage(112, 56, new byte[112 * 56 * 3]);
        try (Model model = Myna.load(
                        text, vision, ModelOptions.builder().threads(1).build());
                Session session = model.newSession(SessionOptions.defaults())) {
            Generation generation = session.generate(
                    Message.of("what?", wide),
                    GenerationOptions.builder().maxTokens(2).build());
            generation.text();
            int rows = switch (projector) {
                case MLP -> 16;
                case LDP -> 4;
                // The overview, then 4 rows of 8 patches and a newline.
                case MLP_ANYRES -> 16 + 4 * (8 + 1);
                case MLP_MOE_TEXT -> 16 + 1;
            };
            assertEquals(rows, generation.stats().imageTokens());
            float[] router = generation.routers().isEmpty()
                    ? new float[0]
                    : generation.routers().getFirst();
            assertEquals(projector == Projector.MLP_MOE_TEXT ? MIXTURE.experts() : 0, router.length);
        }
    }

    @Test
    void presetsHaveThePublishedNumbersOfParameters() {
        assertEquals(13.016, billions(Preset.PALO_13B), 5e-4);
        assertEquals(7.616, billions(Preset.PANGEA_7B), 5e-4);
        assertEquals(7.721, billions(Preset.PARROT_7B), 5e-4);
        assertEquals(14.167, billions(Preset.PARROT_14B), 5e-4);
    }

    /** Those of the decoder and the tower together, in millions. */
    @ParameterizedTest
    @CsvSource({
        "QWEN25_VL_3B, 3755",
        "QWEN25_VL_7B, 8292",
        "QWEN3_VL_4B, 4438",
        "GEMMA3_4B, 4300",
        "SMOLVLM_256M, 256",
        "SMOLVLM_500M, 507",
        "SMOLVLM_2_2B, 2247",
        "INTERNVL3_2B, 2089"
    })
    void familiesHaveThePublishedNumbersOfParameters(Preset preset, long millions) throws IOException {
        try (GgufWriter writer = new GgufWriter(folder.resolve("never-finished.gguf"))) {
            ModelPlan plan = new ModelPlan(writer, (tensor, width) -> TensorType.F16);
            TextModelWriter.tensors(plan, preset.text());
            preset.vision().orElseThrow().tensors(plan, preset.text().width(), TensorType.F16);
            assertEquals(millions, Math.round(plan.elements() / 1e6));
        }
    }

    /** Parameters of the decoder (docs/spec/models.md 5). */
    private static double billions(Preset preset) {
        return CheckpointPlan.palo(preset.text(), VISION).entries().stream()
                        .filter(entry -> !entry.name().contains("vision_tower")
                                && !entry.name().contains("mm_projector"))
                        .mapToLong(CheckpointPlan.Entry::elements)
                        .sum()
                / 1e9;
    }

    @Test
    void sameSeedGivesTheSameFile() throws IOException {
        Path first = folder.resolve("a.gguf");
        Path second = folder.resolve("b.gguf");
        TextModelWriter.write(first, LLAMA, new GeneratedFileType.Mixture(FileType.Q4_K_M), 7);
        TextModelWriter.write(second, LLAMA, new GeneratedFileType.Mixture(FileType.Q4_K_M), 7);
        assertEquals(-1, Files.mismatch(first, second));
    }

    @Test
    void weightsHaveTheGivenDeviation() throws IOException {
        Path path = folder.resolve("f32.gguf");
        TextModelWriter.write(path, LLAMA, new GeneratedFileType.Uniform(TensorType.F32), 1);
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
    void commandLineWritesRequestedFiles() {
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
