// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.gguf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.kernels.Tensor;
import dev.myna.kernels.TensorType;
import dev.myna.testing.Golden;
import dev.myna.testing.NeedsGolden;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files of llama.cpp's tools and of reference scripts are read correctly and written back unchanged. */
@NeedsGolden
class GgufGoldenTest {
    @TempDir
    Path folder;

    @Test
    void readsEveryGoldenFile() throws IOException {
        List<Path> files = goldenFiles();
        assertFalse(files.isEmpty());
        for (Path path : files) {
            try (GgufFile file = GgufFile.open(path)) {
                assertEquals(Files.size(path), file.size());
                assertEquals(3, file.version());
                Hostile.useAll(file);
            }
        }
    }

    /** Metadata and tensors pass through the writer: a file with the usual layout is reproduced byte for byte. */
    @Test
    void rewritesEveryGoldenFileWithTensors() throws IOException {
        for (Path path : goldenFiles()) {
            try (GgufFile file = GgufFile.open(path)) {
                if (!file.tensors().isEmpty()) {
                    Path copy = folder.resolve("copy.gguf");
                    rewrite(file, copy);
                    assertEquals(-1, Files.mismatch(path, copy), () -> path + " differs from its copy");
                }
            }
        }
    }

    @Test
    void llamaMixOfTypes() {
        try (GgufFile file = GgufFile.open(Golden.path("llamacpp/text/llama-Q4_K_M.gguf"))) {
            GgufMetadata metadata = file.metadata();
            assertEquals(21, file.tensors().size());
            assertEquals(24, metadata.keys().size());
            assertEquals("llama", metadata.string("general.architecture"));
            assertEquals(256, metadata.integer("llama.embedding_length", 1, 65_536));
            assertEquals(1e-5f, metadata.number("llama.attention.layer_norm_rms_epsilon"));
            assertEquals(
                    List.of("<unk>", "<s>", "</s>"),
                    metadata.strings("tokenizer.ggml.tokens").subList(0, 3));
            assertEquals(448, metadata.floats("tokenizer.ggml.scores").length);
            int[] types = metadata.integers("tokenizer.ggml.token_type");
            assertArrayEquals(new int[] {2, 3, 3, 6}, Arrays.copyOf(types, 4));
            assertTrue(metadata.bool("tokenizer.ggml.add_bos_token", false));
            assertEquals(
                    TensorType.Q6_K, file.require("output.weight", 256, 448).type());
            assertEquals(
                    TensorType.Q4_K, file.require("token_embd.weight", 256, 448).type());
            assertEquals("output.weight", file.tensors().keySet().iterator().next());
        }
    }

    @Test
    void visionTower() {
        try (GgufFile file = GgufFile.open(Golden.path("e2e/palo/mmproj.gguf"))) {
            assertEquals(73, file.tensors().size());
            assertEquals("mlp", file.metadata().string("clip.projector_type"));
            float[] mean = file.metadata().floats("clip.vision.image_mean");
            assertArrayEquals(new float[] {0.48145467f, 0.4578275f, 0.40821072f}, mean, 1e-7f);
            assertEquals(
                    TensorType.F16,
                    file.require("v.patch_embd.weight", 14, 14, 3, 64).type());
            assertFalse(file.metadata().bool("clip.use_gelu", true));
        }
    }

    @Test
    void vocabularyWithoutTensors() {
        try (GgufFile file = GgufFile.open(Golden.path("vocab/qwen2.gguf"))) {
            assertTrue(file.tensors().isEmpty());
            assertEquals(151_936, file.metadata().length("tokenizer.ggml.tokens"));
            assertEquals(151_387, file.metadata().byteStrings("tokenizer.ggml.merges").length);
            assertEquals("Ġ Ġ", file.metadata().strings("tokenizer.ggml.merges").getFirst());
        }
    }

    private static void rewrite(GgufFile file, Path copy) throws IOException {
        try (GgufWriter writer = new GgufWriter(copy)) {
            file.metadata().keys().forEach(key -> writer.copy(file, key));
            for (Tensor tensor : file.tensors().values()) {
                long[] shape =
                        tensor.shape().stream().mapToLong(Long::longValue).toArray();
                writer.tensor(tensor.name(), tensor.type(), shape);
            }
            for (Tensor tensor : file.tensors().values()) {
                writer.data(tensor.name(), tensor.data());
            }
            writer.finish();
        }
    }

    private static List<Path> goldenFiles() throws IOException {
        try (Stream<Path> walk = Files.walk(Golden.path(""))) {
            return walk.filter(path -> path.toString().endsWith(".gguf")).toList();
        }
    }
}
