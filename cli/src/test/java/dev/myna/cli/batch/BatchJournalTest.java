// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.engine.Language;
import dev.myna.engine.error.RequestException;
import dev.myna.eval.run.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BatchJournalTest {
    private static final Map<String, Object> SETTINGS = Map.of("seed", 1);

    @TempDir
    Path folder;

    private static String key(int number) {
        return Sha256.of("question " + number);
    }

    /** A row in one of the ten languages. */
    private static String row(int number) {
        Language language = Language.values()[number % Language.values().length];
        return "{\"id\":" + number + ",\"text\":\"" + language.describe() + "\"}";
    }

    private Path written(int rows) throws IOException {
        Path file = folder.resolve("journal");
        try (BatchJournal journal = new BatchJournal(file, SETTINGS, false)) {
            for (int i = 0; i < rows; i++) {
                journal.add(key(i), row(i), i % 3 == 0);
            }
        }
        return file;
    }

    @Test
    void rowsAreKeptInTenScripts() throws IOException {
        Path file = written(3000);
        try (BatchJournal journal = new BatchJournal(file, SETTINGS, false)) {
            assertEquals(3000, journal.size());
            for (int i = 0; i < 3000; i++) {
                assertEquals(
                        new BatchJournal.Kept(row(i), i % 3 == 0),
                        journal.row(key(i)).orElseThrow());
            }
            assertTrue(journal.row(key(3000)).isEmpty());
        }
        try (BatchJournal journal = new BatchJournal(file, SETTINGS, true)) {
            assertTrue(journal.row(key(0)).isEmpty(), "rows with errors are asked again");
            assertTrue(journal.row(key(1)).isPresent());
            journal.add(key(0), "{}", false);
        }
        try (BatchJournal journal = new BatchJournal(file, SETTINGS, false)) {
            assertEquals("{}", journal.row(key(0)).orElseThrow().text(), "the last row counts");
        }
    }

    /** A process that is killed leaves the beginning of a line, or of a character. */
    @Test
    void aJournalThatIsCutAnywhereHasTheRowsBeforeTheCut() throws IOException {
        byte[] whole = Files.readAllBytes(written(12));
        Random random = new Random(30);
        for (int i = 0; i < 200; i++) {
            int cut = random.nextInt(whole.length);
            Path file = Files.write(folder.resolve("cut"), java.util.Arrays.copyOf(whole, cut));
            int complete = 0;
            for (int at = 0; at < cut; at++) {
                complete += whole[at] == '\n' ? 1 : 0;
            }
            try (BatchJournal journal = new BatchJournal(file, SETTINGS, false)) {
                assertEquals(Math.max(0, complete - 1), journal.size(), "cut at " + cut);
                journal.add(key(99), "{}", false);
            }
            try (BatchJournal journal = new BatchJournal(file, SETTINGS, false)) {
                assertEquals(Math.max(1, complete), journal.size(), "cut at " + cut);
            }
        }
    }

    @Test
    void otherSettingsOtherFilesAndOtherRunsAreRefused() throws IOException {
        Path file = written(2);
        RequestException other =
                assertThrows(RequestException.class, () -> new BatchJournal(file, Map.of("seed", 2), false));
        assertTrue(other.getMessage().contains("seed was 1, is 2"), other.getMessage());
        try (BatchJournal journal = new BatchJournal(file, SETTINGS, false)) {
            assertEquals(2, journal.size());
            assertThrows(RequestException.class, () -> new BatchJournal(file, SETTINGS, false));
        }
        Path text = Files.writeString(folder.resolve("text"), "a text\nof two lines\n");
        assertThrows(RequestException.class, () -> new BatchJournal(text, SETTINGS, false));
        assertEquals("a text\nof two lines\n", Files.readString(text), "what is no journal is left alone");
        Path damaged = Files.writeString(folder.resolve("damaged"), Files.readString(file) + "x\n");
        RequestException line = assertThrows(RequestException.class, () -> new BatchJournal(damaged, SETTINGS, false));
        assertTrue(line.getMessage().contains("line 4 is damaged"), line.getMessage());
    }
}
