// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.Myna;
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
import dev.myna.engine.error.RequestException;
import dev.myna.engine.warmup.KernelWarmUp;
import dev.myna.kernels.TensorType;
import dev.myna.loaders.image.RgbImage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Laws of sessions, on a tiny random model: its answers are noise, but always the same noise. */
class SessionTest {
    private static final GenerationOptions EIGHT =
            GenerationOptions.builder().maxTokens(8).build();
    private static final RgbImage PICTURE = noise(1);

    @TempDir
    Path folder;

    private Model model;

    @BeforeEach
    void load() {
        model = Myna.load(decoder(), vision(), ModelOptions.builder().threads(2).build());
    }

    @AfterEach
    void close() {
        model.close();
    }

    private Path decoder() {
        return TinyModel.decoder().write(folder, "decoder.gguf");
    }

    private Path vision() {
        return TinyModel.vision().write(folder, "mmproj.gguf");
    }

    @Test
    void rawTokensGiveTheLogitsOfTheSequenceHoweverTheyAreAppended() {
        int[] ids = {5, 9, 3, 7, 4, 8, 6};
        try (TokenSequence whole = model.newTokenSequence(SessionOptions.defaults());
                TokenSequence single = model.newTokenSequence(SessionOptions.defaults())) {
            whole.append(ids);
            for (int id : ids) {
                single.append(id);
            }
            assertEquals(ids.length, single.length());
            assertArrayEquals(whole.logits(), single.logits(), 1e-3f);
            float[] expected = whole.logits().clone();
            whole.append(new int[] {1, 2});
            whole.rewind(ids.length - 1);
            whole.append(ids[ids.length - 1]);
            assertArrayEquals(expected, whole.logits(), 1e-3f);
        }
    }

    @Test
    void theCacheTakesWhatItsTypesAndContextSay() {
        // 2 layers, 2 heads of 8 for keys and again for values; positions come in groups of 16.
        assertEquals(2L * 256 * 16 * (2 + 2), cacheBytes(model, 250, TensorType.F16, TensorType.F16));
        assertEquals(2L * 48 * 16 * (4 + 2), cacheBytes(model, 40, TensorType.F32, TensorType.F16));
        Path oneHead = TinyModel.decoder()
                .with("llama.attention.head_count", 1)
                .with("llama.attention.head_count_kv", 1)
                .shape("blk.0.attn_k.weight", TinyModel.WIDTH, TinyModel.WIDTH)
                .shape("blk.0.attn_v.weight", TinyModel.WIDTH, TinyModel.WIDTH)
                .shape("blk.1.attn_k.weight", TinyModel.WIDTH, TinyModel.WIDTH)
                .shape("blk.1.attn_v.weight", TinyModel.WIDTH, TinyModel.WIDTH)
                .write(folder, "one-head.gguf");
        try (Model wide =
                Myna.load(oneHead, vision(), ModelOptions.builder().threads(1).build())) {
            assertEquals(2L * 256 * (34 + 34), cacheBytes(wide, 256, TensorType.Q8_0, TensorType.Q8_0));
        }
    }

    private static long cacheBytes(Model model, int context, TensorType keys, TensorType values) {
        try (Session session = model.newSession(SessionOptions.builder()
                .contextSize(context)
                .cacheTypes(keys, values)
                .build())) {
            return session.cacheBytes();
        }
    }

    @Test
    void rawTokensMustFitContextAndVocabulary() {
        try (TokenSequence sequence =
                model.newTokenSequence(SessionOptions.builder().contextSize(4).build())) {
            sequence.append(new int[] {1, 2, 3});
            assertThrows(RequestException.class, () -> sequence.append(new int[] {1, 2}));
            sequence.append(4);
            assertThrows(RequestException.class, () -> sequence.append(5));
            assertThrows(IllegalArgumentException.class, () -> sequence.rewind(5));
            sequence.rewind(0);
            assertThrows(IllegalArgumentException.class, () -> sequence.append(new int[] {Integer.MAX_VALUE}));
            assertThrows(IllegalArgumentException.class, () -> sequence.append(-1));
        }
    }

    @Test
    void imagesAreEncodedOnlyByModelsThatSee() {
        float[] rows = model.encode(PICTURE, ImageMode.AUTO);
        assertTrue(rows.length > 0);
        try (Model blind =
                Myna.loadTextOnly(decoder(), ModelOptions.builder().threads(1).build())) {
            assertThrows(RequestException.class, () -> blind.encode(PICTURE, ImageMode.AUTO));
        }
    }

    @Test
    void aWarmUpAtTheSameTimeChangesNoAnswer() {
        String alone;
        try (Session session = model.newSession(SessionOptions.defaults())) {
            alone = session.generate(Message.of("what is it?", PICTURE), EIGHT).text();
        }
        try (KernelWarmUp warmUp =
                        KernelWarmUp.start(EnumSet.allOf(KernelWarmUp.Part.class), EnumSet.allOf(TensorType.class));
                Session session = model.newSession(SessionOptions.defaults())) {
            warmUp.add(EnumSet.of(TensorType.F32));
            assertEquals(
                    alone,
                    session.generate(Message.of("what is it?", PICTURE), EIGHT).text());
        }
    }

    @Test
    void sameSeedSameTokensWhateverTheThreadCount() {
        GenerationOptions sampled = GenerationOptions.builder()
                .temperature(1.5f)
                .topK(40)
                .topP(0.95f)
                .seed(42)
                .maxTokens(24)
                .build();
        String expected = answer(model, sampled);
        for (int threads : new int[] {1, 3, 5}) {
            try (Model other = Myna.load(
                    decoder(), vision(), ModelOptions.builder().threads(threads).build())) {
                assertEquals(expected, answer(other, sampled), threads + " threads");
            }
        }
        assertNotEquals(expected, answer(model, sampled.toBuilder().seed(43).build()));
    }

    private static String answer(Model model, GenerationOptions options) {
        try (Session session = model.newSession(SessionOptions.defaults())) {
            return session.generate(Message.of("a e i", PICTURE), options).text();
        }
    }

    @Test
    void laterTurnsReuseThePrefix() {
        try (Session session = model.newSession(SessionOptions.defaults())) {
            session.generate(Message.of("a", PICTURE), EIGHT).text();
            Generation second = session.generate(Message.of("e"), EIGHT);
            String reused = second.text();
            assertTrue(
                    second.stats().cachedTokens() >= TinyModel.PATCHES,
                    second.stats().toString());
            assertEquals(0, second.stats().imageNanos(), "the image is encoded once");

            try (Session fresh = model.newSession(SessionOptions.defaults())) {
                fresh.generate(Message.of("a", PICTURE), EIGHT).text();
                assertEquals(reused, fresh.generate(Message.of("e"), EIGHT).text());
            }
        }
    }

    @Test
    void undoAndAskAgainGivesTheSameAnswer() {
        try (Session session = model.newSession(SessionOptions.defaults())) {
            String first = session.generate(Message.of("a", PICTURE), EIGHT).text();
            Message question = session.undo().orElseThrow();
            assertEquals("a", question.text());
            assertEquals(first, session.generate(question, EIGHT).text());
            session.clear();
            assertTrue(session.undo().isEmpty());
        }
    }

    @Test
    void aImageIsEncodedOnceEvenAfterClear() {
        try (Session session = model.newSession(SessionOptions.defaults())) {
            String first = session.generate(Message.of("a", PICTURE), EIGHT).text();
            session.clear();
            Generation again = session.generate(Message.of("a", PICTURE), EIGHT);
            assertEquals(first, again.text());
            assertEquals(0, again.stats().imageNanos());
            assertEquals(again.stats().promptTokens() - 1, again.stats().cachedTokens());
        }
    }

    @Test
    void severalImagesInOneTurn() {
        try (Session session = model.newSession(SessionOptions.defaults())) {
            Generation generation = session.generate(Message.of("a", PICTURE, noise(2), PICTURE), EIGHT);
            generation.text();
            assertEquals(3 * TinyModel.PATCHES, generation.stats().imageTokens());
        }
    }

    @Test
    void imageModesDiffer() {
        assertNotEquals(answerIn(ImageMode.PAD), answerIn(ImageMode.CROP));
        assertEquals(answerIn(ImageMode.AUTO), answerIn(ImageMode.PAD));
    }

    private String answerIn(ImageMode mode) {
        try (Session session =
                model.newSession(SessionOptions.builder().imageMode(mode).build())) {
            return session.generate(
                            Message.of("a", PICTURE),
                            EIGHT.toBuilder().maxTokens(24).build())
                    .text();
        }
    }

    /** T-04: one short of the context, exactly the context, one more. */
    @Test
    void promptsUpToTheContextAreAnswered() {
        int prompt;
        try (Session session = model.newSession(SessionOptions.defaults())) {
            Generation generation = session.generate(Message.of("aaaa"), EIGHT);
            prompt = generation.stats().promptTokens();
        }
        for (int context : new int[] {prompt + 1, prompt}) {
            try (Session session = model.newSession(
                    SessionOptions.builder().contextSize(context).build())) {
                Generation generation = session.generate(
                        Message.of("aaaa"),
                        GenerationOptions.builder().maxTokens(0).build());
                generation.text();
                assertTrue(generation.stats().generatedTokens() >= 1);
                if (generation.finishReason() != Generation.FinishReason.STOP) {
                    assertEquals(Generation.FinishReason.LENGTH, generation.finishReason());
                    assertEquals(context - prompt + 1, generation.stats().generatedTokens());
                }
            }
        }
        try (Session session = model.newSession(
                SessionOptions.builder().contextSize(prompt - 1).build())) {
            RequestException error =
                    assertThrows(RequestException.class, () -> session.generate(Message.of("aaaa"), EIGHT));
            assertTrue(error.getMessage().contains(String.valueOf(prompt)), error.getMessage());
            assertTrue(error.getMessage().contains(String.valueOf(prompt - 1)), error.getMessage());
        }
        assertThrows(
                RequestException.class,
                () -> model.newSession(SessionOptions.builder().contextSize(257).build())
                        .close());
    }

    @Test
    void closingStopsWithinOneToken() {
        try (Session session = model.newSession(SessionOptions.defaults())) {
            Generation generation = session.generate(
                    Message.of("a"), GenerationOptions.builder().maxTokens(100).build());
            assertTrue(generation.hasNext());
            int before = generation.stats().generatedTokens();
            generation.close();
            generation.text();
            assertEquals(before, generation.stats().generatedTokens());
            assertEquals(Generation.FinishReason.CANCELLED, generation.finishReason());
            assertFalse(generation.hasNext());
        }
    }

    @Test
    void aClosedModelIsAnErrorNotACrash() {
        Session session = model.newSession(SessionOptions.defaults());
        Generation generation = session.generate(Message.of("a"), EIGHT);
        model.close();
        assertThrows(IllegalStateException.class, generation::text);
        session.close();
        assertThrows(IllegalStateException.class, () -> session.generate(Message.of("a"), EIGHT));
    }

    /** Between two pieces nothing computes, so the reader itself may close whatever it likes. */
    @Test
    void closingWhileReadingIsNoDeadlock() {
        GenerationOptions many = GenerationOptions.builder().maxTokens(100).build();
        Session session = model.newSession(SessionOptions.defaults());
        Generation generation = session.generate(Message.of("a"), many);
        generation.forEachRemaining(_ -> session.close());
        assertEquals(Generation.FinishReason.CANCELLED, generation.finishReason());
        try (Scheduler scheduler = model.newScheduler(SchedulerOptions.defaults())) {
            Generation scheduled = scheduler.submit(ChatRequest.of(Message.of("a")), many);
            scheduled.forEachRemaining(_ -> scheduler.close());
            assertThrows(IllegalStateException.class, () -> scheduler.submit(new ChatRequest.Raw("a"), many));
        }
        try (Session other = model.newSession(SessionOptions.defaults())) {
            Generation last = other.generate(Message.of("a"), many);
            assertThrows(IllegalStateException.class, () -> last.forEachRemaining(_ -> model.close()));
        }
    }

    @Test
    void sixteenSessionsShareAModel() throws Exception {
        String expected = answer(model, EIGHT);
        try (ExecutorService threads = Executors.newFixedThreadPool(16)) {
            List<Callable<String>> tasks = new ArrayList<>();
            for (int i = 0; i < 16; i++) {
                tasks.add(() -> answer(model, EIGHT));
            }
            for (Future<String> result : threads.invokeAll(tasks)) {
                assertEquals(expected, result.get());
            }
        }
    }

    private static RgbImage noise(int seed) {
        byte[] rgb = new byte[40 * 23 * 3];
        new Random(seed).nextBytes(rgb);
        return new RgbImage(40, 23, rgb);
    }
}
