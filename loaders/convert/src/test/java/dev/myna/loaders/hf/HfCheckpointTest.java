// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.hf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HfCheckpointTest {
    private static final String SAFETENSORS_INDEX = "model.safetensors.index.json";

    @TempDir
    Path folder;

    @Test
    void readsSingleFilesAndPrefersSafetensors() throws IOException {
        write("pytorch_model.bin", pytorch("p", 1));
        assertEquals(List.of("p"), names());
        write("pytorch_model.bin", new byte[3]);
        write(SAFETENSORS_INDEX, index("x", "x.safetensors"));
        write("x.safetensors", safetensors("x", 2));
        assertEquals(List.of("x"), names());
        write("model.safetensors", safetensors("s", 3));
        assertEquals(List.of("s"), names());
    }

    @Test
    void readsShardsOfBothKinds() throws IOException {
        write("pytorch_model.bin.index.json", index("b", "2.bin", "a", "1.bin"));
        write("1.bin", pytorch("a", 1));
        write("2.bin", pytorch("b", 2));
        assertEquals(List.of("b", "a"), names());
        write(SAFETENSORS_INDEX, index("c", "1.safetensors", "d", "2.safetensors"));
        write("1.safetensors", safetensors("c", 3));
        write("2.safetensors", safetensors("d", 4));
        try (HfCheckpoint checkpoint = HfCheckpoint.open(folder)) {
            assertEquals(List.of("c", "d"), List.copyOf(checkpoint.names()));
            SourceTensor d = checkpoint.find("d").orElseThrow();
            assertEquals(folder.resolve("2.safetensors"), d.file());
            assertArrayEquals(new byte[] {4}, Values.stored(d));
            checkpoint.close();
            assertThrows(IllegalStateException.class, () -> Values.stored(d));
        }
    }

    @Test
    void refusesFoldersWithoutACheckpoint() {
        refuses(folder, "no model.safetensors, pytorch_model.bin or index");
        refuses(folder.resolve("none"), "not a folder");
    }

    @Test
    void refusesShardNamesOutsideTheFolder() throws IOException {
        for (String name : new String[] {
            "../1.safetensors",
            "/1.safetensors",
            "a/1.safetensors",
            "a\\\\1.safetensors",
            "..",
            ".",
            "",
            "1.bin",
            ".safetensors",
            "c:1.safetensors",
            "\\u0000.safetensors",
            "x".repeat(300) + ".safetensors"
        }) {
            write(SAFETENSORS_INDEX, index("a", name));
            refuses(folder, SAFETENSORS_INDEX, "tensor \"a\"", "must be that of a file beside the index");
        }
    }

    @Test
    void refusesMalformedIndices() throws IOException {
        for (String index :
                new String[] {"", "[]", "{\"weight_map\":[]}", "{\"weight_map\":{\"a\":1}}", "{\"weight_map\":{"}) {
            write(SAFETENSORS_INDEX, new Bytes().text(index).toArray());
            refuses(folder, SAFETENSORS_INDEX, "index at character");
        }
        for (String index : new String[] {"{}", "{\"weight_map\":{}}"}) {
            write(SAFETENSORS_INDEX, new Bytes().text(index).toArray());
            refuses(folder, SAFETENSORS_INDEX, "names no tensor");
        }
        write(SAFETENSORS_INDEX, index("a", "1.safetensors", "a", "2.safetensors"));
        refuses(folder, SAFETENSORS_INDEX, "weight_map: the name \"a\" appears twice");
    }

    @Test
    void refusesShardsThatDoNotMatchTheIndex() throws IOException {
        write(SAFETENSORS_INDEX, index("a", "1.safetensors", "b", "2.safetensors"));
        write("1.safetensors", safetensors("a", 1));
        refuses(folder, "2.safetensors: no such file");
        write("2.safetensors", safetensors("c", 2));
        refuses(folder, "2.safetensors: tensor \"b\" is missing", SAFETENSORS_INDEX);
        write("2.safetensors", safetensors("a", 2));
        refuses(folder, "2.safetensors: tensor \"a\" is also in 1.safetensors");
        byte[] whole = safetensors("b", 2);
        write("2.safetensors", Arrays.copyOf(whole, whole.length - 1));
        refuses(folder, "2.safetensors: tensor \"b\"", "cut short");
        write("1.safetensors", safetensors("b", 1));
        write("2.safetensors", safetensors("a", 2));
        refuses(folder, "says that it is in");
    }

    private List<String> names() {
        try (HfCheckpoint checkpoint = HfCheckpoint.open(folder)) {
            return List.copyOf(checkpoint.names());
        }
    }

    private static void refuses(Path folder, String... parts) {
        CheckpointException refusal = assertThrows(CheckpointException.class, () -> HfCheckpoint.open(folder));
        String message = refusal.getMessage();
        assertEquals(1, message.lines().count(), message);
        for (String part : parts) {
            assertTrue(message.contains(part), () -> "\"" + part + "\" is not in: " + message);
        }
    }

    private void write(String name, byte[] bytes) throws IOException {
        Files.write(folder.resolve(name), bytes);
    }

    /** Tensor and file names, alternating, already escaped for JSON. */
    private static byte[] index(String... names) {
        StringBuilder index = new StringBuilder("{\"metadata\":{\"total_size\":2},\"weight_map\":{");
        for (int i = 0; i < names.length; i += 2) {
            index.append(i == 0 ? "" : ",")
                    .append('"')
                    .append(names[i])
                    .append("\":\"")
                    .append(names[i + 1])
                    .append('"');
        }
        return new Bytes().text(index.append("}}").toString()).toArray();
    }

    private static byte[] safetensors(String name, int value) {
        return Bytes.safetensors(SafetensorsFileTest.tensor(name, "U8", "[1]", 0, 1), new byte[] {(byte) value});
    }

    private static byte[] pytorch(String name, int value) {
        byte[] pickle = Pickle.dictionary()
                .tensor(name, "IntStorage", "0", 1, 0, new int[] {1}, new int[] {1})
                .finish();
        return Pickle.file(pickle, new Bytes().number(value, 4).toArray());
    }
}
