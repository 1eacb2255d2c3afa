// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.Myna;
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
import dev.myna.engine.error.GenerationException;
import dev.myna.kernels.Device;
import dev.myna.kernels.devices.Devices;
import dev.myna.loaders.gguf.GgufException;
import dev.myna.loaders.gguf.GgufFile;
import dev.myna.loaders.image.RgbImage;
import dev.myna.testing.WatchedDevice;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What goes wrong below a pass is a typed error of one answer, and the next is right. */
class FailuresTest {
    private static final GenerationOptions EIGHT =
            GenerationOptions.builder().maxTokens(8).build();
    private static final Message QUESTION = Message.of("aeio", new RgbImage(20, 10, new byte[600]));

    @TempDir
    Path folder;

    /** Throws in the operation of this number, counted down. */
    private int failing = -1;

    private Supplier<Error> failure;
    private Device device;
    private LoadedModel model;
    private String expected;

    @BeforeEach
    void load() {
        device = Devices.scalar();
        Device faulty = WatchedDevice.of(device, method -> {
            if (method.getReturnType() == void.class && failing >= 0 && failing-- == 0) {
                throw failure.get();
            }
        });
        model = LoadedModel.open(
                GgufFile.open(TinyModel.decoder().write(folder, "decoder.gguf")),
                GgufFile.open(TinyModel.vision().write(folder, "mmproj.gguf")),
                new OpenedDevices(faulty, null, ModelOptions.ALL_LAYERS),
                ModelOptions.defaults(),
                Optional.empty());
        try (Session session = model.newSession(SessionOptions.defaults())) {
            expected = session.generate(QUESTION, EIGHT).text();
        }
    }

    @AfterEach
    void close() {
        failing = -1;
        model.close();
        device.close();
    }

    /** In the tower, the prompt, and a token. */
    @ParameterizedTest
    @ValueSource(ints = {0, 5, 20, 120, 300, 330})
    void memoryAndPagesThatAreGoneAreTyped(int operation) {
        List<Supplier<Error>> failures =
                List.of(() -> new OutOfMemoryError("Java heap space"), () -> new InternalError("unsafe memory access"));
        for (Supplier<Error> each : failures) {
            failure = each;
            try (Session session = model.newSession(SessionOptions.defaults());
                    Scheduler scheduler = model.newScheduler(SchedulerOptions.defaults())) {
                failing = operation;
                Generation generation = session.generate(QUESTION, EIGHT);
                GenerationException first = assertThrows(GenerationException.class, generation::text);
                assertEquals(each.get().getClass(), first.getCause().getClass());
                assertSame(first, assertThrows(GenerationException.class, generation::hasNext), "for ever");
                session.undo();
                assertEquals(expected, session.generate(QUESTION, EIGHT).text());

                failing = operation;
                Generation scheduled = scheduler.submit(ChatRequest.of(QUESTION), EIGHT);
                assertInstanceOf(
                        each.get().getClass(),
                        assertThrows(GenerationException.class, scheduled::text).getCause());
                assertEquals(
                        expected,
                        scheduler.submit(ChatRequest.of(QUESTION), EIGHT).text());

                failing = Math.min(operation, 50);
                try (TokenSequence sequence = model.newTokenSequence(SessionOptions.defaults())) {
                    assertThrows(GenerationException.class, () -> sequence.append(new int[40]));
                }
                session.clear();
                assertEquals(expected, session.generate(QUESTION, EIGHT).text());
            }
        }
    }

    /** Pages that are gone end the process when they are touched, so no work begins. */
    @Test
    void filesThatBecameShorterAreRefusedBeforeTheyAreTouched() throws IOException {
        Path decoder = TinyModel.decoder().write(folder, "shrinking.gguf");
        Path vision = TinyModel.vision().write(folder, "shrinking-mmproj.gguf");
        for (Path file : List.of(decoder, vision)) {
            try (LoadedModel each = (LoadedModel) Myna.load(
                            decoder, vision, ModelOptions.builder().threads(2).build());
                    Session session = each.newSession(SessionOptions.defaults());
                    Scheduler scheduler = each.newScheduler(SchedulerOptions.defaults());
                    FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                long size = channel.size();
                channel.truncate(size / 2);
                String message = assertThrows(GgufException.class, () -> session.generate(QUESTION, EIGHT))
                        .getMessage();
                assertTrue(message.startsWith(file + ": the file became shorter"), message);
                assertTrue(message.contains(size / 2 + " of " + size + " bytes"), message);
                assertThrows(GgufException.class, () -> each.newSession(SessionOptions.defaults()));
                assertThrows(GgufException.class, () -> scheduler.submit(ChatRequest.of(QUESTION), EIGHT));
                assertThrows(
                        GgufException.class, () -> each.encode(QUESTION.images().getFirst(), ImageMode.AUTO));
            }
            TinyModel.decoder().write(folder, "shrinking.gguf");
        }
    }

    /** The file of a model is closed with it, not before. */
    @Test
    void closingTheFileOfAModelClosesNothingUnderIt() {
        GgufFile file = GgufFile.open(TinyModel.decoder().write(folder, "decoder.gguf"));
        try (LoadedModel each = (LoadedModel) Myna.loadTextOnly(
                        file, ModelOptions.builder().threads(2).build());
                TokenSequence sequence = each.newTokenSequence(SessionOptions.defaults())) {
            file.close();
            file.close();
            sequence.append(new int[] {1, 5, 9});
            assertTrue(file.require("output.weight").data().scope().isAlive());
            each.close();
            assertTrue(!file.tensors().get("output.weight").data().scope().isAlive());
        }
        assertThrows(
                IllegalStateException.class,
                () -> Myna.loadTextOnly(file, ModelOptions.builder().threads(1).build()));
    }
}
