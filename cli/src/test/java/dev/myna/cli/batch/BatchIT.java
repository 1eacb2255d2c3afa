// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.cli.Captured;
import dev.myna.cli.Jar;
import dev.myna.cli.terminal.ExitCode;
import dev.myna.testing.Thorough;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Batches in processes of their own, which do not end well. */
class BatchIT {
    private static final Path HELD_OUT = Path.of("../models-manifest/nano/heldout");
    private static final int IMAGES = 8;
    private static final long LIMIT_MILLIS = 120_000;

    @TempDir
    Path folder;

    private Path images;

    @BeforeEach
    void copyImages() throws IOException {
        images = Files.createDirectory(folder.resolve("تصاویر"));
        for (int i = 0; i < IMAGES; i++) {
            Files.copy(HELD_OUT.resolve("000" + i + ".png"), images.resolve("सूरज " + i + ".png"));
        }
        // A damaged image is a row like any other.
        Path damaged = images.resolve("सूरज 3.png");
        byte[] image = Files.readAllBytes(damaged);
        Files.write(damaged, java.util.Arrays.copyOf(image, image.length / 2));
    }

    private Jar batch(Path out) {
        return Jar.started(
                "batch", images.toString(), "-o", out.toString(), "--lang", "en,ur,zh,fr", "-n", "6", "-c", "256");
    }

    private static long rows(Path journal) throws IOException {
        return Files.exists(journal) ? Files.readString(journal).lines().count() : 0;
    }

    @Test
    @Thorough
    void killedRunsEndWithTheSameBytesAsOneThatIsNot() throws Exception {
        Path whole = folder.resolve("whole.jsonl");
        Captured run = batch(whole).run();
        assertEquals(ExitCode.OK, run.code(), run.err());
        assertEquals(4 * IMAGES, rows(whole));
        Path out = folder.resolve("out.jsonl");
        Path journal = folder.resolve("out.jsonl.journal");
        long seed = 30;
        Random random = new Random(seed);
        int kills = Thorough.Times.of(3, 30);
        int done = 0;
        while (done < kills) {
            Process process = batch(out).start();
            long until = rows(journal) + random.nextInt(1, 6);
            long limit = System.currentTimeMillis() + LIMIT_MILLIS;
            while (process.isAlive() && rows(journal) < until) {
                assertTrue(System.currentTimeMillis() < limit, "no new rows, seed " + seed);
                Thread.sleep(random.nextInt(1, 20));
            }
            if (process.isAlive()) {
                process.destroyForcibly();
                done++;
            }
            assertTrue(process.waitFor(LIMIT_MILLIS, TimeUnit.MILLISECONDS));
            if (Files.exists(out)) {
                assertEquals(Files.readString(whole), Files.readString(out), "after " + done + " kills, seed " + seed);
                if (done < kills) {
                    Files.delete(out);
                    Files.delete(journal);
                }
            }
        }
        Captured last = batch(out).run();
        assertEquals(ExitCode.OK, last.code(), last.err());
        assertEquals(Files.readString(whole), Files.readString(out), "seed " + seed);
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void aFullDiskIsSaidAndTheNextRunGoesOn() throws Exception {
        Path out = folder.resolve("out.jsonl");
        Captured full = batch(out).fileLimit(3).run();
        assertEquals(ExitCode.ENVIRONMENT, full.code(), full.err());
        assertTrue(full.err().contains("run again to go on"), full.err());
        assertFalse(Files.exists(out));
        long kept = rows(folder.resolve("out.jsonl.journal"));
        assertTrue(kept > 1, "rows before the disk was full are kept");
        Captured again = batch(out).run();
        assertEquals(ExitCode.OK, again.code(), again.err());
        assertTrue(again.err().contains("has " + (kept - 1) + " row"), again.err());
        assertEquals(4 * IMAGES, rows(out));
    }
}
