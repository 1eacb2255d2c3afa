// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.engine.ChatFormat;
import dev.myna.engine.ChatRequest;
import dev.myna.engine.Generation;
import dev.myna.engine.GenerationOptions;
import dev.myna.engine.Message;
import dev.myna.engine.ModelOptions;
import dev.myna.engine.Scheduler;
import dev.myna.engine.SchedulerOptions;
import dev.myna.engine.Session;
import dev.myna.engine.SessionOptions;
import dev.myna.kernels.Buffer;
import dev.myna.kernels.Cancellation;
import dev.myna.kernels.Device;
import dev.myna.kernels.ProgramCache;
import dev.myna.kernels.devices.Devices;
import dev.myna.loaders.gguf.GgufFile;
import dev.myna.loaders.image.RgbImage;
import dev.myna.testing.NeedsOpenCl;
import dev.myna.testing.WatchedDevice;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A request to stop ends long operations in their middle: matmuls of a long prompt and of a tower with many patches, and the tower's
 * attention. Counted in parts of the operation's result that were written, not in time.
 */
@Timeout(120)
class CancellationTest {
    private static final int THREADS = 2;
    private static final int WIDTH = 512;
    private static final int FEED_FORWARD = 8192;
    private static final int TOWER_WIDTH = 384;
    private static final int TOWER_FEED_FORWARD = 6144;
    private static final int TOWER_LAYERS = 6;

    /** 32 x 32 patches and a class row. */
    private static final int TOWER_ROWS = 1025;

    private static final RgbImage IMAGE = noise(40, 23);
    private static final GenerationOptions FEW =
            GenerationOptions.builder().maxTokens(3).build();

    @TempDir
    static Path folder;

    private static Path decoderFile;
    private static Path visionFile;

    private final Watched watched = new Watched();
    private LoadedModel model;

    /** The operation in whose middle the answer is cancelled. */
    enum Moment {
        /** The first matmul of the feed-forward, of 256 rows of a prompt. */
        PREFILL("matmul", 256, FEED_FORWARD),
        /** The same of the tower. */
        TOWER("matmul", TOWER_ROWS, TOWER_FEED_FORWARD),
        TOWER_ATTENTION("attendFull", TOWER_ROWS, TOWER_WIDTH);

        private final String operation;
        private final int rows;
        private final int width;

        Moment(String operation, int rows, int width) {
            this.operation = operation;
            this.rows = rows;
            this.width = width;
        }

        /** The buffer that the operation writes. */
        private Buffer out(Object[] args) {
            return (Buffer) args[this == TOWER_ATTENTION ? 5 : 2];
        }

        private boolean is(Method method, Object[] args) {
            return method.getName().equals(operation)
                    && out(args).width() == width
                    && args[args.length - 1].equals(rows);
        }

        Message message() {
            return this == PREFILL ? Message.of("a".repeat(300)) : Message.of("a", IMAGE);
        }
    }

    /** A device that stops an answer when an operation of it asks, usually for the second time: after the first piece of its work. */
    private static final class Watched {
        Device device;
        private Moment moment;
        private Runnable cancel;
        private int question = 2;
        private int askedAfter;
        private int operationsAfter;
        private boolean cancelled;
        private double written;

        /** Of other threads than the test's, too. */
        final AtomicInteger found = new AtomicInteger();

        Device proxy() {
            return WatchedDevice.around(device, (target, method, args) -> {
                if (moment != null && args != null && moment.is(method, args)) {
                    return cancelInside(target, method, args);
                }
                boolean computes = method.getReturnType() == void.class
                        && !method.getName().equals("close");
                operationsAfter += cancelled && computes ? 1 : 0;
                return WatchedDevice.invoke(target, method, args);
            });
        }

        void cancelIn(Moment where, Runnable how) {
            moment = where;
            cancel = how;
        }

        private Object cancelInside(Object target, Method method, Object[] args) throws Throwable {
            Moment here = moment;
            moment = null;
            Buffer out = here.out(args);
            float[] values = new float[Math.multiplyExact(here.rows, here.width)];
            device.write(out, values, 0, here.rows);
            Runnable check = Cancellation.check();
            AtomicInteger asked = new AtomicInteger();
            Cancellation.begin(() -> {
                if (asked.incrementAndGet() == question) {
                    cancel.run();
                    cancelled = true;
                } else if (cancelled) {
                    askedAfter++;
                }
                check.run();
            });
            try {
                return WatchedDevice.invoke(target, method, args);
            } finally {
                Cancellation.end(check);
                device.read(out, values, 0, here.rows);
                int zeros = 0;
                for (float value : values) {
                    zeros += value == 0 ? 1 : 0;
                }
                written = 1 - (double) zeros / values.length;
                found.incrementAndGet();
            }
        }
    }

    @BeforeAll
    static void write() {
        TinyModel decoder = TinyModel.decoder()
                .with("llama.context_length", 4096)
                .with("llama.embedding_length", WIDTH)
                .with("llama.feed_forward_length", FEED_FORWARD);
        widen(decoder, TinyModel.WIDTH, WIDTH, 48, FEED_FORWARD);
        TinyModel vision = TinyModel.vision()
                .with("clip.vision.image_size", 128)
                .with("clip.vision.block_count", TOWER_LAYERS)
                .with("clip.vision.embedding_length", TOWER_WIDTH)
                .with("clip.vision.feed_forward_length", TOWER_FEED_FORWARD)
                .with("clip.vision.projection_dim", WIDTH);
        for (int i = 2; i < TOWER_LAYERS; i++) {
            String to = "v.blk." + i + ".";
            Map.copyOf(vision.tensors).forEach((name, shape) -> {
                if (name.startsWith("v.blk.0.")) {
                    vision.shape(to + name.substring("v.blk.0.".length()), shape);
                }
            });
        }
        widen(vision, 24, TOWER_WIDTH, 40, TOWER_FEED_FORWARD);
        vision.shape("v.position_embd.weight", TOWER_WIDTH, TOWER_ROWS);
        for (String name : List.of("mm.0", "mm.2")) {
            vision.shape(name + ".weight", name.equals("mm.0") ? TOWER_WIDTH : WIDTH, WIDTH);
            vision.shape(name + ".bias", WIDTH);
        }
        decoderFile = decoder.write(folder, "decoder.gguf");
        visionFile = vision.write(folder, "mmproj.gguf");
    }

    private void load(Device device) {
        watched.device = device;
        model = LoadedModel.open(
                GgufFile.open(decoderFile),
                GgufFile.open(visionFile),
                new OpenedDevices(watched.proxy(), null, ModelOptions.ALL_LAYERS),
                ModelOptions.defaults(),
                Optional.empty());
    }

    /** Gives all matrices other sides, whose elements are smaller the wider they are. */
    private static void widen(TinyModel model, int width, int wide, int inner, int innerWide) {
        model.tensors.replaceAll((name, shape) -> {
            long[] sides = shape.clone();
            for (int i = 0; i < sides.length; i++) {
                if (sides[i] == width) {
                    sides[i] = wide;
                } else if (sides[i] == width / 2) {
                    sides[i] = wide / 2;
                } else if (sides[i] == inner) {
                    sides[i] = innerWide;
                }
            }
            return sides;
        });
    }

    @AfterEach
    void close() {
        model.close();
        watched.device.close();
    }

    /** How the answer ended, and what was computed after the request. */
    private void requireStopped(Generation generation) {
        assertEquals(Generation.FinishReason.CANCELLED, generation.finishReason());
        assertEquals(1, watched.found.get(), "the operation was met");
        assertEquals(0, watched.askedAfter);
        assertEquals(0, watched.operationsAfter, "operations after the request");
    }

    private static SessionOptions options() {
        return SessionOptions.builder()
                .chatFormat(ChatFormat.Named.PLAIN)
                .contextSize(4096)
                .build();
    }

    @ParameterizedTest
    @EnumSource(Moment.class)
    void sessionsStopInTheMiddleOfAnOperation(Moment moment) {
        load(Devices.cpu(THREADS));
        try (Session session = model.newSession(options())) {
            Generation generation = session.generate(moment.message(), FEW);
            watched.cancelIn(moment, generation::close);
            assertEquals("", generation.text());
            requireStopped(generation);
            requirePart();
            // The session is as good as before.
            Generation next = session.generate(Message.of("e"), FEW);
            next.text();
            assertEquals(Generation.FinishReason.LENGTH, next.finishReason());
        }
    }

    @ParameterizedTest
    @EnumSource(Moment.class)
    void schedulersStopInTheMiddleOfAnOperation(Moment moment) {
        load(Devices.cpu(THREADS));
        Generation[] generation = new Generation[1];
        Object known = new Object();
        watched.cancelIn(moment, () -> {
            synchronized (known) {
                generation[0].close();
            }
        });
        try (Scheduler scheduler = scheduler(1)) {
            synchronized (known) {
                generation[0] = scheduler.submit(ChatRequest.of(moment.message()), FEW);
            }
            generation[0].text();
            // The slot is free again when what was computed for it has ended.
            Generation next = scheduler.submit(ChatRequest.of(Message.of("e")), FEW);
            watched.cancelled = false;
            next.text();
            assertEquals(Generation.FinishReason.LENGTH, next.finishReason());
        }
        assertEquals(Generation.FinishReason.CANCELLED, generation[0].finishReason());
        assertEquals(0, watched.askedAfter);
        requirePart();
    }

    private Scheduler scheduler(int slots) {
        return model.newScheduler(SchedulerOptions.builder()
                .session(options())
                .promptChunk(256)
                .slots(slots)
                .build());
    }

    /** Each thread has done a piece or two of at least four. */
    private void requirePart() {
        assertTrue(watched.written > 0, "nothing was computed");
        assertTrue(watched.written < 0.75, watched.written + " of the operation was computed");
    }

    @Test
    void requestsThatWaitEndAtOnce() {
        load(Devices.cpu(THREADS));
        List<Generation> waiting = new ArrayList<>();
        try (Scheduler scheduler = scheduler(1)) {
            Object submitted = new Object();
            watched.cancelIn(Moment.PREFILL, () -> {
                synchronized (submitted) {
                    for (Generation generation : waiting) {
                        generation.close();
                        assertEquals(Generation.FinishReason.CANCELLED, generation.finishReason());
                        assertFalse(generation.hasNext());
                    }
                }
            });
            Generation first;
            synchronized (submitted) {
                first = scheduler.submit(ChatRequest.of(Moment.PREFILL.message()), FEW);
                for (int i = 0; i < 3; i++) {
                    waiting.add(scheduler.submit(ChatRequest.of(Message.of("a" + i)), FEW));
                }
            }
            first.text();
            assertEquals(Generation.FinishReason.LENGTH, first.finishReason(), "others do not end it");
            assertEquals(1, watched.found.get());
        }
    }

    @ParameterizedTest
    @EnumSource(Moment.class)
    @NeedsOpenCl
    void openClStopsBetweenKernels(Moment moment) {
        load(Devices.openCl(OptionalInt.empty(), ProgramCache.NONE));
        // Before its first kernel: an operation may have one only.
        watched.question = 1;
        try (Session session = model.newSession(options())) {
            Generation generation = session.generate(moment.message(), FEW);
            watched.cancelIn(moment, generation::close);
            assertEquals("", generation.text());
            requireStopped(generation);
            assertEquals(0, watched.written);
        }
    }

    static Stream<Arguments> progressCases() {
        return Stream.of(Arguments.of(false), Arguments.of(true));
    }

    /** Images first, layer by layer; then the prompt, layer by layer and pass by pass. Never backwards. */
    @ParameterizedTest
    @MethodSource("progressCases")
    void progressGoesForwardToTheEnd(boolean scheduled) {
        List<Generation.Progress> seen = new ArrayList<>();
        Generation[] generation = new Generation[1];
        Object known = new Object();
        Message message = Message.of("a".repeat(290), IMAGE, noise(23, 40));
        load(recording(Devices.cpu(THREADS), () -> {
            synchronized (known) {
                seen.add(generation[0].progress());
            }
        }));
        try (Session session = scheduled ? null : model.newSession(options());
                Scheduler scheduler = scheduled
                        ? model.newScheduler(
                                SchedulerOptions.builder().session(options()).build())
                        : null) {
            synchronized (known) {
                generation[0] =
                        scheduled ? scheduler.submit(ChatRequest.of(message), FEW) : session.generate(message, FEW);
            }
            generation[0].text();
            Generation.Progress last = generation[0].progress();
            assertEquals(1, last.imageShare());
            assertEquals(1, last.promptShare());
            assertEquals(2, last.images());
            assertEquals(2, last.totalImages());
            assertEquals(generation[0].stats().promptTokens(), last.totalPositions());
        }
        assertEquals(0, seen.getFirst().promptShare());
        double images = 0;
        double prompt = 0;
        int differentImages = 0;
        int differentPrompts = 0;
        for (Generation.Progress progress : seen.subList(1, seen.size())) {
            assertTrue(progress.imageShare() >= images, images + " then " + progress);
            assertTrue(progress.promptShare() >= prompt, prompt + " then " + progress);
            assertTrue(progress.promptShare() == 0 || progress.imageShare() == 1, progress.toString());
            differentImages += progress.imageShare() > images ? 1 : 0;
            differentPrompts += progress.promptShare() > prompt ? 1 : 0;
            images = progress.imageShare();
            prompt = progress.promptShare();
        }
        assertTrue(differentImages >= 5, "steps of the images: " + differentImages);
        assertTrue(differentPrompts >= 10, "steps of the prompt: " + differentPrompts);
    }

    private static Device recording(Device device, Runnable each) {
        return WatchedDevice.around(device, (target, method, args) -> {
            if (Cancellation.check() != null && method.getName().equals("matmul")) {
                each.run();
            }
            return WatchedDevice.invoke(target, method, args);
        });
    }

    private static RgbImage noise(int width, int height) {
        byte[] rgb = new byte[width * height * 3];
        new Random(width).nextBytes(rgb);
        return new RgbImage(width, height, rgb);
    }
}
