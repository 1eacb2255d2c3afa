// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.Myna;
import dev.myna.engine.ChatFormat;
import dev.myna.engine.ChatRequest;
import dev.myna.engine.Generation;
import dev.myna.engine.GenerationOptions;
import dev.myna.engine.ImageMode;
import dev.myna.engine.Message;
import dev.myna.engine.Model;
import dev.myna.engine.ModelOptions;
import dev.myna.engine.Scheduler;
import dev.myna.engine.SchedulerOptions;
import dev.myna.engine.Session;
import dev.myna.engine.SessionOptions;
import dev.myna.engine.TokenSequence;
import dev.myna.engine.error.ContextFullException;
import dev.myna.kernels.CpuKernels;
import dev.myna.loaders.image.RgbImage;
import dev.myna.testing.Thorough;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Whatever is closed, whoever closes it and whenever: nothing is freed while it is used, and everything afterwards. If that were wrong
 * the JVM would end. With {@code -Dmyna.thorough=true} ten thousand closes; {@code -Dmyna.closes=N} says how many.
 */
@Thorough
class ClosingTest {
    private static final int CLOSES = Integer.getInteger("myna.closes", Thorough.Times.of(3_000, 10_000));
    private static final long SEED = Long.getLong("myna.seed", 17);
    private static final int[] IDS = new Random(3).ints(256, 3, 268).toArray();

    /** Goes on for as long as there is room. */
    private static final GenerationOptions LONG = GenerationOptions.builder()
            .maxTokens(0)
            .logitBias(Map.of(2, Float.NEGATIVE_INFINITY))
            .build();

    @TempDir
    Path folder;

    private Path decoder;
    private Path vision;

    @BeforeEach
    void write() {
        decoder = TinyModel.decoder().write(folder, "decoder.gguf");
        vision = TinyModel.vision().write(folder, "mmproj.gguf");
    }

    @ParameterizedTest
    @EnumSource(CpuKernels.class)
    void nothingIsFreedWhileItIsUsed(CpuKernels kernels) {
        Set<String> threads = threads();
        settle();
        long memory = memory("direct");
        long mapped = memory("mapped");
        assertTimeoutPreemptively(Duration.ofMinutes(2 + CLOSES / 5_000), () -> {
            Closer closer = new Closer(new Random(SEED + kernels.ordinal()));
            try (ExecutorService workers = Executors.newFixedThreadPool(4)) {
                while (closer.closes < CLOSES / CpuKernels.values().length) {
                    world(
                            ModelOptions.builder()
                                    .threads(1 + closer.random.nextInt(2))
                                    .kernels(kernels)
                                    .build(),
                            closer,
                            workers);
                }
            }
            System.out.println(kernels + ": " + closer.closes + " closes, seed " + SEED);
        });
        for (int i = 0; i < 3_000 && !threads().equals(threads); i++) {
            settle(); // the thread that warms vectors up ends by itself, after some seconds
        }
        assertEquals(threads, threads());
        for (int i = 0; i < 50 && memory("direct") > memory; i++) {
            settle(); // scratch memory of devices goes when they are collected
        }
        assertTrue(memory("direct") <= memory, memory("direct") + " bytes, before " + memory);
        assertEquals(mapped, memory("mapped"));
        assertEquals(0, mappings());
    }

    /** Closes things at random moments and counts. */
    private static final class Closer {
        final Random random;
        int closes;

        Closer(Random random) {
            this.random = random;
        }

        /** Waits as long as some steps take, or not at all. */
        void close(Runnable what) {
            if (random.nextInt(3) > 0) {
                LockSupport.parkNanos(1 + random.nextInt(1 + random.nextInt(300_000)));
            }
            closeNow(what);
        }

        void closeNow(Runnable what) {
            what.run();
            closes++;
        }
    }

    /** A model: sessions and schedulers come and go, and in the end it is closed while some still work. */
    private void world(ModelOptions options, Closer closer, ExecutorService workers) throws Exception {
        Model model = Myna.load(decoder, vision, options);
        int rounds = closer.random.nextInt(150);
        for (int i = 0; i < rounds; i++) {
            switch (closer.random.nextInt(8)) {
                case 0, 1 -> session(model, closer, workers);
                case 2 -> scheduler(model, closer, workers);
                default -> append(model, closer, workers);
            }
        }
        closeModel(model, closer, workers);
    }

    private static SessionOptions options(Closer closer) {
        return SessionOptions.builder()
                .chatFormat(ChatFormat.Named.PLAIN)
                .contextSize(40 + closer.random.nextInt(200))
                .build();
    }

    /** Prompts of raw tokens, closed by another thread. */
    private static void append(Model model, Closer closer, ExecutorService workers) throws Exception {
        TokenSequence sequence = model.newTokenSequence(options(closer));
        Started work = new Started(workers, () -> appendUntilClosed(sequence));
        work.begun.await();
        closer.close(sequence::close);
        closer.closeNow(sequence::close);
        work.end();
        assertThrows(IllegalStateException.class, () -> sequence.append(5));
    }

    private static void appendUntilClosed(TokenSequence sequence) {
        boolean many = sequence.contextSize() % 2 == 0;
        while (true) {
            sequence.rewind(0);
            if (many) {
                sequence.append(Arrays.copyOf(IDS, sequence.contextSize()));
            } else {
                sequence.append(IDS[sequence.contextSize()]);
            }
        }
    }

    /** An answer about an image or a text, ended in one of the ways there are. */
    private static void session(Model model, Closer closer, ExecutorService workers) throws Exception {
        Session session = model.newSession(options(closer));
        Generation generation = session.generate(message(closer.random), LONG);
        Started work = new Started(workers, generation::text);
        work.begun.await();
        switch (closer.random.nextInt(4)) {
            case 0 -> closer.close(generation::close);
            case 1 -> closer.close(work::interrupt);
            case 2 -> closer.close(() -> anotherTurn(session));
            default -> closer.close(session::clear);
        }
        closer.close(session::close);
        work.end();
        assertTrue(generation.finishReason() != null, "ended");
        generation.close();
        generation.text();
    }

    private static void anotherTurn(Session session) {
        try {
            session.generate(Message.of("e"), LONG);
        } catch (ContextFullException e) {
            // The first answer took the room.
        }
    }

    private static void scheduler(Model model, Closer closer, ExecutorService workers) throws Exception {
        SchedulerOptions options = SchedulerOptions.builder()
                .session(options(closer))
                .slots(1 + closer.random.nextInt(3))
                .promptChunk(16)
                .prefixBytes(closer.random.nextInt(2) << 18)
                .build();
        Scheduler scheduler = model.newScheduler(options);
        List<Generation> generations = new ArrayList<>();
        List<Started> works = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            Generation generation = scheduler.submit(ChatRequest.of(message(closer.random)), LONG);
            generations.add(generation);
            works.add(new Started(workers, generation::text));
        }
        for (int i = 0; i < 3; i++) {
            works.get(i).begun.await();
            closer.close(closer.random.nextBoolean() ? generations.get(i)::close : works.get(i)::interrupt);
            if (closer.random.nextInt(4) == 0) {
                break; // the others end with the scheduler
            }
        }
        closer.close(scheduler::close);
        closer.closeNow(scheduler::close);
        for (Started work : works) {
            work.end();
        }
        for (Generation generation : generations) {
            assertTrue(generation.finishReason() != null, "ended");
        }
        assertThrows(IllegalStateException.class, () -> scheduler.submit(new ChatRequest.Raw("a"), LONG));
    }

    /** Session, generation, scheduler and image that compute when their model is closed, by two threads at once. */
    private static void closeModel(Model model, Closer closer, ExecutorService workers) throws Exception {
        TokenSequence first = model.newTokenSequence(options(closer));
        Session second = model.newSession(options(closer));
        Scheduler scheduler = model.newScheduler(
                SchedulerOptions.builder().session(options(closer)).build());
        Generation scheduled = scheduler.submit(ChatRequest.of(message(closer.random)), LONG);
        List<Started> works = List.of(
                new Started(workers, () -> appendUntilClosed(first)),
                new Started(
                        workers,
                        () -> second.generate(message(closer.random), LONG).text()),
                new Started(workers, () -> {
                    while (true) {
                        model.encode(noise(1), ImageMode.AUTO);
                    }
                }));
        for (Started work : works) {
            work.begun.await();
        }
        Future<?> other = workers.submit(model::close);
        closer.close(model::close);
        other.get();
        assertThrows(IllegalStateException.class, () -> model.newSession(SessionOptions.defaults()));
        first.rewind(0);
        assertThrows(IllegalStateException.class, () -> first.append(5));
        for (Started work : works) {
            work.end();
        }
        try {
            scheduled.text();
        } catch (IllegalStateException e) {
            assertEquals("the model is closed", e.getMessage());
        }
        for (Runnable each : List.<Runnable>of(first::close, second::close, scheduler::close)) {
            closer.closeNow(each);
        }
    }

    /** Work on a thread of a pool, which may be interrupted. */
    private static final class Started {
        final CountDownLatch begun = new CountDownLatch(1);
        private final Future<?> future;
        private Thread thread;
        private boolean over;

        Started(ExecutorService workers, Runnable work) {
            future = workers.submit(() -> {
                begin();
                try {
                    work.run();
                } catch (IllegalStateException e) {
                    // What was closed; CancellationException, for interrupts, is one too.
                    assertTrue(
                            e.getMessage().endsWith(" is closed")
                                    || e.getMessage().endsWith("interrupted"),
                            e.getMessage());
                } finally {
                    leave();
                }
            });
        }

        private synchronized void begin() {
            thread = Thread.currentThread();
            begun.countDown();
        }

        private synchronized void leave() {
            over = true;
            Thread.interrupted();
        }

        synchronized void interrupt() {
            if (!over) {
                thread.interrupt();
            }
        }

        void end() throws Exception {
            future.get(1, TimeUnit.MINUTES);
        }
    }

    private static Message message(Random random) {
        String text = "aeio".repeat(1 + random.nextInt(4));
        return random.nextInt(3) == 0 ? Message.of(text, noise(random.nextInt(50))) : Message.of(text);
    }

    private static RgbImage noise(int seed) {
        byte[] rgb = new byte[40 * 23 * 3];
        new Random(seed).nextBytes(rgb);
        return new RgbImage(40, 23, rgb);
    }

    private static Set<String> threads() {
        Set<String> names = new TreeSet<>();
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().startsWith("myna-") && thread.isAlive()) {
                names.add(thread.getName());
            }
        }
        return names;
    }

    private static void settle() {
        System.gc();
        try {
            Thread.sleep(20);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Bytes that this JVM has taken from the system beside its heap. */
    private static long memory(String pool) {
        return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(bean -> bean.getName().equals(pool))
                .mapToLong(BufferPoolMXBean::getMemoryUsed)
                .sum();
    }

    /** Mappings of this test's files, where the system lists them. */
    private long mappings() {
        Path list = Path.of("/proc/self/maps");
        if (!Files.isReadable(list)) {
            return 0;
        }
        try {
            return Files.readAllLines(list).stream()
                    .filter(line -> line.contains(folder.toString()))
                    .count();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
