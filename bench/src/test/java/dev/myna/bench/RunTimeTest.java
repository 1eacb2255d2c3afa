// SPDX-License-Identifier: Apache-2.0
package dev.myna.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.Myna;
import dev.myna.engine.GenerationOptions;
import dev.myna.engine.Message;
import dev.myna.engine.Model;
import dev.myna.engine.ModelOptions;
import dev.myna.engine.Session;
import dev.myna.engine.SessionOptions;
import dev.myna.loaders.image.ImageDecoder;
import dev.myna.loaders.image.RgbImage;
import dev.myna.testing.Thorough;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The embedded model in use while its surroundings change. More cycles: {@code -Dmyna.cycles=1000}. */
@Timeout(RunTimeTest.LIMIT_SECONDS)
class RunTimeTest {
    private static final Path NANO = Path.of("../models-manifest/nano");
    private static final String ERRORS = "errors.txt";
    private static final int CYCLES = Integer.getInteger("myna.cycles", Thorough.Times.of(12, 40));
    private static final int SESSIONS = 16;
    static final long LIMIT_SECONDS = 120;
    static final long THOROUGH_LIMIT_SECONDS = 480;

    @TempDir
    private Path folder;

    @BeforeEach
    void copyModel() throws IOException {
        for (String name : List.of("nano.gguf", "nano-mmproj.gguf")) {
            Files.copy(NANO.resolve(name), folder.resolve(name));
        }
    }

    private Model load() {
        return Myna.load(folder.resolve("nano.gguf"), folder.resolve("nano-mmproj.gguf"), ModelOptions.defaults());
    }

    private static RgbImage cat() {
        return ImageDecoder.decode(NANO.resolve("samples/cat.png"), ImageDecoder.Orientation.IGNORE);
    }

    private static String ask(Session session) {
        session.clear();
        return session.generate(Message.of("What is this?", cat()), GenerationOptions.greedy())
                .text();
    }

    /** */
    @Test
    void sessionsOnOneModelDoNotDisturbEachOther() throws Exception {
        try (Model model = load();
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<String>> asked = new ArrayList<>();
            for (int i = 0; i < SESSIONS; i++) {
                GenerationOptions options = GenerationOptions.builder()
                        .temperature(20)
                        .seed(i % 4)
                        .maxTokens(24)
                        .build();
                asked.add(() -> {
                    try (Session session = model.newSession(SessionOptions.defaults())) {
                        return session.generate(Message.of("What is this?", cat()), options)
                                .text();
                    }
                });
            }
            List<String> alone = new ArrayList<>();
            for (Callable<String> each : asked.subList(0, 4)) {
                alone.add(each.call());
            }
            assertNotEquals(alone.get(0), alone.get(1), "seeds make a difference");
            List<Future<String>> answers = threads.invokeAll(asked);
            for (int i = 0; i < SESSIONS; i++) {
                assertEquals(alone.get(i % 4), answers.get(i).get(), "session " + i);
            }
        }
    }

    /** With the launcher's collector half a minute of full collections; more where other tests run beside it. */
    @Thorough
    @Test
    @Timeout(THOROUGH_LIMIT_SECONDS)
    @EnabledOnOs(OS.LINUX)
    void answerAfterOutOfMemoryIsRight() throws Exception {
        // No machine grants terabytes of address space under this limit, whatever it promises otherwise.
        List<String> limited = List.of("bash", "-c", "ulimit -v 16777216; exec \"$@\"", "bash");
        Process process = start(
                limited,
                MemoryRunsOut.class,
                // The launcher's collector is the serial one, which tries some thousand times before it gives up.
                List.of("-Xmx64m", Thorough.Times.all() ? "-XX:+UseSerialGC" : "-XX:+UseParallelGC"),
                "nano.gguf",
                "nano-mmproj.gguf",
                NANO.resolve("samples/cat.png").toAbsolutePath().toString());
        try (BufferedReader lines = process.inputReader()) {
            String line = lines.readLine();
            assertTrue(process.waitFor(THOROUGH_LIMIT_SECONDS, TimeUnit.SECONDS));
            assertEquals(0, process.exitValue(), this::errors);
            String[] failures = line.split(" ");
            assertEquals(3, failures.length);
            for (String failed : failures) {
                assertTrue(Integer.parseInt(failed) > 0, line);
            }
        } finally {
            process.destroyForcibly();
        }
    }

    /** as docs/security.md says, the process ends. Nothing else is promised, but it neither hangs nor goes on with rubbish. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void truncatingAFileInUseEndsTheProcess() throws Exception {
        Process process = start(List.of(), AnswersForEver.class, List.of("-Xmx128m", "-XX:+UseSerialGC"), "nano.gguf");
        try (BufferedReader lines = process.inputReader()) {
            String first = lines.readLine();
            assertEquals(first, lines.readLine());
            try (FileChannel file = FileChannel.open(folder.resolve("nano.gguf"), StandardOpenOption.WRITE)) {
                file.truncate(1);
            }
            // Read on, or it would wait for that: answers that were under way, then the JVM's own report.
            while (lines.readLine() != null) {}
            assertTrue(process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS));
            assertNotEquals(0, process.exitValue());
        } finally {
            process.destroyForcibly();
        }
    }

    /** */
    @Test
    @EnabledOnOs(OS.LINUX)
    void deletedFilesOfALoadedModelDoNotMatter() throws IOException {
        try (Model model = load();
                Session session = model.newSession(SessionOptions.defaults())) {
            assertEquals("cat", ask(session));
            Files.delete(folder.resolve("nano.gguf"));
            Files.move(folder.resolve("nano-mmproj.gguf"), folder.resolve("elsewhere.gguf"));
            assertEquals("cat", ask(session));
        }
        try (Session _ = reloaded()) {
            throw new AssertionError("a file that is gone was loaded");
        } catch (RuntimeException e) {
            assertTrue(e.getMessage().contains("nano.gguf"), e.getMessage());
        }
    }

    private Session reloaded() {
        return load().newSession(SessionOptions.defaults());
    }

    /** */
    @Thorough
    @Test
    void loadAndCloseLeavesNoThreadsOrMappings() throws IOException {
        long threads = 0;
        for (int i = 0; i < CYCLES; i++) {
            try (Model model = load();
                    Session session = model.newSession(SessionOptions.defaults())) {
                assertEquals("cat", ask(session));
            }
            if (i == 0) {
                threads = ManagementFactory.getThreadMXBean().getThreadCount();
            }
        }
        assertTrue(ManagementFactory.getThreadMXBean().getThreadCount() <= threads + 1, "threads are left");
        Path maps = Path.of("/proc/self/maps");
        if (Files.isReadable(maps)) {
            assertEquals(
                    List.of(),
                    Files.readAllLines(maps).stream()
                            .filter(line -> line.contains(folder.toString()))
                            .toList());
        }
    }

    /** What the last process said before it ended. */
    private String errors() {
        try {
            return Files.readString(folder.resolve(ERRORS));
        } catch (IOException e) {
            return e.toString();
        }
    }

    private Process start(List<String> before, Class<?> program, List<String> flags, String... files)
            throws IOException {
        List<String> command = new ArrayList<>(before);
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules=jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                "-XX:ErrorFile=" + folder.resolve("error.log"),
                "-XX:-CreateCoredumpOnCrash"));
        command.addAll(flags);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), program.getName()));
        for (String file : files) {
            command.add(folder.resolve(file).toString());
        }
        return new ProcessBuilder(command)
                .redirectError(folder.resolve(ERRORS).toFile())
                .start();
    }
}
