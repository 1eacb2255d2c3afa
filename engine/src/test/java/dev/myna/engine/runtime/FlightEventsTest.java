// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.Myna;
import dev.myna.engine.ChatFormat;
import dev.myna.engine.ChatRequest;
import dev.myna.engine.Generation;
import dev.myna.engine.GenerationOptions;
import dev.myna.engine.Message;
import dev.myna.engine.Model;
import dev.myna.engine.ModelOptions;
import dev.myna.engine.Scheduler;
import dev.myna.engine.SchedulerOptions;
import dev.myna.engine.Session;
import dev.myna.engine.SessionOptions;
import dev.myna.loaders.image.RgbImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A flight recording shows what a model did, with the counts that the API tells; without one, there is no trace of it. */
class FlightEventsTest {
    private static final int TOKENS = 5;
    private static final SessionOptions PLAIN =
            SessionOptions.builder().chatFormat(ChatFormat.Named.PLAIN).build();

    /** Goes on to its limit: END cannot be chosen. */
    private static final GenerationOptions OPTIONS = GenerationOptions.builder()
            .maxTokens(TOKENS)
            .logitBias(Map.of(2, Float.NEGATIVE_INFINITY))
            .build();

    @TempDir
    Path folder;

    private Model load() {
        return Myna.load(
                TinyModel.decoder().write(folder, "decoder.gguf"),
                TinyModel.vision().write(folder, "mmproj.gguf"),
                ModelOptions.builder().threads(1).build());
    }

    private static Message question() {
        return Message.of("what is it", new RgbImage(7, 5, new byte[3 * 7 * 5]));
    }

    /** What is done, and may be recorded. */
    private interface Work {
        void run() throws Exception;
    }

    /** Our events, in the order in which they ended. */
    private List<RecordedEvent> record(Work work) throws Exception {
        Path file = folder.resolve("recording.jfr");
        try (Recording recording = new Recording()) {
            recording.start();
            work.run();
            recording.stop();
            recording.dump(file);
        }
        List<RecordedEvent> events = new ArrayList<>(RecordingFile.readAllEvents(file));
        events.removeIf(event -> !event.getEventType().getName().startsWith("dev.myna."));
        events.sort((a, b) -> a.getEndTime().compareTo(b.getEndTime()));
        return events;
    }

    private static List<String> names(List<RecordedEvent> events) {
        return events.stream().map(event -> event.getEventType().getName()).toList();
    }

    @Test
    void aSessionTellsWhatItComputed() throws Exception {
        List<Generation.Stats> stats = new ArrayList<>();
        long[] bytes = new long[1];
        List<RecordedEvent> events = record(() -> {
            try (Model model = load();
                    Session session = model.newSession(PLAIN)) {
                bytes[0] = model.info().weightBytes();
                for (Message message : List.of(question(), Message.of("and now"))) {
                    try (Generation generation = session.generate(message, OPTIONS)) {
                        generation.text();
                        stats.add(generation.stats());
                    }
                }
            }
        });
        assertEquals(
                List.of(
                        "dev.myna.ModelLoad",
                        "dev.myna.ImageProject",
                        "dev.myna.ImageEncode",
                        "dev.myna.Prefill",
                        "dev.myna.Decode",
                        "dev.myna.Prefill",
                        "dev.myna.Decode"),
                names(events));
        assertEquals(folder.resolve("decoder.gguf").toString(), events.get(0).getString("file"));
        assertEquals(bytes[0], events.get(0).getLong("bytes"));
        assertEquals(stats.getFirst().imageTokens(), events.get(1).getLong("rows"));
        assertEquals(7, events.get(2).getInt("width"));
        assertEquals(5, events.get(2).getInt("height"));
        assertEquals(stats.getFirst().imageTokens(), events.get(2).getLong("rows"));
        assertTrue(events.get(1).getDuration().compareTo(events.get(2).getDuration()) < 0, events.toString());
        assertTrue(stats.getLast().cachedTokens() > 0, stats.toString());
        for (int i = 0; i < 2; i++) {
            Generation.Stats told = stats.get(i);
            RecordedEvent prefill = events.get(3 + 2 * i);
            RecordedEvent decode = events.get(4 + 2 * i);
            assertEquals(told.cachedTokens(), prefill.getInt("cached"));
            assertEquals(told.promptTokens() - told.cachedTokens(), prefill.getLong("tokens"));
            assertEquals(told.promptTokens(), decode.getInt("position"));
            assertEquals(TOKENS, told.generatedTokens());
            assertEquals(TOKENS, decode.getLong("tokens"));
            assertTrue(decode.getDuration().toNanos() >= told.generationNanos(), decode.toString());
            assertEquals(List.of("Myna"), decode.getEventType().getCategoryNames());
        }
        for (RecordedEvent event : events) {
            assertTrue(event.getDuration().compareTo(Duration.ZERO) > 0, event.toString());
        }
    }

    @Test
    void anAnswerThatIsLeftEndsOnce() throws Exception {
        List<RecordedEvent> events = record(() -> {
            try (Model model = load();
                    Session session = model.newSession(PLAIN)) {
                Generation generation = session.generate(question(), OPTIONS);
                generation.nextEvents();
                generation.close();
                generation.close();
                assertFalse(generation.hasNext());
                assertEquals(Generation.FinishReason.CANCELLED, generation.finishReason());
            }
        });
        assertEquals(
                List.of(
                        "dev.myna.ModelLoad",
                        "dev.myna.ImageProject",
                        "dev.myna.ImageEncode",
                        "dev.myna.Prefill",
                        "dev.myna.Decode"),
                names(events));
        assertEquals(1, events.getLast().getLong("tokens"));
    }

    @Test
    void aSchedulerTellsTheSame() throws Exception {
        List<Generation.Stats> stats = new ArrayList<>();
        List<RecordedEvent> events = record(() -> {
            try (Model model = load();
                    Scheduler scheduler = model.newScheduler(
                            SchedulerOptions.builder().session(PLAIN).build())) {
                Generation generation = scheduler.submit(ChatRequest.of(question()), OPTIONS);
                generation.text();
                stats.add(generation.stats());
            }
        });
        assertEquals(
                List.of(
                        "dev.myna.ModelLoad",
                        "dev.myna.ImageProject",
                        "dev.myna.ImageEncode",
                        "dev.myna.Prefill",
                        "dev.myna.Decode"),
                names(events));
        assertEquals(stats.getFirst().imageTokens(), events.get(2).getLong("rows"));
        assertEquals(stats.getFirst().promptTokens(), events.get(3).getLong("tokens"));
        assertEquals(stats.getFirst().promptTokens(), events.get(4).getInt("position"));
        assertEquals(TOKENS, events.get(4).getLong("tokens"));
    }

    /** Answers a question in a process of its own. */
    static final class Program {
        private Program() {}

        public static void main(String[] args) {
            try (Model model = Myna.load(
                            Path.of(args[0]),
                            Path.of(args[1]),
                            ModelOptions.builder().threads(1).build());
                    Session session = model.newSession(PLAIN);
                    Generation generation = session.generate(question(), OPTIONS)) {
                generation.text();
                System.out.println(generation.stats().generatedTokens());
            }
        }
    }

    private String run(String... flags) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(List.of(flags));
        command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-XX:TieredStopAtLevel=1"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Program.class.getName()));
        command.add(TinyModel.decoder().write(folder, "decoder.gguf").toString());
        command.add(TinyModel.vision().write(folder, "mmproj.gguf").toString());
        Process process = new ProcessBuilder(command)
                .redirectError(folder.resolve("err").toFile())
                .start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(1, TimeUnit.MINUTES));
        assertEquals(0, process.exitValue(), Files.readString(folder.resolve("err")));
        return out.strip();
    }

    @Test
    void withoutARecordingNoEventIsLoaded() throws Exception {
        Path log = folder.resolve("classes");
        assertEquals("" + TOKENS, run("-Xlog:class+load:file=" + log));
        String classes = Files.readString(log);
        assertTrue(classes.contains("dev.myna.engine.events.FlightEvents "), classes);
        assertFalse(classes.contains("dev.myna.engine.events.DecodeEvent "), classes);
        assertFalse(classes.contains("jdk.jfr.Event "), classes);
    }

    @Test
    void aRuntimeWithoutTheRecorderAnswers() throws Exception {
        Path log = folder.resolve("classes");
        assertEquals(
                "" + TOKENS,
                run(
                        "--limit-modules=java.base,java.net.http,java.xml,jdk.incubator.vector",
                        "--add-modules=jdk.incubator.vector",
                        "-Xlog:class+load:file=" + log));
        assertFalse(Files.readString(log).contains(" jdk.jfr."), "the module is not there");
    }
}
