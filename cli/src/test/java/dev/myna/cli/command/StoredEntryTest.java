// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.command;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoredEntryTest {
    private static final byte[] DATA = "weights, as they are".repeat(1000).getBytes();

    @TempDir
    Path folder;

    private Path zip(String comment) throws IOException {
        Path zip = folder.resolve("a.jar");
        try (OutputStream file = Files.newOutputStream(zip);
                ZipOutputStream out = new ZipOutputStream(file)) {
            out.setComment(comment);
            out.putNextEntry(new ZipEntry("META-INF/"));
            out.putNextEntry(new ZipEntry("deflated"));
            out.write(DATA);
            ZipEntry stored = new ZipEntry("a/وزن");
            CRC32 sum = new CRC32();
            sum.update(DATA);
            stored.setMethod(ZipEntry.STORED);
            stored.setSize(DATA.length);
            stored.setCrc(sum.getValue());
            stored.setExtra(new byte[] {1, 2, 3, 0, 9, 9, 9});
            out.putNextEntry(stored);
            out.write(DATA);
            out.putNextEntry(new ZipEntry("last"));
        }
        return zip;
    }

    @Test
    void mapsWhatIsStored() throws IOException {
        for (String comment : new String[] {"", "with a comment"}) {
            Path zip = zip(comment);
            try (Arena arena = Arena.ofConfined()) {
                assertArrayEquals(
                        DATA, StoredEntry.map(zip, "a/وزن", arena).orElseThrow().toArray(ValueLayout.JAVA_BYTE));
                assertEquals(Optional.empty(), StoredEntry.map(zip, "deflated", arena));
                assertEquals(Optional.empty(), StoredEntry.map(zip, "absent", arena));
            }
        }
    }

    @Test
    void fileThatIsNotAJarHasNoEntry() throws IOException {
        Path file = Files.write(folder.resolve("b.jar"), DATA);
        Path empty = Files.createFile(folder.resolve("c.jar"));
        byte[] zip = Files.readAllBytes(zip(""));
        Path cut = Files.write(folder.resolve("d.jar"), Arrays.copyOfRange(zip, 5000, zip.length));
        try (Arena arena = Arena.ofConfined()) {
            assertEquals(Optional.empty(), StoredEntry.map(file, "a", arena));
            assertEquals(Optional.empty(), StoredEntry.map(empty, "a", arena));
            assertThrows(IOException.class, () -> StoredEntry.map(cut, "a/وزن", arena));
        }
    }
}
