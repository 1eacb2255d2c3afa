// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.Myna;
import dev.myna.engine.ChatFormat;
import dev.myna.engine.ChatMessage;
import dev.myna.engine.ChatRequest;
import dev.myna.engine.Generation;
import dev.myna.engine.GenerationOptions;
import dev.myna.engine.Message;
import dev.myna.engine.ModelOptions;
import dev.myna.engine.Scheduler;
import dev.myna.engine.SchedulerOptions;
import dev.myna.engine.SchedulerStats;
import dev.myna.engine.Session;
import dev.myna.engine.SessionOptions;
import dev.myna.engine.error.GenerationException;
import dev.myna.engine.error.QueueFullException;
import dev.myna.engine.error.RequestException;
import dev.myna.engine.grammar.Grammar;
import dev.myna.kernels.CpuKernels;
import dev.myna.loaders.image.RgbImage;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Laws of the scheduler, on a tiny random model: its answers are noise, but always the same noise. */
class SchedulerTest {
    private static final int END = 2;
    private static final SessionOptions PLAIN =
            SessionOptions.builder().chatFormat(ChatFormat.Named.PLAIN).build();
    private static final SchedulerOptions OPTIONS =
            SchedulerOptions.builder().session(PLAIN).prefixBytes(0).build();

    /** Goes on for as many tokens as it is told to. */
    private static final GenerationOptions LONG = GenerationOptions.builder()
            .maxTokens(0)
            .logitBias(Map.of(END, Float.NEGATIVE_INFINITY))
            .build();

    @TempDir
    Path folder;

    private LoadedModel model;

    @BeforeEach
    void load() {
        model = load(ModelOptions.builder().threads(2).build());
    }

    private LoadedModel load(ModelOptions options) {
        return (LoadedModel) Myna.load(
                TinyModel.decoder().write(folder, "decoder.gguf"),
                TinyModel.vision().write(folder, "mmproj.gguf"),
                options);
    }

    @AfterEach
    void close() {
        model.close();
    }

    /** A request of one turn and how to answer it. */
    private record Job(Message message, GenerationOptions options) {
        Generation on(Scheduler scheduler) {
            return scheduler.submit(ChatRequest.of(message), options);
        }

        String alone(LoadedModel model) {
            try (Session session = model.newSession(PLAIN)) {
                return result(session.generate(message, options));
            }
        }
    }

    /** Text, token ids, probabilities and reason of an answer: whatever could differ. */
    private static String result(Generation generation) {
        StringBuilder result = new StringBuilder(generation.text());
        for (Generation.TokenChoice choice : generation.choices()) {
            result.append(' ').append(choice.id()).append(':').append(choice.logprob());
        }
        return result.append(' ').append(generation.finishReason()).toString();
    }

    private static List<Job> jobs(int count) {
        Random random = new Random(11);
        List<Job> jobs = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String text = "aeio mmm".repeat(1 + random.nextInt(8)).substring(random.nextInt(7));
            RgbImage[] images = new RgbImage[random.nextInt(3)];
            for (int j = 0; j < images.length; j++) {
                images[j] = noise(random.nextInt(3));
            }
            GenerationOptions options = GenerationOptions.builder()
                    .maxTokens(1 + random.nextInt(20))
                    .temperature(i % 2)
                    .seed(i)
                    .logprobs(1)
                    .build();
            jobs.add(new Job(Message.of(text, images), options));
        }
        return jobs;
    }

    @ParameterizedTest
    @EnumSource(CpuKernels.class)
    void everyAnswerIsBitForBitWhatItIsAlone(CpuKernels kernels) throws Exception {
        List<Job> jobs = jobs(40);
        try (LoadedModel each =
                load(ModelOptions.builder().threads(2).kernels(kernels).build())) {
            List<String> alone = jobs.stream().map(job -> job.alone(each)).toList();
            // More slots than fit a pass of few rows, and chunks that cut prompts.
            SchedulerOptions options =
                    OPTIONS.toBuilder().slots(13).promptChunk(20).build();
            try (Scheduler scheduler = each.newScheduler(options);
                    ExecutorService readers = Executors.newVirtualThreadPerTaskExecutor()) {
                List<Future<String>> results = new ArrayList<>();
                for (Job job : jobs) {
                    Generation generation = job.on(scheduler);
                    results.add(readers.submit(() -> result(generation)));
                }
                for (int i = 0; i < jobs.size(); i++) {
                    assertEquals(alone.get(i), results.get(i).get(), "request " + i);
                }
                await(scheduler);
                SchedulerStats stats = scheduler.stats();
                assertEquals(jobs.size(), stats.finished());
                assertEquals(3, stats.images(), "each image is encoded once");
                assertTrue(stats.passRows() > 2 * stats.passes(), "rows share passes: " + stats);
            }
        }
    }

    @Test
    void answersGoOnTogetherInOnePassWhereTheyNeedNotBeExact() {
        List<Job> jobs = jobs(24);
        try (Scheduler scheduler =
                model.newScheduler(OPTIONS.toBuilder().slots(24).exact(false).build())) {
            List<Generation> generations =
                    jobs.stream().map(job -> job.on(scheduler)).toList();
            generations.forEach(Generation::text);
            for (Generation generation : generations) {
                assertTrue(generation.stats().generatedTokens() > 0);
            }
            await(scheduler);
            assertEquals(24, scheduler.stats().finished());
        }
    }

    /** Of answers that run, none misses a pass while a prompt of many chunks is read. */
    @Test
    void aLongPromptHoldsUpNobodyForMoreThanAChunk() {
        SchedulerOptions options = OPTIONS.toBuilder().promptChunk(1).build();
        int chunk = 2 * model.decoder().fewRows() + 1;
        try (Scheduler scheduler = model.newScheduler(options)) {
            Generation running = scheduler.submit(new ChatRequest.Raw("a"), LONG);
            assertTrue(running.hasNext());
            int length = 150;
            Generation late = scheduler.submit(
                    new ChatRequest.Raw("e".repeat(length)),
                    GenerationOptions.builder().maxTokens(1).build());
            int before = running.stats().generatedTokens();
            late.text();
            int meanwhile = running.stats().generatedTokens() - before;
            assertTrue(meanwhile >= length / chunk - 1, meanwhile + " tokens while " + length + " positions were read");
            running.close();
        }
    }

    @Test
    void closingFreesTheSlotForWhoWaits() {
        try (Scheduler scheduler =
                model.newScheduler(OPTIONS.toBuilder().slots(1).queueLength(3).build())) {
            Generation first = scheduler.submit(new ChatRequest.Raw("a"), LONG);
            assertTrue(first.hasNext());
            first.close();
            int generated = first.stats().generatedTokens();
            first.text();
            assertEquals(Generation.FinishReason.CANCELLED, first.finishReason());
            assertEquals(generated, first.stats().generatedTokens());
            assertFalse(scheduler.submit(new ChatRequest.Raw("e"), LONG).text().isEmpty());
            await(scheduler);
            assertEquals(1, scheduler.stats().cancelled());
        }
    }

    @Test
    void anInterruptedReaderEndsItsAnswer() throws Exception {
        try (Scheduler scheduler =
                model.newScheduler(OPTIONS.toBuilder().slots(1).build())) {
            Generation[] waiting = new Generation[2];
            waiting[0] = scheduler.submit(new ChatRequest.Raw("a"), LONG);
            waiting[1] = scheduler.submit(new ChatRequest.Raw("a"), LONG);
            Thread reader = Thread.startVirtualThread(() -> {
                Thread.currentThread().interrupt();
                var _ = waiting[1].hasNext();
            });
            reader.join();
            assertEquals(Generation.FinishReason.CANCELLED, waiting[1].finishReason());
            waiting[0].close();
        }
    }

    @Test
    void noMoreWaitThanMay() {
        int refused = 0;
        List<Generation> accepted = new ArrayList<>();
        try (Scheduler scheduler =
                model.newScheduler(OPTIONS.toBuilder().slots(2).queueLength(3).build())) {
            for (int i = 0; i < 400 && refused < 3; i++) {
                try {
                    accepted.add(scheduler.submit(new ChatRequest.Raw("a"), LONG));
                } catch (QueueFullException e) {
                    refused++;
                    assertTrue(e.getMessage().contains("2 slots"), e.getMessage());
                }
                assertTrue(scheduler.stats().waiting() <= 5, "waiting for slots or for room");
            }
            assertEquals(3, refused);
            assertEquals(3, scheduler.stats().refused());
            for (Generation generation : accepted) {
                assertFalse(generation.text().isEmpty());
            }
            assertFalse(scheduler.submit(new ChatRequest.Raw("a"), LONG).text().isEmpty(), "later there is room");
        }
    }

    @Test
    void whatIsSharedIsNotComputedAgain() {
        SchedulerOptions options =
                OPTIONS.toBuilder().prefixBytes(1 << 20).slots(3).build();
        int few = model.decoder().fewRows();
        try (Scheduler scheduler = model.newScheduler(options)) {
            Job job = new Job(
                    Message.of("aaaa eeee iiii oooo", noise(1)),
                    LONG.toBuilder().maxTokens(4).build());
            String first = result(job.on(scheduler));
            Generation second = job.on(scheduler);
            assertEquals(first, result(second), "reused positions are bit for bit the same");
            assertEquals(second.stats().promptTokens() - few - 1, second.stats().cachedTokens());
            assertEquals(1, scheduler.stats().images());

            // From a cache that is in use, and longer than what is shared.
            String prefix = "aeioaeioaeioaeioaeioaeioaeio";
            Generation running = scheduler.submit(new ChatRequest.Raw(prefix + "a".repeat(60)), LONG);
            assertTrue(running.hasNext());
            Generation other = scheduler.submit(
                    new ChatRequest.Raw(prefix + "e".repeat(20)),
                    LONG.toBuilder().maxTokens(8).build());
            String reused = result(other);
            assertTrue(
                    other.stats().cachedTokens() >= prefix.length(),
                    other.stats().toString());
            running.close();
            try (Scheduler fresh = model.newScheduler(OPTIONS)) {
                Generation alone = fresh.submit(
                        new ChatRequest.Raw(prefix + "e".repeat(20)),
                        LONG.toBuilder().maxTokens(8).build());
                assertEquals(reused, result(alone));
                assertEquals(0, alone.stats().cachedTokens());
            }
            assertTrue(scheduler.stats().prefixBytes() <= 1 << 20);
            assertTrue(scheduler.stats().reusedTokens() > 0);
        }
    }

    @Test
    void keptPrefixesStayWithinTheirBytes() {
        long one;
        try (Session session = model.newSession(PLAIN)) {
            one = session.cacheBytes() / 2; // a chunk of 128 of its 256 positions
        }
        try (Scheduler scheduler =
                model.newScheduler(OPTIONS.toBuilder().prefixBytes(3 * one).build())) {
            for (int i = 0; i < 12; i++) {
                scheduler
                        .submit(
                                new ChatRequest.Raw(
                                        String.valueOf((char) ('a' + i)).repeat(30)),
                                LONG.toBuilder().maxTokens(2).build())
                        .text();
            }
            await(scheduler);
            SchedulerStats stats = scheduler.stats();
            assertEquals(3 * one, stats.prefixBytes());
            assertEquals(0, stats.cacheBytes());
        }
    }

    /** S-12: neither text nor images of one request reach another, also where they are as many bytes. */
    @Test
    void requestsNeverSeeEachOthersContents() {
        RgbImage wide = noise(1);
        RgbImage high = new RgbImage(wide.height(), wide.width(), wide.rgb());
        List<Job> jobs = new ArrayList<>();
        for (RgbImage image : List.of(wide, high, noise(2))) {
            for (String text : List.of("what is it?", "what is that?", "who is it?")) {
                jobs.add(new Job(
                        Message.of(text, image), LONG.toBuilder().maxTokens(12).build()));
            }
        }
        Set<String> distinct = new HashSet<>();
        try (Scheduler scheduler =
                model.newScheduler(OPTIONS.toBuilder().prefixBytes(1 << 20).build())) {
            for (int round = 0; round < 3; round++) {
                List<Generation> generations =
                        jobs.stream().map(job -> job.on(scheduler)).toList();
                for (int i = 0; i < jobs.size(); i++) {
                    String alone = jobs.get(i).alone(model);
                    assertEquals(alone, result(generations.get(i)), "request " + i);
                    distinct.add(alone);
                }
            }
            assertEquals(3, scheduler.stats().images());
        }
        assertEquals(jobs.size(), distinct.size(), "contents make a difference");
    }

    @Test
    void imagesAreGuidedByTheTextOfTheirOwnRequest() {
        try (LoadedModel guided = (LoadedModel) Myna.load(
                        TinyModel.decoder().write(folder, "decoder.gguf"),
                        TextGuidedSessionTest.vision().write(folder, "guided.gguf"),
                        ModelOptions.builder().threads(2).build());
                Scheduler scheduler = guided.newScheduler(
                        OPTIONS.toBuilder().prefixBytes(1 << 20).build())) {
            List<Job> jobs = List.of(
                    new Job(
                            Message.of("What is it?", noise(1)),
                            LONG.toBuilder().maxTokens(9).build()),
                    new Job(
                            Message.of("यह क्या है?", noise(1)),
                            LONG.toBuilder().maxTokens(9).build()),
                    new Job(
                            Message.of("What is it?", noise(1), noise(2)),
                            LONG.toBuilder().maxTokens(9).build()));
            for (int round = 0; round < 2; round++) {
                List<Generation> generations =
                        jobs.stream().map(job -> job.on(scheduler)).toList();
                for (int i = 0; i < jobs.size(); i++) {
                    assertEquals(jobs.get(i).alone(guided), result(generations.get(i)), "request " + i);
                    assertEquals(3, generations.get(i).routers().getFirst().length);
                }
            }
            assertEquals(2, scheduler.stats().images(), "the tower's part does not depend on the text");
        }
    }

    /** what goes wrong for one goes wrong for one. */
    @Test
    void aFailureEndsOneRequest() {
        float[] embeddings = new float[268 * TinyModel.WIDTH];
        Random random = new Random(3);
        for (int i = 0; i < embeddings.length; i++) {
            boolean damaged = i / TinyModel.WIDTH == 263; // the piece "o"
            embeddings[i] = damaged ? Float.NaN : (float) (random.nextGaussian() * 0.3);
        }
        TinyModel damaged = TinyModel.decoder();
        damaged.values.put("token_embd.weight", embeddings);
        try (LoadedModel each = (LoadedModel) Myna.loadTextOnly(
                damaged.write(folder, "damaged.gguf"),
                ModelOptions.builder().threads(2).build())) {
            int piece = each.tokenizer().id("o");
            assertEquals(263, piece);
            GenerationOptions options = LONG.toBuilder()
                    .maxTokens(20)
                    .logitBias(Map.of(END, Float.NEGATIVE_INFINITY, piece, Float.NEGATIVE_INFINITY))
                    .build();
            Job good = new Job(Message.of("aeaeaeaeaeae"), options);
            String alone = good.alone(each);
            try (Scheduler scheduler =
                    each.newScheduler(OPTIONS.toBuilder().prefixBytes(1 << 20).build())) {
                for (int round = 0; round < 3; round++) {
                    Generation before = good.on(scheduler);
                    Generation bad = new Job(Message.of("aeaeaeaeaeo"), options).on(scheduler);
                    Generation after = good.on(scheduler);
                    assertThrows(GenerationException.class, bad::text);
                    assertThrows(GenerationException.class, bad::hasNext, "it stays failed");
                    assertEquals(alone, result(before));
                    assertEquals(alone, result(after));
                }
                await(scheduler);
                assertEquals(3, scheduler.stats().failed());
                assertEquals(6, scheduler.stats().finished());
            }
        }
    }

    /** */
    @Test
    void aClosedModelIsAnErrorNotACrash() {
        try (Scheduler scheduler = model.newScheduler(OPTIONS)) {
            Generation generation = scheduler.submit(new ChatRequest.Raw("a"), LONG);
            Generation imaged = scheduler.submit(ChatRequest.of(Message.of("a", noise(1))), LONG);
            model.close();
            for (Generation each : List.of(generation, imaged)) {
                try {
                    each.text(); // it may have ended just before
                } catch (IllegalStateException e) {
                    assertTrue(e.getMessage().contains("closed"), e.getMessage());
                }
            }
            assertThrows(IllegalStateException.class, () -> scheduler.submit(new ChatRequest.Raw("a"), LONG));
        }
    }

    @Test
    void requestsThatCanNeverRunAreRefused() {
        try (LoadedModel blind = (LoadedModel) Myna.loadTextOnly(
                        TinyModel.decoder().write(folder, "blind.gguf"),
                        ModelOptions.builder().threads(1).build());
                Scheduler scheduler = blind.newScheduler(OPTIONS)) {
            assertEquals(256, scheduler.contextSize());
            assertThrows(RequestException.class, () -> scheduler.submit(new ChatRequest.Raw("a".repeat(300)), LONG));
            assertThrows(
                    RequestException.class, () -> scheduler.submit(ChatRequest.of(Message.of("a", noise(1))), LONG));
            assertThrows(
                    RequestException.class,
                    () -> scheduler.submit(
                            new ChatRequest.Raw("a"),
                            LONG.toBuilder().logitBias(Map.of(268, 1f)).build()));
            assertEquals(0, scheduler.stats().submitted());
        }
        assertThrows(
                RequestException.class,
                () -> model.newScheduler(OPTIONS.toBuilder()
                                .session(PLAIN.toBuilder().contextSize(1000).build())
                                .build())
                        .close());
        assertThrows(RequestException.class, () -> OPTIONS.toBuilder().slots(0).build());
        assertThrows(
                RequestException.class,
                () -> OPTIONS.toBuilder().prefixBytes(-1).build());
        assertThrows(RequestException.class, () -> new ChatRequest.Chat(List.of()));
    }

    @Test
    void conversationsWithSystemTextAndTurns() {
        try (Scheduler scheduler = model.newScheduler(OPTIONS)) {
            Generation said = scheduler.submit(
                    conversation("oo"), LONG.toBuilder().maxTokens(5).build());
            Generation raw = scheduler.submit(
                    new ChatRequest.Raw("ooaei"), LONG.toBuilder().maxTokens(5).build());
            assertEquals(result(raw), result(said));
            Generation other = scheduler.submit(
                    conversation("ee"), LONG.toBuilder().maxTokens(5).build());
            assertNotEquals(result(raw), result(other));
        }
    }

    private static ChatRequest conversation(String system) {
        return new ChatRequest.Chat(List.of(
                new ChatMessage.System(system),
                new ChatMessage.User(Message.of("a")),
                new ChatMessage.Assistant("e"),
                new ChatMessage.User(Message.of("i"))));
    }

    @Test
    void grammarsHoldForEachAnswer() {
        GenerationOptions words = GenerationOptions.builder()
                .grammar(Grammar.gbnf("root ::= (\"a\" | \"e\"){6}"))
                .build();
        GenerationOptions digits = GenerationOptions.builder()
                .grammar(Grammar.gbnf("root ::= [0-9]{5}"))
                .build();
        try (Scheduler scheduler = model.newScheduler(OPTIONS)) {
            Generation first = scheduler.submit(new ChatRequest.Raw("i"), words);
            Generation second = scheduler.submit(new ChatRequest.Raw("i"), digits);
            String letters = first.text();
            String number = second.text();
            assertTrue(letters.matches("[ae]{6}"), letters);
            assertTrue(number.matches("[0-9]{5}"), number);
            assertEquals(Generation.FinishReason.STOP, second.finishReason());
        }
    }

    @Test
    void drainingLetsWhatRunsEnd() {
        Scheduler scheduler = model.newScheduler(OPTIONS.toBuilder().slots(2).build());
        List<Generation> generations = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            generations.add(scheduler.submit(
                    new ChatRequest.Raw("a"), LONG.toBuilder().maxTokens(10).build()));
        }
        assertTrue(scheduler.drain(Duration.ofMinutes(5)));
        for (Generation generation : generations) {
            assertEquals(10, generation.stats().generatedTokens());
        }
        assertThrows(IllegalStateException.class, () -> scheduler.submit(new ChatRequest.Raw("a"), LONG));
        scheduler.close();
    }

    @Test
    void closingCancelsWhatRunsAndWaits() {
        Scheduler scheduler = model.newScheduler(OPTIONS.toBuilder().slots(1).build());
        Generation running = scheduler.submit(new ChatRequest.Raw("a"), LONG);
        Generation waiting = scheduler.submit(ChatRequest.of(Message.of("e", noise(1))), LONG);
        scheduler.close();
        scheduler.close();
        running.text();
        waiting.text();
        assertEquals(Generation.FinishReason.CANCELLED, waiting.finishReason());
        assertThrows(IllegalStateException.class, () -> scheduler.submit(new ChatRequest.Raw("a"), LONG));
        assertEquals(0, schedulerThreads());
    }

    /** closed at whatever stage they are. */
    @Test
    void thousandsOfRequestsLeaveNothingBehind() throws Exception {
        Random random = new Random(5);
        SchedulerOptions options = OPTIONS.toBuilder()
                .slots(6)
                .queueLength(40)
                .prefixBytes(1 << 18)
                .build();
        int requests = 2000;
        int accepted = 0;
        try (Scheduler scheduler = model.newScheduler(options);
                ExecutorService readers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> ends = new ArrayList<>();
            for (int i = 0; i < requests; i++) {
                Message message = random.nextInt(4) == 0
                        ? Message.of("a".repeat(1 + random.nextInt(40)), noise(random.nextInt(60)))
                        : Message.of("aei".repeat(1 + random.nextInt(40)));
                int stage = random.nextInt(4);
                Generation generation;
                try {
                    generation = scheduler.submit(
                            ChatRequest.of(message),
                            LONG.toBuilder().maxTokens(1 + random.nextInt(8)).build());
                    accepted++;
                } catch (QueueFullException e) {
                    ends.removeFirst().get(); // waits until the oldest has ended
                    continue;
                }
                ends.add(readers.submit(() -> {
                    if (stage == 0) {
                        generation.close();
                    } else if (stage == 1) {
                        Thread.yield();
                        generation.close();
                    } else if (stage == 2 && generation.hasNext()) {
                        generation.close();
                    }
                    generation.text();
                    return generation.finishReason();
                }));
            }
            for (Future<?> end : ends) {
                end.get();
            }
            await(scheduler);
            SchedulerStats stats = scheduler.stats();
            assertEquals(accepted, stats.finished() + stats.cancelled(), stats.toString());
            assertTrue(stats.cancelled() > 0 && stats.finished() > 0, stats.toString());
            assertEquals(0, stats.failed());
            assertEquals(0, stats.cacheBytes());
            assertTrue(stats.prefixBytes() <= 1 << 18, stats.toString());
            assertEquals(2, schedulerThreads());
        }
        assertEquals(0, schedulerThreads());
    }

    private static long schedulerThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("myna-scheduler")
                        || thread.getName().equals("myna-images"))
                .count();
    }

    /** Until every slot is free: ends are noticed before slots are. */
    private static void await(Scheduler scheduler) {
        // One snapshot: between two, a request may go from waiting to active.
        for (SchedulerStats stats = scheduler.stats();
                stats.active() > 0 || stats.waiting() > 0;
                stats = scheduler.stats()) {
            Thread.onSpinWait();
        }
    }

    private static RgbImage noise(int seed) {
        byte[] rgb = new byte[40 * 23 * 3];
        new Random(seed).nextBytes(rgb);
        return new RgbImage(40, 23, rgb);
    }
}
