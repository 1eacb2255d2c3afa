// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.cli.command.ModelFiles;
import dev.myna.cli.launch.Relauncher;
import dev.myna.cli.system.Posix;
import dev.myna.cli.terminal.ExitCode;
import dev.myna.kernels.devices.Devices;
import dev.myna.testing.Machine;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What profilers find about the single jar, on the embedded model. */
class ProfileIT {
    @TempDir
    Path folder;

    @BeforeEach
    void needEmbeddedModel() {
        Machine.assume(ModelFiles.hasEmbedded(), "this build carries no embedded model");
    }

    /** Also where Java starts a second time: the process keeps its number. */
    @Test
    void theMapHasOurKernelsAndJavasMethods() throws Exception {
        Machine.assume(Posix.available() && Devices.jitRefusal().isEmpty(), "no machine code runs here");
        Process process =
                Jar.java("run", "-p", "What is a cat?", "-n", "8", "--perf-map").start();
        Path map = Path.of("/tmp/perf-" + process.pid() + ".map");
        try {
            process.getOutputStream().close();
            String out = Jar.text(process.getInputStream());
            assertEquals(0, process.waitFor(), Jar.text(process.getErrorStream()));
            assertFalse(out.isBlank());
            List<String> lines = Files.readAllLines(map);
            assertTrue(
                    lines.stream().anyMatch(line -> line.matches("[0-9a-f]+ [0-9a-f]+ myna::matvec Q8_0 x1 \\[.+]")),
                    lines.toString());
            assertTrue(lines.stream().anyMatch(line -> line.contains(" dev.myna.")), lines.toString());
        } finally {
            Files.deleteIfExists(map);
        }
    }

    @Test
    void noMapIsWrittenUnlessAskedFor() throws Exception {
        Process process = Jar.started("run", "-p", "What is a cat?", "-n", "1").start();
        process.getOutputStream().close();
        assertEquals(0, process.waitFor());
        assertFalse(Files.exists(Path.of("/tmp/perf-" + process.pid() + ".map")));
    }

    @Test
    void aMapThatJavaWouldOverwriteIsRefused() throws Exception {
        Machine.assume(System.getProperty("os.name").equals("Linux"), "this JVM writes no map");
        Captured result = new Jar(
                        Jar.currentJava(),
                        List.of("-XX:+UnlockDiagnosticVMOptions", "-XX:+DumpPerfMapAtExit"),
                        "run",
                        "-p",
                        "a",
                        "--perf-map")
                .run();
        assertEquals(ExitCode.USAGE, result.code(), result.err());
        assertTrue(result.err().contains("--perf-map and -XX:+DumpPerfMapAtExit write the same file"), result.err());
    }

    @Test
    void aFlightRecordingHasTheStagesOfAnAnswer() throws Exception {
        Path png = TestImages.png(folder.resolve("image.png"), 80, 60);
        Path file = folder.resolve("recording.jfr");
        List<String> flags = new ArrayList<>(Relauncher.FLAGS);
        flags.add("-XX:StartFlightRecording:filename=" + file);
        Captured result =
                new Jar(Jar.currentJava(), flags, "run", "--image", png.toString(), "-p", "What is this?").run();
        assertEquals(0, result.code(), result.err());
        List<RecordedEvent> events = RecordingFile.readAllEvents(file).stream()
                .filter(event -> event.getEventType().getName().startsWith("dev.myna."))
                .toList();
        assertEquals(
                List.of(
                        "dev.myna.Decode",
                        "dev.myna.ImageEncode",
                        "dev.myna.ImageProject",
                        "dev.myna.ModelLoad",
                        "dev.myna.Prefill"),
                events.stream()
                        .map(event -> event.getEventType().getName())
                        .sorted()
                        .toList());
        for (RecordedEvent event : events) {
            switch (event.getEventType().getName()) {
                case "dev.myna.ModelLoad" -> assertEquals("nano.gguf (embedded)", event.getString("file"));
                case "dev.myna.ImageEncode" -> assertEquals(80, event.getInt("width"));
                case "dev.myna.ImageProject" -> assertTrue(event.getLong("rows") > 0, event.toString());
                default -> assertTrue(event.getLong("tokens") > 0, event.toString());
            }
        }
    }
}
