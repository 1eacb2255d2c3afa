// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.rows;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.kernels.TensorType;
import dev.myna.loaders.gguf.GgufFile;
import dev.myna.loaders.gguf.GgufWriter;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs of zeros and repeated blocks in weights are found; repetitions and zeros of undamaged models are not reported. */
class DamageScanTest {
    private static final int MIB = 1 << 20;
    private static final long SEED = 5;

    @TempDir
    Path folder;

    private final Map<String, byte[]> tensors = new LinkedHashMap<>();
    private final Random random = new Random(SEED);

    private byte[] random(int bytes) {
        byte[] data = new byte[bytes];
        random.nextBytes(data);
        return data;
    }

    /** A decoder of F16 tensors with rows of 512 elements. */
    private void model() {
        tensors.put("token_embd.weight", random(2 * MIB));
        for (int i = 0; i < 2; i++) {
            tensors.put("blk." + i + ".attn_norm.weight", ones(512));
            tensors.put("blk." + i + ".attn_q.weight", random(MIB));
            tensors.put("blk." + i + ".attn_q.bias", new byte[2048]);
            tensors.put("blk." + i + ".ffn_up.weight", random(2 * MIB));
        }
        tensors.put("output.weight", random(2 * MIB));
    }

    private static byte[] ones(int count) {
        ByteBuffer bytes = ByteBuffer.allocate(count * Short.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < count; i++) {
            bytes.putShort(Float.floatToFloat16(1));
        }
        return bytes.array();
    }

    private Path write() throws IOException {
        Path path = folder.resolve("model.gguf");
        try (GgufWriter writer = new GgufWriter(path)) {
            writer.string("general.architecture", "llama");
            tensors.forEach((name, data) -> {
                if (data.length <= 2048) {
                    writer.tensor(name, TensorType.F16, data.length / 2);
                } else {
                    writer.tensor(name, TensorType.F16, 512, data.length / 1024);
                }
            });
            for (Map.Entry<String, byte[]> tensor : tensors.entrySet()) {
                writer.data(tensor.getKey(), MemorySegment.ofArray(tensor.getValue()));
            }
            writer.finish();
        }
        return path;
    }

    private static List<String> scan(Path path) {
        try (GgufFile file = GgufFile.open(path)) {
            return DamageScan.of(file, _ -> {});
        }
    }

    private static void finds(Path path, String... expected) {
        List<String> found = scan(path);
        assertEquals(1, found.size(), found.toString());
        for (String part : expected) {
            assertTrue(found.getFirst().contains(part), found.toString());
        }
    }

    @Test
    void undamagedModelsPass() throws IOException {
        model();
        assertEquals(List.of(), scan(write()));
        // The head is the embedding, stored twice; the second layer was copied from the first.
        tensors.put("output.weight", tensors.get("token_embd.weight"));
        for (String name : List.of("attn_q.weight", "ffn_up.weight")) {
            tensors.put("blk.1." + name, tensors.get("blk.0." + name));
        }
        assertEquals(List.of(), scan(write()));
    }

    /** Rows of tokens that were never trained: zeros, or the mean of all others. */
    @Test
    void unusedRowsOfVocabulariesPass() throws IOException {
        model();
        byte[] table = tensors.get("token_embd.weight");
        Arrays.fill(table, table.length - 200 * 1024, table.length, (byte) 0);
        byte[] head = tensors.get("output.weight");
        for (int row = 1000; row < 2048; row++) {
            System.arraycopy(head, 999 * 1024, head, row * 1024, 1024);
        }
        assertEquals(List.of(), scan(write()));
    }

    @Test
    void runsOfZerosAreFound() throws IOException {
        model();
        byte[] up = tensors.get("blk.0.ffn_up.weight");
        Arrays.fill(up, 100_001, 100_001 + DamageScan.ZERO_RUN, (byte) 0);
        finds(write(), "\"blk.0.ffn_up.weight\"", DamageScan.ZERO_RUN + " zero bytes from offset 100001 (byte ");
        up[100_001 + 1000] = 1;
        assertEquals(List.of(), scan(write()), "just shorter");
        byte[] table = tensors.get("token_embd.weight");
        Arrays.fill(table, 500_000, 500_000 + DamageScan.ZERO_RUN + 500, (byte) 0);
        finds(write(), "\"token_embd.weight\"", "zero bytes");
    }

    @Test
    void tensorsOfZerosAreFoundExceptBiases() throws IOException {
        model();
        tensors.put("blk.1.attn_q.weight", new byte[MIB]);
        finds(write(), "\"blk.1.attn_q.weight\": all 1048576 bytes are zero");
        tensors.put("blk.1.attn_q.weight", random(MIB));
        tensors.put("blk.1.attn_norm.weight", new byte[1024]);
        finds(write(), "\"blk.1.attn_norm.weight\": all 1024 bytes are zero");
    }

    @Test
    void repeatedBlocksAreFoundAnywhere() throws IOException {
        model();
        byte[] embedding = tensors.get("token_embd.weight");
        System.arraycopy(embedding, 12_345, tensors.get("output.weight"), 700_001, MIB);
        finds(
                write(),
                "\"output.weight\"",
                "1048576 bytes from offset 700001",
                "\"token_embd.weight\" from offset 12345");
    }

    /** A part written to the wrong place overwrites tensors and the gaps between them. */
    @Test
    void repeatedPartsOfADownloadAreFound() throws IOException {
        model();
        Path path = write();
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer part = ByteBuffer.allocate(3 * MIB);
            channel.read(part, MIB);
            channel.write(part.flip(), 5 * MIB);
        }
        List<String> found = scan(path);
        assertTrue(found.stream().anyMatch(line -> line.contains("a block is there twice")), found.toString());
    }

    @Test
    void copiedMatrixIsFound() throws IOException {
        model();
        tensors.put("blk.0.attn_k.weight", tensors.get("blk.0.attn_q.weight"));
        finds(write(), "\"blk.0.attn_k.weight\"", "\"blk.0.attn_q.weight\"");
    }
}
