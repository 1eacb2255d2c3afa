// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.launch;

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
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** The class archive, from outside: whatever becomes of it, the command line works. */
class ClassArchiveIT {
    private static final String WARNING = "WARNING: Using incubator modules";

    @TempDir
    Path folder;

    @Thorough
    @Test
    void archiveIsCreatedAfterTheFirstAnswerAndUsed() throws Exception {
        Path archive = folder.resolve("sub/classes.jsa");
        Captured answer = with(archive, Jar.java("run", "-p", "hello", "-n", "1", "--no-perf"));
        assertEquals(0, answer.code(), answer.err());
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
        while (!Files.exists(archive.getParent()) || !files(archive.getParent()).equals(List.of(archive))) {
            assertTrue(System.nanoTime() < deadline, "no archive after two minutes");
            Thread.sleep(100);
        }
        Captured doctor = with(archive, Jar.java("doctor"));
        assertTrue(doctor.out().contains(archive + ", ") && doctor.out().contains(" MiB, in use"), doctor.out());
        works(archive, Jar.java("--version"));
        works(archive, new Jar(Jar.currentJava(), List.of("-XX:+UseZGC"), "--version"));
        aDamagedOneIsRefused(Files.readAllBytes(archive));
        if (Thorough.Times.all()) {
            works(archive, new Jar(Jar.currentJava(), List.of("-XX:-UseCompressedOops"), "--version"));
            works(archive, new Jar(Jar.currentJava(), List.of("-Xshare:off"), "--version"));
        }
    }

    private void aDamagedOneIsRefused(byte[] whole) throws Exception {
        byte[] header = whole.clone();
        Arrays.fill(header, 0, 4096, (byte) 0x5A);
        byte[] half = Arrays.copyOf(whole, whole.length / 2);
        for (byte[] bytes : Thorough.Times.all() ? List.of(half, header, new byte[] {1, 2, 3}) : List.of(half)) {
            Path archive = folder.resolve("damaged.jsa");
            Files.write(archive, bytes);
            Captured doctor = with(archive, Jar.java("doctor"));
            assertTrue(doctor.out().contains("rejected by this Java"), doctor.out());
            works(archive, Jar.java("--version"));
        }
    }

    /** The same by hand; it takes as long again. */
    @Thorough
    @EnabledIfSystemProperty(named = "myna.thorough", matches = "true")
    @Test
    void doctorWarmCreatesTheArchive() throws Exception {
        Path archive = folder.resolve("sub/classes.jsa");
        Captured made = with(archive, Jar.java("doctor", "--warm"));
        assertEquals(0, made.code(), made.err());
        assertEquals(List.of(archive), files(archive.getParent()));
    }

    @Test
    void unwritableArchiveIsReportedOnlyWithDebug() throws Exception {
        Path archive = Files.createFile(folder.resolve("a-file")).resolve("classes.jsa");
        Captured answer = with(archive, Jar.java("run", "-p", "hello", "-n", "1", "--no-perf"));
        assertEquals(0, answer.code(), answer.err());
        assertFalse(answer.err().contains("archive"), answer.err());
        Captured debugged = with(archive, Jar.java("--debug", "run", "-p", "hello", "-n", "1", "--no-perf"));
        assertEquals(0, debugged.code(), debugged.err());
        assertEquals(
                1,
                debugged.err().lines().filter(line -> line.contains("archive")).count(),
                debugged.err());
        Captured warm = with(archive, Jar.java("doctor", "--warm"));
        assertEquals(ExitCode.ENVIRONMENT, warm.code());
    }

    @Test
    void archiveCanBeSwitchedOff() throws Exception {
        Captured doctor =
                Jar.java("doctor").env(Map.of(ClassArchive.SWITCH, "off")).run();
        assertTrue(doctor.out().contains("none: MYNA_AOT is off"), doctor.out());
        Captured warm = Jar.java("doctor", "--warm")
                .env(Map.of(ClassArchive.SWITCH, "off"))
                .run();
        assertEquals(ExitCode.ENVIRONMENT, warm.code());
    }

    @Test
    void archiveIsInTheCacheFolderByDefault() throws Exception {
        Captured doctor = Jar.java("doctor")
                // OpenCL drivers have caches of their own.
                .env(Map.of(
                        ClassArchive.SWITCH,
                        "",
                        "XDG_CACHE_HOME",
                        folder.toString(),
                        "OCL_ICD_VENDORS",
                        "/nonexistent"))
                .run();
        assertTrue(doctor.out().contains(folder.resolve("myna") + "/classes-"), doctor.out());
        assertTrue(doctor.out().contains("none yet"), doctor.out());
        assertEquals(List.of(), files(folder));
    }

    private static Captured with(Path archive, Jar jar) throws Exception {
        return jar.env(Map.of(ClassArchive.SWITCH, archive.toString())).run();
    }

    /** The answer is there, and the JVM has not said a word about archives. */
    private static void works(Path archive, Jar jar) throws Exception {
        Captured version = with(archive, jar);
        assertEquals(0, version.code(), version.err());
        assertTrue(version.out().startsWith("myna "), version.out());
        assertEquals(
                0,
                version.err().lines().filter(line -> !line.startsWith(WARNING)).count(),
                version.err());
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        }
    }
}
