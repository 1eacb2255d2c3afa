// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.command;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.myna.kernels.TensorType;
import dev.myna.loaders.gguf.GgufFile;
import dev.myna.loaders.gguf.GgufWriter;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelFactsTest {
    private static final int WIDTH = 32;
    private static final int VOCABULARY = 100;

    @TempDir
    Path folder;

    @Test
    void generationReadsAllWeightsButTheEmbeddingTable() throws IOException {
        ModelFacts facts = facts(2, tensors(true));
        long embedding = VOCABULARY * WIDTH * 18 / 32;
        long layer = 64 * WIDTH * 18 / 32 + WIDTH * 4;
        assertEquals("llama 0.0M Q4_0", facts.type());
        assertEquals(2 * embedding + layer, facts.bytes());
        assertEquals(2 * VOCABULARY * WIDTH + 64 * WIDTH + WIDTH, facts.parameters());
        assertEquals(embedding + layer + 18, facts.bytesPerToken());
        assertEquals(2.0 * 64 * WIDTH, facts.layerFlops());
        assertEquals(2.0 * VOCABULARY * WIDTH, facts.outputFlops());
    }

    @Test
    void tiedEmbeddingIsReadAsOutput() throws IOException {
        ModelFacts facts = facts(2, tensors(false));
        assertEquals(facts.bytes(), facts.bytesPerToken());
        assertEquals(2.0 * VOCABULARY * WIDTH, facts.outputFlops());
    }

    @Test
    void mixedTypesHaveTheNameOfTheFileType() throws IOException {
        assertEquals("llama 0.0M Q4_K_M", facts(15, tensors(true)).type());
        assertEquals("llama 0.0M Q4_0", facts(-1, tensors(true)).type(), "by the bytes where the file does not say");
    }

    private static Map<String, long[]> tensors(boolean output) {
        Map<String, long[]> tensors = new LinkedHashMap<>();
        tensors.put("token_embd.weight", new long[] {WIDTH, VOCABULARY});
        tensors.put("blk.0.attn_q.weight", new long[] {WIDTH, 64});
        tensors.put("blk.0.attn_norm.weight", new long[] {WIDTH});
        if (output) {
            tensors.put("output.weight", new long[] {WIDTH, VOCABULARY});
        }
        return tensors;
    }

    /** @param fileType {@code general.file_type}, or negative for none */
    private ModelFacts facts(int fileType, Map<String, long[]> tensors) throws IOException {
        Path path = folder.resolve("model" + fileType + ".gguf");
        try (GgufWriter writer = new GgufWriter(path);
                Arena arena = Arena.ofConfined()) {
            writer.string("general.architecture", "llama");
            if (fileType >= 0) {
                writer.u32("general.file_type", fileType);
            }
            tensors.forEach((name, shape) -> writer.tensor(name, type(shape), shape));
            for (Map.Entry<String, long[]> tensor : tensors.entrySet()) {
                long[] shape = tensor.getValue();
                long elements = shape.length == 1 ? shape[0] : shape[0] * shape[1];
                writer.data(tensor.getKey(), arena.allocate(type(shape).bytes(elements)));
            }
            writer.finish();
        }
        try (GgufFile file = GgufFile.open(path)) {
            return ModelFacts.of(file);
        }
    }

    private static TensorType type(long[] shape) {
        return shape.length == 1 ? TensorType.F32 : TensorType.Q4_0;
    }
}
