// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.cli.terminal.ExitCode;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The launcher and the single jar, from outside: no model needed. */
class JarIT {
    /** The version of Java 6. */
    private static final int STACK_MAPS = 50;

    private static final String BENGALI = "এটা কী? ছবিটি বর্ণনা করুন।";

    @Test
    void startsWithoutAnyFlag() throws Exception {
        Captured version = Jar.java("--version").run();
        assertEquals(0, version.code(), version.err());
        assertTrue(version.out().startsWith("myna "), version.out());
    }

    /** An archive of loaded classes keeps no class without stack maps, and inflating a model takes longer than reading it. */
    @Test
    void jarIsFinishedForAFastStart() throws IOException {
        try (JarFile jar = new JarFile(Jar.path().toFile())) {
            for (JarEntry entry : Collections.list(jar.entries())) {
                if (entry.getName().endsWith(".gguf")) {
                    assertEquals(ZipEntry.STORED, entry.getMethod(), entry.getName());
                } else if (entry.getName().endsWith(".class")) {
                    try (DataInputStream in = new DataInputStream(jar.getInputStream(entry))) {
                        assertEquals(0xCAFEBABE, in.readInt());
                        in.readUnsignedShort();
                        assertTrue(in.readUnsignedShort() >= STACK_MAPS, entry.getName());
                    }
                }
            }
        }
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void argumentsAndOutputSurviveTheCLocale() throws Exception {
        // The question is refused before any model is loaded, with the argument in the message.
        Captured result = Jar.java("-p", "a", "--lang", BENGALI)
                .env(Map.of("LC_ALL", "C", "LANG", "C"))
                .run();
        assertEquals(ExitCode.USAGE, result.code());
        assertTrue(result.err().contains("unknown language '" + BENGALI + "'"), result.err());
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void arabicFileNamesSurviveTheCLocale(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("صورة القطة.gguf"), "no GGUF");
        Captured result = Jar.java("inspect", file.getFileName().toString())
                .in(folder)
                .env(Map.of("LC_ALL", "C"))
                .run();
        assertEquals(ExitCode.MODEL, result.code());
        assertTrue(result.err().contains("صورة القطة.gguf"), result.err());
        assertFalse(result.err().contains("no such file"), result.err());
    }

    @Test
    void flagsOfTheUserAreKept() throws Exception {
        Captured result = new Jar(Jar.currentJava(), List.of("-Xmx96m", "-XX:+UseSerialGC"), "doctor").run();
        assertEquals(0, result.code(), result.err());
        assertTrue(result.out().matches("(?s).*Java heap up to 9[0-9]\\.[0-9] MiB.*"), result.out());
    }

    @Test
    @DisabledOnOs({OS.WINDOWS, OS.MAC})
    void theProcessIsReplacedNotMultiplied() throws Exception {
        Process process = Jar.java("-f", "-").start();
        try {
            Path commandLine = Path.of("/proc", Long.toString(process.pid()), "cmdline");
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
            while (!Files.readString(commandLine).contains("--add-modules=jdk.incubator.vector")) {
                assertTrue(process.isAlive() && System.nanoTime() < deadline, "the process was not replaced");
                Thread.sleep(20);
            }
            assertEquals(0, process.descendants().count());
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    @Test
    void relaunchingHappensOnce() throws Exception {
        // A guard that names this very process would mean that the restart has been tried already; another one is
        // ignored.
        Captured result =
                Jar.java("--version").env(Map.of("MYNA_LAUNCHED", "1")).run();
        assertEquals(0, result.code());
        assertFalse(result.err().contains("could not be restarted"), result.err());
    }

    @Test
    void doctorShowsTheVectorApi() throws Exception {
        Captured result = Jar.java("doctor").env(Map.of("LC_ALL", "C")).run();
        assertEquals(0, result.code(), result.err());
        assertTrue(result.out().contains("Vector API"), result.out());
        assertTrue(result.out().contains("file names in UTF-8"), result.out());
    }

    @Test
    void olderJavaPrintsWhatToInstall() throws Exception {
        Path old = olderJava();
        if (old == null) {
            Assumptions.abort("not on this machine: no Java 8 to 24 under /usr/lib/jvm");
        }
        Captured result = new Jar(old, List.of(), "--version").run();
        assertEquals(ExitCode.ENVIRONMENT, result.code());
        assertEquals(1, result.err().lines().count(), result.err());
        assertTrue(result.err().startsWith("myna: needs Java 25.0.3 or newer"), result.err());
    }

    @Test
    void readerThatLeavesIsNotAnError() throws Exception {
        Process process = Jar.java("--help").start();
        process.getInputStream().close();
        String err = Jar.text(process.getErrorStream());
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        assertEquals(0, process.exitValue(), err);
        assertFalse(err.contains("Exception"), err);
    }

    @Test
    void stackTracesOnlyOnDemand() throws Exception {
        assertFalse(Jar.java("inspect", "/no/such").run().err().contains("\tat "));
        assertTrue(Jar.java("--debug", "inspect", "/no/such").run().err().contains("\tat "));
    }

    @Test
    void jarHasAllParts() throws IOException {
        try (JarFile jar = new JarFile(Jar.path().toFile())) {
            assertEquals(null, jar.getEntry("module-info.class"));
            assertTrue(jar.stream().noneMatch(entry -> entry.getName().matches("META-INF/.*\\.(SF|RSA|DSA)")));
            assertEquals("ALL-UNNAMED", jar.getManifest().getMainAttributes().getValue("Enable-Native-Access"));
        }
    }

    private static Path olderJava() throws IOException {
        Path folder = Path.of("/usr/lib/jvm");
        if (!Files.isDirectory(folder)) {
            return null;
        }
        try (DirectoryStream<Path> homes = Files.newDirectoryStream(folder)) {
            for (Path home : homes) {
                Path release = home.resolve("release");
                if (Files.isExecutable(home.resolve("bin/java"))
                        && Files.isRegularFile(release)
                        && Files.readString(release).matches("(?s).*JAVA_VERSION=\"(1\\.8|9|1[0-9]|2[0-4])[.\"].*")) {
                    return home.resolve("bin/java");
                }
            }
        }
        return null;
    }
}
