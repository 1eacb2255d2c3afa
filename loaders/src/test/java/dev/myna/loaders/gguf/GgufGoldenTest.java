// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.gguf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.kernels.Tensor;
import dev.myna.testing.Golden;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Files written by llama.cpp's own tools and by reference scripts read as they were meant. */
class GgufGoldenTest {

    @Test
    void readsEveryGoldenFile() throws IOException {
        List<Path> files;
        try (Stream<Path> walk = Files.walk(Golden.path(""))) {
            files = walk.filter(path -> path.toString().endsWith(".gguf")).toList();
        }
        assertFalse(files.isEmpty());
        for (Path path : files) {
            try (GgufFile file = GgufFile.open(path)) {
                assertEquals(Files.size(path), file.size());
                assertTrue(file.version() == 2 || file.version() == 3);
                file.metadata().keys().forEach(key -> assertFalse(file.metadata().describe(key).isBlank()));
                System.out.println(path + " " + file.tensors().size() + " " + file.metadata().keys().size());
            }
        }
    }
}
