// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.system;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProgramFolderTest {
    private static final String KEY = "0123456789abcdef".repeat(4);

    @TempDir
    Path temporary;

    @Test
    void findsWhatWasStoredLastAndLeavesNothingElse() throws IOException {
        Path folder = temporary.resolve("a").resolve("b");
        ProgramFolder programs = new ProgramFolder(folder);
        assertTrue(programs.find(KEY).isEmpty());
        programs.store(KEY, new byte[] {1, 2});
        programs.store(KEY, new byte[] {3});
        assertArrayEquals(new byte[] {3}, new ProgramFolder(folder).find(KEY).orElseThrow());
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(1, files.count());
        }
    }

    @Test
    void folderThatCannotExistKeepsNothing() throws IOException {
        Path file = Files.write(temporary.resolve("file"), new byte[1]);
        ProgramFolder programs = new ProgramFolder(file);
        programs.store(KEY, new byte[] {1});
        assertTrue(programs.find(KEY).isEmpty());
    }
}
