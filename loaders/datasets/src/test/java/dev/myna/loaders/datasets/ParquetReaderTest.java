// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.datasets;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.testing.Golden;
import dev.myna.testing.NeedsGolden;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ParquetReaderTest {
    @TempDir
    Path folder;

    @Test
    void aFileOfAnotherKindIsRefusedInOneLine() throws IOException {
        Path file = Files.writeString(folder.resolve("a.parquet"), "this is text\nand no table");
        DatasetException failure = assertThrows(DatasetException.class, () -> ParquetReader.open(file, Set.of()));
        assertTrue(failure.getMessage().startsWith("a.parquet: not a Parquet file"), failure.getMessage());
        assertEquals(1, failure.getMessage().lines().count());
    }

    @Test
    @NeedsGolden
    void aMissingColumnIsNamed() {
        Path file = Golden.path("eval/parquet/cvqa.zstd.arrow.parquet");
        DatasetException failure =
                assertThrows(DatasetException.class, () -> ParquetReader.open(file, Set.of("Answer")));
        assertTrue(failure.getMessage().contains("no column Answer; it has image, ID"), failure.getMessage());
    }

    /** Every damaged file ends in rows or in an exception of ours. */
    @Test
    @NeedsGolden
    void truncatedFilesAreRefused() throws IOException {
        byte[] whole = Files.readAllBytes(Golden.path("eval/parquet/maxm.zstd.arrow.parquet"));
        for (int length = 0; length < whole.length; length += 199) {
            Path file = Files.write(folder.resolve("cut.parquet"), Arrays.copyOf(whole, length));
            assertThrows(DatasetException.class, () -> read(file));
        }
    }

    private static void read(Path file) throws IOException {
        try (ParquetReader reader = ParquetReader.open(file, Set.of())) {
            while (reader.next().isPresent()) {}
        }
    }
}
