// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.gguf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.kernels.Tensor;
import dev.myna.kernels.TensorType;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Split models: any part opens the whole model, or one line says what is wrong. */
class SplitTest {
    @TempDir
    Path folder;

    private Path part(int number, int count, int stated, int total, String... tensors) throws IOException {
        return part("m-%05d-of-%05d.gguf".formatted(number, count), number - 1, stated, total, tensors);
    }

    private Path part(String name, int number, int count, int total, String... tensors) throws IOException {
        Path path = folder.resolve(name);
        try (GgufWriter writer = new GgufWriter(path)) {
            writer.string("general.architecture", "llama")
                    .u32("split.no", number)
                    .u32("split.count", count)
                    .i32("split.tensors.count", total);
            if (number == 0) {
                writer.string("general.name", "split");
            }
            for (String tensor : tensors) {
                writer.tensor(tensor, TensorType.F32, 8);
            }
            for (String tensor : tensors) {
                float[] values = new float[8];
                values[0] = tensor.charAt(0);
                writer.data(tensor, MemorySegment.ofArray(values));
            }
            writer.finish();
        }
        return path;
    }

    private static String refusal(Path path) {
        String message =
                assertThrows(GgufException.class, () -> GgufFile.open(path)).getMessage();
        assertEquals(1, message.lines().count(), message);
        return message;
    }

    @Test
    void anyPartOpensTheWholeModel() throws IOException {
        Path first = part(1, 3, 3, 5, "a", "b");
        Path second = part(2, 3, 3, 5, "c");
        Path third = part(3, 3, 3, 5, "d", "e");
        for (Path named : List.of(first, second, third)) {
            try (GgufFile file = GgufFile.open(named);
                    Arena arena = Arena.ofConfined()) {
                assertEquals(
                        List.of("a", "b", "c", "d", "e"),
                        List.copyOf(file.tensors().keySet()));
                assertEquals("split", file.metadata().string("general.name"));
                assertEquals(first.toString(), file.name());
                assertEquals(List.of(first.toString(), second.toString(), third.toString()), file.files());
                assertEquals(Files.size(first) + Files.size(second) + Files.size(third), file.size());
                for (Tensor tensor : file.tensors().values()) {
                    assertEquals(tensor.name().charAt(0), tensor.data().get(ValueLayout.JAVA_FLOAT, 0));
                    MemorySegment copy = arena.allocate(8);
                    file.read(tensor, 0, copy);
                    assertArrayEquals(
                            tensor.data().asSlice(0, 8).toArray(ValueLayout.JAVA_BYTE),
                            copy.toArray(ValueLayout.JAVA_BYTE));
                }
                assertTrue(file.place(file.require("e"), 4).endsWith("of " + third), file.place(file.require("e"), 4));
            }
        }
    }

    @Test
    void missingPartsAreNamed() throws IOException {
        Path first = part(1, 3, 3, 2, "a");
        String message = refusal(first);
        assertTrue(message.contains("2 parts are missing: m-00002-of-00003.gguf, m-00003-of-00003.gguf"), message);
        part(2, 3, 3, 2, "b");
        message = refusal(first);
        assertTrue(message.contains("1 part is missing: m-00003-of-00003.gguf; put all parts in one folder"), message);
    }

    @Test
    void partsOfOtherModelsAreRefused() throws IOException {
        Path first = part(1, 2, 2, 2, "a");
        part("m-00002-of-00002.gguf", 0, 2, 2, "b");
        assertTrue(refusal(first).contains("its name says part 2 of 2"), refusal(first));
        part("m-00002-of-00002.gguf", 1, 2, 9, "b");
        assertTrue(refusal(first).contains("not parts of one model"), refusal(first));
        part(2, 2, 2, 2, "a");
        assertTrue(refusal(first).contains("tensor \"a\" is in an earlier part"), refusal(first));
        part(2, 2, 2, 2, "b", "c");
        assertTrue(refusal(first).contains("have 3 tensors, not 2"), refusal(first));
        Files.writeString(folder.resolve("m-00002-of-00002.gguf"), "<html>");
        assertTrue(
                refusal(first).contains("m-00002-of-00002.gguf: header at byte 0: this is a web page"), refusal(first));
    }

    /** It can be inspected, and {@link FileKind} says what it is. */
    @Test
    void renamedPartOpensAlone() throws IOException {
        Path renamed = part("renamed.gguf", 1, 3, 5, "c");
        try (GgufFile file = GgufFile.open(renamed)) {
            String kind = FileKind.otherThanModel(file).orElseThrow();
            assertTrue(kind.contains("one of the 3 files") && kind.contains("-00002-of-00003.gguf"), kind);
        }
        part("m-00001-of-00003.gguf", 0, 1, 1, "a");
        GgufFile.open(folder.resolve("m-00001-of-00003.gguf")).close();
    }
}
