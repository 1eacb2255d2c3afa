// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.quantize;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.kernels.Tensor;
import dev.myna.kernels.TensorType;
import dev.myna.kernels.quantize.Quantize;
import dev.myna.loaders.convert.Conversion;
import dev.myna.loaders.gguf.FileType;
import dev.myna.loaders.gguf.GgufFile;
import dev.myna.loaders.gguf.GgufWriter;
import dev.myna.loaders.quantize.QuantizeOptions.Flag;
import dev.myna.loaders.rows.RowException;
import dev.myna.testing.TinyCheckpoint;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QuantizationTest {
    private static final String DOWN = "blk.1.ffn_down.weight";

    @TempDir
    Path folder;

    private Path text;
    private Path vision;

    @BeforeEach
    void convert() throws IOException {
        text = folder.resolve("text.gguf");
        vision = folder.resolve("vision.gguf");
        Path checkpoint = TinyCheckpoint.palo().write(folder.resolve("palo"));
        try (Conversion conversion = Conversion.open(checkpoint, Optional.empty(), "tiny")) {
            conversion.write(conversion.plan().text(), FileType.F16, text, 2, _ -> {});
            conversion.write(conversion.plan().vision(), FileType.F16, vision, 2, _ -> {});
        }
    }

    @Test
    void everyTensorIsQuantizedIndependently() throws IOException {
        try (GgufFile source = GgufFile.open(text);
                GgufFile result = quantize(text, FileType.Q4_0, QuantizeOptions.defaults())) {
            for (Tensor tensor : result.tensors().values()) {
                Tensor original = source.require(tensor.name());
                assertEquals(original.shape(), tensor.shape());
                if (tensor.type() == original.type()) {
                    assertEquals(-1, original.data().mismatch(tensor.data()), tensor.name());
                } else {
                    assertEquals(-1, rounded(original, tensor.type(), null).mismatch(tensor.data()), tensor.name());
                }
            }
            assertEquals(TensorType.Q4_0, result.require(DOWN).type());
            assertEquals(TensorType.Q8_0, result.require("output.weight").type(), "Q6_K in rows of 64");
            assertEquals(TensorType.F32, result.require("output_norm.weight").type());
        }
    }

    @Test
    void metadataIsCopiedAndTheTypeSet() throws IOException {
        try (GgufFile source = GgufFile.open(text);
                GgufFile result = quantize(text, FileType.Q5_K_M, QuantizeOptions.defaults())) {
            assertEquals(source.metadata().keys(), result.metadata().keys());
            assertEquals(17, result.metadata().integer("general.file_type", 0, 100));
            assertEquals(2, result.metadata().integer("general.quantization_version", 0, 100));
            assertEquals(
                    source.metadata().strings("tokenizer.ggml.tokens"),
                    result.metadata().strings("tokenizer.ggml.tokens"));
        }
    }

    @Test
    void visionFilesKeepSensitiveTensors() throws IOException {
        try (GgufFile result = quantize(vision, FileType.Q4_0, QuantizeOptions.defaults())) {
            assertEquals(TensorType.Q4_0, result.require("mm.0.weight").type());
            assertEquals(
                    TensorType.Q4_0, result.require("v.blk.0.attn_q.weight").type());
            assertEquals(
                    TensorType.F16, result.require("v.position_embd.weight").type());
            assertEquals(TensorType.F32, result.require("v.patch_embd.weight").type());
            assertEquals(TensorType.F32, result.require("v.class_embd").type());
        }
        assertEquals(TensorType.Q8_0, new VisionTypes(FileType.Q4_K_M).of("mm.moe.ffn_up_exps.weight", 256));
        assertEquals(TensorType.BF16, new VisionTypes(FileType.BF16).of("mm.moe.ffn_up_exps.weight", 256));
        assertEquals(TensorType.Q5_0, new VisionTypes(FileType.Q4_K_M).of("mm.0.weight", 96));
        assertTrue(VisionTypes.isMatrix("mm.moe.ffn_up_exps.weight", 3));
        assertFalse(VisionTypes.isMatrix("mm.model.peg.0.weight", 3));
        assertFalse(VisionTypes.isMatrix("mm.moe.gate.weight", 2));
    }

    @Test
    void formatsCanBeKept() throws IOException {
        Map<String, TensorType> kept = new LinkedHashMap<>();
        kept.put("blk.*.ffn_down.weight", TensorType.Q5_1);
        kept.put(DOWN, TensorType.F32);
        kept.put("output_norm.weight", TensorType.F16);
        try (GgufFile result = quantize(
                text,
                FileType.Q4_0,
                new QuantizeOptions(Set.of(Flag.PURE, Flag.LEAVE_OUTPUT), kept, Optional.empty()))) {
            assertEquals(
                    TensorType.Q5_1, result.require("blk.0.ffn_down.weight").type());
            assertEquals(TensorType.F32, result.require(DOWN).type());
            assertEquals(TensorType.F16, result.require("output_norm.weight").type());
            assertEquals(TensorType.F16, result.require("output.weight").type());
            assertEquals(TensorType.Q4_0, result.require("token_embd.weight").type());
        }
    }

    @Test
    void requantizingNeedsPermission() throws IOException {
        quantize(text, FileType.Q8_0, QuantizeOptions.defaults()).close();
        Path once = folder.resolve("out.gguf");
        Path twice = folder.resolve("twice.gguf");
        try (GgufFile source = GgufFile.open(once)) {
            refuses("rounded already", source, FileType.Q4_0, QuantizeOptions.defaults());
            QuantizeOptions allowed = new QuantizeOptions(Set.of(Flag.ALLOW_REQUANTIZE), Map.of(), Optional.empty());
            Quantization.of(source, FileType.Q4_0, allowed).write(twice, 1, _ -> {});
            // To the same format nothing is lost, so it is always allowed.
            Quantization.of(source, FileType.Q8_0, QuantizeOptions.defaults()).write(twice, 1, _ -> {});
        }
        assertEquals(-1, Files.mismatch(once, twice));
    }

    @Test
    void importantColumnsAreRoundedBetter() throws IOException {
        float[] weights = new float[96];
        Arrays.fill(weights, 0.01f);
        weights[5] = 100;
        QuantizeOptions weighted = importance(Map.of(DOWN, weights));
        try (GgufFile source = GgufFile.open(text);
                GgufFile plain = quantize(text, FileType.IQ4_NL, QuantizeOptions.defaults());
                Arena arena = Arena.ofConfined()) {
            assertEquals(TensorType.IQ4_NL, plain.require(DOWN).type());
            double before = error(source.require(DOWN), plain.require(DOWN), 5, arena);
            try (GgufFile better = quantize(text, FileType.IQ4_NL, weighted)) {
                assertEquals(
                        -1,
                        rounded(source.require(DOWN), TensorType.IQ4_NL, weights)
                                .mismatch(better.require(DOWN).data()));
                double after = error(source.require(DOWN), better.require(DOWN), 5, arena);
                assertTrue(after < before / 2, before + " -> " + after);
                assertEquals("im.dat", better.metadata().string("quantize.imatrix.file"));
                assertEquals("some text", better.metadata().string("quantize.imatrix.dataset"));
                assertEquals(1, better.metadata().integer("quantize.imatrix.entries_count", 0, 9));
                assertEquals(3, better.metadata().integer("quantize.imatrix.chunks_count", 0, 9));
                assertEquals(
                        -1,
                        plain.require("blk.0.ffn_up.weight")
                                .data()
                                .mismatch(better.require("blk.0.ffn_up.weight").data()));
            }
        }
    }

    @Test
    void refusesImpossibleRequests() throws IOException {
        try (GgufFile source = GgufFile.open(text)) {
            refuses(
                    "no tensor is named \"blk.*.ffn_dwn.weight\"",
                    source,
                    FileType.Q4_0,
                    new QuantizeOptions(Set.of(), Map.of("blk.*.ffn_dwn.weight", TensorType.F16), Optional.empty()));
            refuses(
                    "rows of 96, no whole number of the blocks of 256 of Q4_K",
                    source,
                    FileType.Q4_0,
                    new QuantizeOptions(Set.of(), Map.of(DOWN, TensorType.Q4_K), Optional.empty()));
            refuses(
                    "\"" + DOWN + "\" has 95 columns, but 96",
                    source,
                    FileType.Q4_0,
                    importance(Map.of(DOWN, new float[95])));
            QuantizeOptions pure = new QuantizeOptions(
                    Set.of(), Map.of(DOWN, TensorType.F16, "output.weight", TensorType.F16), Optional.empty());
            assertNotEquals(0, Quantization.of(source, FileType.Q2_K_S, pure).bytes(), "rows of 64 are never Q2_K");
        }
        Path other = folder.resolve("other.gguf");
        try (GgufWriter writer = new GgufWriter(other)) {
            writer.string("general.architecture", "bloom").finish();
        }
        try (GgufFile source = GgufFile.open(other)) {
            refuses("general.architecture = bloom", source, FileType.Q4_0, QuantizeOptions.defaults());
        }
    }

    @Test
    void partsOfModelsAndMixturesOfExpertsAreRefused() throws IOException {
        refuses("one of the 3 files of a model that was split", decoder(writer -> writer.u32("split.count", 3)));
        refuses("llama.expert_count is not 0", decoder(writer -> writer.u32("llama.expert_count", 8)));
    }

    @Test
    void namesSimilarToLayerNamesAreOrdinaryMatrices() throws IOException {
        String[] names = {
            "blk.weight",
            "blk..weight",
            "blk.x.attn_v.weight",
            "blk.-1.attn_v.weight",
            "blk.99999999999.ffn_down.weight",
            "blk.0.x.ffn_down.weight"
        };
        try (GgufFile source = decoder(_ -> {}, names)) {
            Quantization quantization = Quantization.of(source, FileType.Q4_K_M, QuantizeOptions.defaults());
            assertEquals(names.length, quantization.tensors().size());
            quantization.tensors().forEach(tensor -> assertEquals(TensorType.Q4_K, tensor.type(), tensor.name()));
        }
    }

    @Test
    void rowsThatDoNotFitInMemoryAreRefused() throws IOException {
        int width = (1 << 24) + 32;
        Path path = folder.resolve("wide.gguf");
        try (GgufWriter writer = new GgufWriter(path);
                Arena arena = Arena.ofConfined()) {
            writer.string("general.architecture", "clip")
                    .tensor("a.weight", TensorType.Q4_0, width, 1)
                    .data("a.weight", arena.allocate(TensorType.Q4_0.bytes(width)))
                    .finish();
        }
        try (GgufFile source = GgufFile.open(path)) {
            refuses("has rows of 16777248", source, FileType.Q4_0, QuantizeOptions.defaults());
        }
    }

    private void refuses(String expected, GgufFile source) {
        try (source) {
            refuses(expected, source, FileType.Q4_0, QuantizeOptions.defaults());
        }
    }

    /** A decoder with one layer and F16 zeros for the named tensors of [256, 2]. */
    private GgufFile decoder(Consumer<GgufWriter> metadata, String... tensors) throws IOException {
        Path path = folder.resolve("decoder.gguf");
        try (GgufWriter writer = new GgufWriter(path)) {
            writer.string("general.architecture", "llama")
                    .u32("llama.block_count", 1)
                    .u32("llama.attention.head_count", 4);
            metadata.accept(writer);
            for (String tensor : tensors) {
                writer.tensor(tensor, TensorType.F16, 256, 2);
            }
            for (String tensor : tensors) {
                writer.data(tensor, MemorySegment.ofArray(new byte[2 * 2 * 256]));
            }
            writer.finish();
        }
        return GgufFile.open(path);
    }

    @Test
    void overflowsAndNaNsAreRefusedWithTensorAndRow() throws IOException {
        Path broken = folder.resolve("broken.gguf");
        float[] values = new float[64 * 4];
        values[2 * 64 + 7] = Float.NaN;
        try (GgufWriter writer = new GgufWriter(broken)) {
            writer.string("general.architecture", "clip")
                    .tensor("mm.0.weight", TensorType.F32, 64, 4)
                    .data("mm.0.weight", MemorySegment.ofArray(values))
                    .finish();
        }
        Path target = folder.resolve("target.gguf");
        try (GgufFile source = GgufFile.open(broken)) {
            Quantization quantization = Quantization.of(source, FileType.Q8_0, QuantizeOptions.defaults());
            String message = assertThrows(RowException.class, () -> quantization.write(target, 2, _ -> {}))
                    .getMessage();
            assertEquals(
                    broken + ": tensor \"mm.0.weight\": row 2, column 7 is NaN: only finite numbers can be quantized",
                    message);
        }
        assertFalse(Files.exists(target));
    }

    @Test
    void q2KSNeedsAnImportanceMatrix() throws IOException {
        Path wide = folder.resolve("wide.gguf");
        try (GgufWriter writer = new GgufWriter(wide)) {
            writer.string("general.architecture", "llama")
                    .u32("llama.block_count", 1)
                    .u32("llama.attention.head_count", 4)
                    .tensor("blk.0.ffn_up.weight", TensorType.F32, 256, 1)
                    .data("blk.0.ffn_up.weight", MemorySegment.ofArray(new float[256]))
                    .finish();
        }
        try (GgufFile source = GgufFile.open(wide)) {
            refuses("give one with --imatrix", source, FileType.Q2_K_S, QuantizeOptions.defaults());
            float[] columns = new float[256];
            Arrays.fill(columns, 1);
            Quantization.of(source, FileType.Q2_K_S, importance(Map.of("blk.0.ffn_up.weight", columns)));
        }
    }

    private static QuantizeOptions importance(Map<String, float[]> columns) {
        return new QuantizeOptions(
                Set.of(), Map.of(), Optional.of(new ImportanceMatrix(Path.of("im.dat"), columns, "some text", 3)));
    }

    private GgufFile quantize(Path from, FileType type, QuantizeOptions options) throws IOException {
        Path target = folder.resolve("out.gguf");
        try (GgufFile source = GgufFile.open(from)) {
            Quantization quantization = Quantization.of(source, type, options);
            long[] written = {0};
            quantization.write(target, 2, bytes -> written[0] = bytes);
            assertEquals(quantization.bytes(), written[0]);
        }
        return GgufFile.open(target);
    }

    private static void refuses(String expected, GgufFile source, FileType type, QuantizeOptions options) {
        String message = assertThrows(QuantizeException.class, () -> Quantization.of(source, type, options))
                .getMessage();
        assertTrue(message.contains(expected), message);
        assertEquals(1, message.lines().count());
    }

    private static MemorySegment rounded(Tensor tensor, TensorType type, float[] importance) {
        Arena arena = Arena.ofAuto();
        MemorySegment f32 = floats(tensor, arena);
        MemorySegment out = arena.allocate(tensor.rows() * type.bytes(tensor.width()), 8);
        Quantize.quantize(type, f32, out, tensor.rows(), (int) tensor.width(), importance, 1);
        return out;
    }

    private static MemorySegment floats(Tensor tensor, Arena arena) {
        MemorySegment f32 = arena.allocate(tensor.elements() * Float.BYTES, Float.BYTES);
        Quantize.dequantize(tensor.type(), tensor.data(), f32, tensor.rows(), (int) tensor.width(), 1);
        return f32;
    }

    /** Sum of squared errors in a column. */
    private static double error(Tensor expected, Tensor actual, int column, Arena arena) {
        float[] left = floats(expected, arena).toArray(ValueLayout.JAVA_FLOAT);
        float[] right = floats(actual, arena).toArray(ValueLayout.JAVA_FLOAT);
        double sum = 0;
        for (int i = column; i < left.length; i += (int) expected.width()) {
            sum += (left[i] - right[i]) * (left[i] - right[i]);
        }
        return sum;
    }
}
