// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.engine.ChatFormat;
import dev.myna.engine.ChatRequest;
import dev.myna.engine.Generation;
import dev.myna.engine.GenerationOptions;
import dev.myna.engine.ImageMode;
import dev.myna.engine.Message;
import dev.myna.engine.ModelOptions;
import dev.myna.engine.Scheduler;
import dev.myna.engine.SchedulerOptions;
import dev.myna.engine.Session;
import dev.myna.engine.SessionOptions;
import dev.myna.engine.TokenSequence;
import dev.myna.kernels.Device;
import dev.myna.kernels.devices.Devices;
import dev.myna.loaders.gguf.GgufFile;
import dev.myna.loaders.image.RgbImage;
import dev.myna.testing.WatchedDevice;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Cancelling takes effect within one step, counted in operations of the device and not in time. */
@Timeout(60)
class StepsTest {
    private static final int LAYERS = 12;

    /** The operation itself, and one that only copies: those do not ask. */
    private static final int STEP = 1;

    private static final RgbImage PICTURE = noise(1);
    private static final GenerationOptions LONG = GenerationOptions.builder()
            .maxTokens(0)
            .logitBias(Map.of(2, Float.NEGATIVE_INFINITY))
            .build();

    @TempDir
    Path folder;

    private final Watched watched = new Watched();
    private LoadedModel model;

    /** What computes when it is cancelled. */
    enum Work {
        /** Of 17 tokens, which are embedded one by one. */
        PROMPT(80),
        /** The third token or so. */
        ANSWER(500),
        TOWER(60);

        /** In which operation. */
        private final int moment;

        Work(int moment) {
            this.moment = moment;
        }

        Message message() {
            return this == TOWER ? Message.of("a", PICTURE) : Message.of("aeio".repeat(4));
        }
    }

    /** Who cancels it. */
    enum Cancel {
        GENERATION,
        INTERRUPT,
        SESSION,
        MODEL
    }

    /** The scalar device, which counts and does something else in the middle of an operation. */
    private static final class Watched {
        final Device device = Devices.scalar();
        final AtomicInteger operations = new AtomicInteger();
        private volatile int moment = Integer.MAX_VALUE;
        private volatile Runnable cancel;

        Device proxy() {
            return WatchedDevice.of(device, method -> {
                if (method.getReturnType() == void.class && !method.getName().equals("close")) {
                    if (operations.incrementAndGet() == moment) {
                        cancel.run();
                    }
                }
            });
        }

        /** Has it cancelled in an operation to come. */
        void cancelIn(int operation, Runnable how) {
            operations.set(0);
            cancel = how;
            moment = operation;
        }

        void requireStopped() {
            int late = operations.get() - moment;
            assertTrue(late >= 0, "was not cancelled in " + operations.get() + " operations");
            assertTrue(late <= STEP, late + " operations after it was cancelled");
        }
    }

    @BeforeEach
    void load() {
        TinyModel decoder = TinyModel.decoder().with("llama.block_count", LAYERS);
        TinyModel vision = TinyModel.vision().with("clip.vision.block_count", LAYERS);
        for (int i = 2; i < LAYERS; i++) {
            copyLayer(decoder, "blk.", i);
            copyLayer(vision, "v.blk.", i);
        }
        model = LoadedModel.open(
                GgufFile.open(decoder.write(folder, "decoder.gguf")),
                GgufFile.open(vision.write(folder, "mmproj.gguf")),
                new OpenedDevices(watched.proxy(), null, ModelOptions.ALL_LAYERS),
                ModelOptions.defaults(),
                Optional.empty());
    }

    private static void copyLayer(TinyModel model, String prefix, int layer) {
        Map.copyOf(model.tensors).forEach((name, shape) -> {
            if (name.startsWith(prefix + "0.")) {
                model.shape(prefix + layer + name.substring(prefix.length() + 1), shape);
            }
        });
    }

    @AfterEach
    void close() {
        model.close();
        watched.device.close();
    }

    static Stream<Arguments> sessionCases() {
        return Stream.of(Work.values())
                .flatMap(work -> Stream.of(Cancel.values()).map(cancel -> Arguments.of(work, cancel)));
    }

    @ParameterizedTest
    @MethodSource("sessionCases")
    void sessionsStopWithinAStep(Work work, Cancel cancel) throws Exception {
        Session session = model.newSession(
                SessionOptions.builder().chatFormat(ChatFormat.Named.PLAIN).build());
        Generation generation = session.generate(work.message(), LONG);
        Thread worker = Thread.currentThread();
        watched.cancelIn(work.moment, () -> {
            switch (cancel) {
                case GENERATION -> generation.close();
                case INTERRUPT -> worker.interrupt();
                case SESSION -> closeElsewhere(session);
                case MODEL -> closeElsewhere(model);
            }
        });
        if (cancel == Cancel.MODEL) {
            assertThrows(IllegalStateException.class, generation::text);
            assertThrows(IllegalStateException.class, generation::text, "for ever");
        } else {
            generation.text();
            assertEquals(Generation.FinishReason.CANCELLED, generation.finishReason());
        }
        assertEquals(cancel == Cancel.INTERRUPT, Thread.interrupted());
        watched.requireStopped();
        session.close();
    }

    /** A close that waits for this very operation, so that it has begun when it goes on. */
    private static void closeElsewhere(AutoCloseable what) {
        Thread closer = Thread.ofPlatform().start(() -> {
            try {
                what.close();
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        });
        while (closer.isAlive() && closer.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
    }

    @ParameterizedTest
    @MethodSource("rawCases")
    void rawTokensStopWithinAStep(Cancel cancel, Class<? extends RuntimeException> expected) {
        TokenSequence sequence = model.newTokenSequence(SessionOptions.defaults());
        Thread worker = Thread.currentThread();
        watched.cancelIn(200 + 5 * LAYERS, () -> {
            if (cancel == Cancel.INTERRUPT) {
                worker.interrupt();
            } else {
                closeElsewhere(cancel == Cancel.MODEL ? model : sequence);
            }
        });
        assertEquals(
                expected,
                assertThrows(RuntimeException.class, () -> sequence.append(new int[200]))
                        .getClass());
        assertEquals(cancel == Cancel.INTERRUPT, Thread.interrupted());
        watched.requireStopped();
        sequence.close();
    }

    static Stream<Arguments> rawCases() {
        return Stream.of(
                Arguments.of(Cancel.INTERRUPT, CancellationException.class),
                Arguments.of(Cancel.SESSION, IllegalStateException.class),
                Arguments.of(Cancel.MODEL, IllegalStateException.class));
    }

    @Test
    void aImageStopsWithinAStep() {
        Thread worker = Thread.currentThread();
        watched.cancelIn(50, worker::interrupt);
        assertThrows(CancellationException.class, () -> model.encode(PICTURE, ImageMode.AUTO));
        assertTrue(Thread.interrupted());
        watched.requireStopped();
        watched.cancelIn(60, () -> closeElsewhere(model));
        assertThrows(IllegalStateException.class, () -> model.encode(PICTURE, ImageMode.AUTO));
        watched.requireStopped();
    }

    /** The last one who waits has left, or the scheduler or the model is closed. */
    @ParameterizedTest
    @MethodSource("scheduledCases")
    void schedulersStopWithinAStep(Work work, Cancel cancel) throws Exception {
        Scheduler scheduler = model.newScheduler(SchedulerOptions.builder()
                .session(SessionOptions.builder()
                        .chatFormat(ChatFormat.Named.PLAIN)
                        .build())
                .build());
        Generation[] generation = new Generation[1];
        Object known = new Object();
        watched.cancelIn(work.moment, () -> {
            synchronized (known) {
                switch (cancel) {
                    case GENERATION -> generation[0].close();
                    case SESSION -> closeElsewhere(scheduler);
                    default -> closeElsewhere(model);
                }
            }
        });
        synchronized (known) {
            generation[0] = scheduler.submit(ChatRequest.of(work.message()), LONG);
        }
        if (cancel == Cancel.MODEL) {
            assertThrows(IllegalStateException.class, generation[0]::text);
        } else {
            generation[0].text();
            assertEquals(Generation.FinishReason.CANCELLED, generation[0].finishReason());
        }
        scheduler.close();
        watched.requireStopped();
    }

    static Stream<Arguments> scheduledCases() {
        return Stream.of(Work.values())
                .flatMap(work -> Stream.of(Cancel.GENERATION, Cancel.SESSION, Cancel.MODEL)
                        .map(cancel -> Arguments.of(work, cancel)));
    }

    private static RgbImage noise(int seed) {
        byte[] rgb = new byte[40 * 23 * 3];
        new Random(seed).nextBytes(rgb);
        return new RgbImage(40, 23, rgb);
    }
}
