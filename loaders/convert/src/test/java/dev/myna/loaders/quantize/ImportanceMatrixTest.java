// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.quantize;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.kernels.TensorType;
import dev.myna.loaders.gguf.GgufException;
import dev.myna.loaders.gguf.GgufWriter;
import dev.myna.testing.Damage;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class ImportanceMatrixTest {
    @TempDir
    Path folder;

    @Test
    void readsTheOlderFormat() throws IOException {
        ImportanceMatrix matrix = ImportanceMatrix.read(write(legacy(2, new float[] {2, 4}, 42, "wiki.txt")));
        assertArrayEquals(new float[] {1, 2}, matrix.columns().get("blk.0.ffn_up.weight"));
        assertEquals("wiki.txt", matrix.dataset());
        assertEquals(42, matrix.chunks());
    }

    @Test
    void readsTheOldestFormat() throws IOException {
        byte[] whole = legacy(0, new float[] {2, 4}, 0, "");
        ImportanceMatrix matrix = ImportanceMatrix.read(write(Arrays.copyOf(whole, whole.length - 8)));
        assertArrayEquals(new float[] {2, 4}, matrix.columns().get("blk.0.ffn_up.weight"), "without calls");
        assertEquals("", matrix.dataset());
        assertEquals(0, matrix.chunks());
    }

    @Test
    void readsGguf() throws IOException {
        Path path = folder.resolve("a.gguf");
        gguf(path, new float[] {2, 4, 9, 3}, new float[] {2, 0}, 2);
        ImportanceMatrix matrix = ImportanceMatrix.read(path);
        assertArrayEquals(new float[] {1, 2, 1, 1}, matrix.columns().get("a.weight"), "an expert that was never used");
        assertEquals("one, two", matrix.dataset());
        assertEquals(7, matrix.chunks());
    }

    @Test
    void refusesMalformedFiles() throws IOException {
        refuses("no such file", folder.resolve("none"));
        refuses("3 bytes", write(new byte[3]));
        refuses("starts with 0 as its number of entries", write(new byte[20]));
        refuses("starts with 16843009", write(fill(20, 1)));
        byte[] whole = legacy(1, new float[] {1, 1}, 1, "x");
        for (int length = 4; length < whole.length - 9; length++) {
            refuses("", write(Arrays.copyOf(whole, length)));
        }
        refuses("column 1 has NaN", write(legacy(1, new float[] {1, Float.NaN}, 1, "x")));
        refuses("column 0 has -1.0", write(legacy(1, new float[] {-1, 1}, 1, "x")));
        Path path = folder.resolve("b.gguf");
        gguf(path, new float[] {1, 2, 3, 4}, new float[] {1}, 2);
        refuses("2 rows, but 1 counts", path);
        try (GgufWriter empty = new GgufWriter(path)) {
            empty.string("general.type", "imatrix").finish();
        }
        refuses("no tensor *.in_sum2", path);
    }

    /** Both formats; {@code -Dmyna.damage.seconds=N} sets a longer run. */
    @Test
    @Timeout(1200)
    void damagedFilesAreRefusedOrRead() throws IOException {
        double seconds = Double.parseDouble(System.getProperty("myna.damage.seconds", "1"));
        long seed = Long.getLong("myna.seed", 5);
        System.out.println("ImportanceMatrixTest seed " + seed);
        Random random = new Random(seed);
        Path path = folder.resolve("imatrix.gguf");
        gguf(path, new float[] {2, 4, 9, 3}, new float[] {2, 0}, 2);
        List<byte[]> whole = List.of(legacy(3, new float[] {1, 2, 3}, 9, "text"), Files.readAllBytes(path));
        long end = System.nanoTime() + (long) (seconds * 1e9);
        for (int i = 0; System.nanoTime() < end || i < 500; i++) {
            byte[] damaged = Damage.of(whole.get(i % 2), random);
            try {
                ImportanceMatrix matrix = ImportanceMatrix.read(write(damaged));
                long bytes = matrix.columns().values().stream()
                        .mapToLong(columns -> 4L * columns.length)
                        .sum();
                assertTrue(bytes <= damaged.length, () -> bytes + " bytes of a file of " + damaged.length);
            } catch (QuantizeException | GgufException e) {
                assertTrue(e.getMessage().contains("imatrix"), e.getMessage());
                assertEquals(1, e.getMessage().lines().count(), e.getMessage());
                assertTrue(e.getMessage().length() < 700, e.getMessage());
            }
        }
    }

    @Test
    void duplicateEntriesAreRefused() throws IOException {
        byte[] one = legacy(1, new float[] {1, 1}, 1, "");
        int entry = one.length - 12;
        ByteBuffer two = ByteBuffer.allocate(4 + 2 * entry).order(ByteOrder.LITTLE_ENDIAN);
        two.putInt(2).put(one, 4, entry).put(one, 4, entry);
        refuses("entry \"blk.0.ffn_up.weight\" is there twice", write(two.array()));
    }

    private void refuses(String expected, Path path) {
        String message = assertThrows(QuantizeException.class, () -> ImportanceMatrix.read(path))
                .getMessage();
        assertTrue(message.startsWith(path + ": ") && message.contains(expected), message);
        assertEquals(1, message.lines().count());
    }

    private Path write(byte[] bytes) throws IOException {
        return Files.write(folder.resolve("imatrix.dat"), bytes);
    }

    private static byte[] fill(int length, int value) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }

    private static byte[] legacy(int calls, float[] sums, int chunks, String dataset) {
        byte[] name = "blk.0.ffn_up.weight".getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes = ByteBuffer.allocate(1000).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putInt(1).putInt(name.length).put(name).putInt(calls).putInt(sums.length);
        for (float sum : sums) {
            bytes.putFloat(sum);
        }
        bytes.putInt(chunks).putInt(dataset.length()).put(dataset.getBytes(StandardCharsets.UTF_8));
        return Arrays.copyOf(bytes.array(), bytes.position());
    }

    private static void gguf(Path path, float[] sums, float[] counts, long experts) throws IOException {
        try (GgufWriter writer = new GgufWriter(path)) {
            writer.string("general.type", "imatrix")
                    .strings("imatrix.datasets", List.of("one", "two"))
                    .u32("imatrix.chunk_count", 7)
                    .tensor("a.weight.in_sum2", TensorType.F32, sums.length / experts, experts)
                    .tensor("a.weight.counts", TensorType.F32, 1, counts.length)
                    .data("a.weight.in_sum2", MemorySegment.ofArray(sums))
                    .data("a.weight.counts", MemorySegment.ofArray(counts))
                    .finish();
        }
    }
}
