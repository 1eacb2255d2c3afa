// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A codec that calls back into Java while it holds the garbage collector off can stop the JVM for ever: the JDK's native
 * JPEG reader does, when it warns of junk in the file. Here every collector meets such files while memory is short. Give
 * {@code -Dmyna.standstill.seconds=60} for a longer try.
 */
class StandstillTest {
    private static final String SECONDS = System.getProperty("myna.standstill.seconds", "1");

    /** Far beyond what a loaded machine needs to start and stop a JVM. */
    private static final int GRACE_SECONDS = 90;

    @ParameterizedTest
    @ValueSource(strings = {"Serial", "Parallel", "G1", "Z", "Shenandoah"})
    void imagesWithWarningsUnderEveryCollector(String collector, @TempDir Path folder) throws Exception {
        String option = "-XX:+Use" + collector + "GC";
        assumeTrue(start(List.of(option, "-version")).waitFor() == 0, "this Java has no collector " + collector);
        byte[] jpeg = Images.encode("jpeg", Images.buffered(Images.gradient()));
        byte[] junk = "junk in front of the end".getBytes(StandardCharsets.US_ASCII);
        int tables = new String(jpeg, StandardCharsets.ISO_8859_1).indexOf("\u00ff\u00db");
        Path first = Files.write(
                folder.resolve("end.jpg"),
                Images.join(
                        Arrays.copyOf(jpeg, jpeg.length - 2),
                        junk,
                        Arrays.copyOfRange(jpeg, jpeg.length - 2, jpeg.length)));
        Path second = Files.write(
                folder.resolve("segment.jpg"),
                Images.join(Arrays.copyOf(jpeg, tables), junk, Arrays.copyOfRange(jpeg, tables, jpeg.length)));
        Process process = start(List.of(
                option,
                "-Xmx24m",
                "-Djava.awt.headless=true",
                "-cp",
                System.getProperty("java.class.path"),
                DecodesForEver.class.getName(),
                SECONDS,
                first.toString(),
                second.toString()));
        try (BufferedReader lines = process.inputReader()) {
            boolean ended = process.waitFor(Long.parseLong(SECONDS) + GRACE_SECONDS, TimeUnit.SECONDS);
            assertTrue(ended, "the JVM stands still under " + option);
            String decoded = lines.readLine();
            assertNotNull(decoded, "the JVM ended without a word, code " + process.exitValue());
            assertEquals(0, process.exitValue(), decoded);
            System.out.println(option + ": " + decoded + " images in " + SECONDS + " s");
            assertTrue(Long.parseLong(decoded) > 0, "nothing was decoded");
        } finally {
            process.destroyForcibly();
        }
    }

    private static Process start(List<String> arguments) throws Exception {
        List<String> command = new java.util.ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(arguments);
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }
}
