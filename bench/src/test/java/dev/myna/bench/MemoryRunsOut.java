// SPDX-License-Identifier: Apache-2.0
package dev.myna.bench;

import dev.myna.Myna;
import dev.myna.engine.ChatRequest;
import dev.myna.engine.GenerationOptions;
import dev.myna.engine.Message;
import dev.myna.engine.Model;
import dev.myna.engine.ModelOptions;
import dev.myna.engine.Scheduler;
import dev.myna.engine.SchedulerOptions;
import dev.myna.engine.Session;
import dev.myna.engine.SessionOptions;
import dev.myna.engine.error.GenerationException;
import dev.myna.kernels.Device;
import dev.myna.kernels.KvCache;
import dev.myna.kernels.TensorType;
import dev.myna.kernels.devices.Devices;
import dev.myna.loaders.image.ImageDecoder;
import dev.myna.loaders.image.RgbImage;
import java.lang.foreign.Arena;
import java.lang.ref.Reference;
import java.nio.file.Path;
import java.util.function.Supplier;

/**
 * Takes the memory that is left, asks, gives it back and asks again, in a process that {@link RunTimeTest} starts with little.
 * Prints how often there was too little, for a session, a scheduler, and a cache.
 */
final class MemoryRunsOut {
    /** Bytes that an answer is left with. */
    private static final int[] LEFT = {0, 64 << 10};

    private final Model model;
    private final Message question;
    private final String expected;

    private MemoryRunsOut(Model model, RgbImage image) {
        this.model = model;
        question = Message.of("What is this?", image);
        expected = newSession();
    }

    public static void main(String[] args) {
        RgbImage image = ImageDecoder.decode(Path.of(args[2]), ImageDecoder.Orientation.IGNORE);
        try (Model model = Myna.load(Path.of(args[0]), Path.of(args[1]), ModelOptions.defaults())) {
            MemoryRunsOut test = new MemoryRunsOut(model, image);
            System.out.println(test.sessions() + " " + test.scheduled() + " " + test.caches());
        }
    }

    private String newSession() {
        try (Session session = model.newSession(SessionOptions.defaults())) {
            return ask(session);
        }
    }

    private String ask(Session session) {
        session.clear();
        return session.generate(question, GenerationOptions.greedy()).text();
    }

    private int sessions() {
        int failed = 0;
        try (Session session = model.newSession(SessionOptions.defaults())) {
            for (int left : LEFT) {
                failed += starved(left, () -> ask(session));
                check(ask(session));
                failed += starved(left, this::newSession);
                check(newSession());
            }
        }
        return failed;
    }

    private int scheduled() {
        int failed = 0;
        try (Scheduler scheduler = model.newScheduler(SchedulerOptions.defaults())) {
            Supplier<String> ask = () -> scheduler
                    .submit(ChatRequest.of(question), GenerationOptions.greedy())
                    .text();
            check(ask.get());
            for (int left : LEFT) {
                failed += starved(left, ask);
                check(ask.get());
            }
        }
        return failed;
    }

    /** A cache larger than any machine's memory. */
    private int caches() {
        KvCache.Shape shape = new KvCache.Shape(64, 1 << 30, 8, 128, TensorType.F16, TensorType.F16);
        try (Device device = Devices.cpu(2);
                Arena arena = Arena.ofShared()) {
            throw new AssertionError(device.allocateKvCache(arena, shape) + " has terabytes");
        } catch (OutOfMemoryError e) {
            check(newSession());
            return 1;
        }
    }

    private void check(String answer) {
        if (!answer.equals(expected)) {
            throw new AssertionError("'" + answer + "', not '" + expected + "'");
        }
    }

    /** 1 if there was too little memory for an answer, 0 for a right one. */
    private int starved(int left, Supplier<String> ask) {
        Ballast ballast = Ballast.all();
        for (int freed = 0; freed < left; ballast = ballast.below) {
            freed += ballast.bytes.length;
        }
        try {
            check(ask.get());
            return 0;
        } catch (OutOfMemoryError e) {
            return 1;
        } catch (GenerationException e) {
            if (e.getCause() instanceof OutOfMemoryError) {
                return 1;
            }
            throw e;
        } finally {
            Reference.reachabilityFence(ballast);
        }
    }

    /** What takes the memory: the smallest parts lie on top. */
    private record Ballast(byte[] bytes, Ballast below) {
        static Ballast all() {
            Ballast top = null;
            for (int size = 1 << 20; size >= 1 << 10; size /= 32) {
                try {
                    while (true) {
                        top = new Ballast(new byte[size], top);
                    }
                } catch (OutOfMemoryError e) {
                    // On with smaller parts.
                }
            }
            return top;
        }
    }
}
