// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.Myna;
import dev.myna.engine.ChatMessage;
import dev.myna.engine.ChatRequest;
import dev.myna.engine.Generation;
import dev.myna.engine.GenerationOptions;
import dev.myna.engine.Message;
import dev.myna.engine.Model;
import dev.myna.engine.Scheduler;
import dev.myna.engine.SchedulerOptions;
import dev.myna.engine.Session;
import dev.myna.engine.SessionOptions;
import dev.myna.engine.TestDevice;
import dev.myna.kernels.TensorType;
import dev.myna.loaders.image.ImageDecoder;
import dev.myna.loaders.image.RgbImage;
import dev.myna.testing.NeedsGolden;
import dev.myna.testing.NeedsOpenCl;
import dev.myna.testing.Thorough;
import dev.myna.testing.TinyFamily;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every way to an answer gives the tokens of a fresh session, for every family with images: conversations that go on, images that come
 * late or several at once, what is found in caches, and eight streams at once.
 */
@NeedsGolden
class FamilyPathsTest {
    private static final SessionOptions EXACT_CACHE =
            SessionOptions.builder().cacheType(TensorType.F32).build();

    private static final int TOKENS = Thorough.Times.of(6, 12);

    /** What is asked in a conversation, in ten languages. */
    private static final List<String> QUESTIONS = List.of(
            "What is in this image?",
            "图里有什么？",
            "इस चित्र में क्या है?",
            "¿Y de qué color es?",
            "Décrivez la deuxième image.",
            "ماذا ترى في هذه الصورة؟",
            "এই ছবিতে কী আছে?",
            "Сколько здесь фигур?",
            "اس تصویر میں کیا ہے؟",
            "この画像には何が写っていますか？");

    /** A loaded family with images to show, and options with which no answer ends early. */
    private record Subject(Model model, List<RgbImage> images, GenerationOptions options) implements AutoCloseable {
        static Subject open(TinyFamily family, TestDevice device) {
            List<RgbImage> images = new ArrayList<>();
            family.images().forEach(file -> images.add(ImageDecoder.decode(file, ImageDecoder.Orientation.IGNORE)));
            Model model = Myna.load(family.decoder(), family.vision(), device.options());
            GenerationOptions options = GenerationOptions.greedy().toBuilder()
                    .maxTokens(TOKENS)
                    .logprobs(0)
                    .logitBias(IntStream.range(0, model.tokenizer().size())
                            .filter(model.tokenizer()::isEndOfGeneration)
                            .boxed()
                            .collect(Collectors.toMap(Function.identity(), _ -> Float.NEGATIVE_INFINITY)))
                    .build();
            return new Subject(model, images, options);
        }

        /** Question number {@code text} with images before it. */
        Message ask(int text, int... shown) {
            RgbImage[] each = new RgbImage[shown.length];
            for (int i = 0; i < shown.length; i++) {
                each[i] = images.get(shown[i]);
            }
            return Message.of(QUESTIONS.get(text), each);
        }

        /** Tokens of a session that computes everything itself. */
        List<Integer> fresh(List<ChatMessage> messages) {
            try (Session session = model.newSession(EXACT_CACHE)) {
                Generation generation = session.generate(messages, options);
                List<Integer> tokens = tokens(generation);
                assertEquals(0, generation.stats().cachedTokens());
                return tokens;
            }
        }

        @Override
        public void close() {
            model.close();
        }
    }

    private static List<Integer> tokens(Generation generation) {
        generation.text();
        List<Integer> ids =
                generation.choices().stream().map(Generation.TokenChoice::id).toList();
        assertEquals(TOKENS, ids.size());
        return ids;
    }

    /** A text, one image, an answer to a text again, two images at once, and the first image once more. */
    private static List<Message> turns(Subject subject) {
        return List.of(
                subject.ask(0),
                subject.ask(1, 0),
                subject.ask(2),
                subject.ask(4, 1, 2),
                subject.ask(8),
                subject.ask(9, 0));
    }

    @ParameterizedTest
    @EnumSource
    void conversationsWithLateAndSeveralImagesAnswerAsFreshSessions(TinyFamily family) {
        try (Subject subject = Subject.open(family, TestDevice.JIT)) {
            assertConversation(subject, family);
        }
    }

    @NeedsOpenCl
    @ParameterizedTest
    @EnumSource
    void conversationsOnOpenClAnswerAsFreshSessions(TinyFamily family) {
        try (Subject subject = Subject.open(family, TestDevice.OPENCL)) {
            assertConversation(subject, family);
        }
    }

    private static void assertConversation(Subject subject, TinyFamily family) {
        try (Session session = subject.model.newSession(EXACT_CACHE)) {
            List<ChatMessage> all = new ArrayList<>();
            int before = 0;
            for (Message question : turns(subject)) {
                all.add(new ChatMessage.User(question));
                Generation generation = session.generate(question, subject.options);
                assertEquals(subject.fresh(all), tokens(generation), "turn " + all.size());
                Generation.Stats stats = generation.stats();
                assertTrue(stats.cachedTokens() >= before, "of " + before + " positions, only " + stats.cachedTokens());
                before = stats.promptTokens() - question.images().size() - 8;
                all.add(generation.message());
                // Of several images each has one tile there: a second one changes the rows of the first.
                before = family == TinyFamily.ONEVISION ? 0 : before;
            }
        }
    }

    /** A conversation whose last turns are asked again, with another image, and without one: what is behind them is forgotten. */
    @Thorough
    @ParameterizedTest
    @EnumSource
    void otherTurnsAfterTheSameBeginningAnswerAsFreshSessions(TinyFamily family) {
        try (Subject subject = Subject.open(family, TestDevice.JIT);
                Session session = subject.model.newSession(EXACT_CACHE)) {
            List<ChatMessage> first = new ArrayList<>(List.of(new ChatMessage.User(subject.ask(3, 0))));
            first.add(session.generate(subject.ask(3, 0), subject.options).message());
            Message[] others = {subject.ask(5, 1), subject.ask(5, 2), subject.ask(6), subject.ask(5, 0, 1)};
            others = Arrays.copyOf(others, Thorough.Times.of(2, 4));
            List<Float> likely = new ArrayList<>();
            for (Message question : others) {
                List<ChatMessage> all = new ArrayList<>(first);
                all.add(new ChatMessage.User(question));
                Generation generation = session.generate(question, subject.options);
                assertEquals(subject.fresh(all), tokens(generation));
                likely.add(generation.choices().getFirst().logprob());
                session.undo();
            }
            assertNotEquals(likely.get(0), likely.get(1), "the images make no difference");
        }
    }

    /** Computed one by one; thoroughly, also together. */
    @Thorough
    @ParameterizedTest
    @EnumSource
    void eightStreamsAnswerAsFreshSessions(TinyFamily family) {
        try (Subject subject = Subject.open(family, TestDevice.JIT)) {
            assertStreams(subject, true, 8);
            if (Thorough.Times.all()) {
                assertStreams(subject, false, 8);
            }
        }
    }

    @NeedsOpenCl
    @ParameterizedTest
    @EnumSource
    void eightStreamsOnOpenClAnswerAsFreshSessions(TinyFamily family) {
        try (Subject subject = Subject.open(family, TestDevice.OPENCL)) {
            assertStreams(subject, false, 4);
        }
    }

    /** @param found streams that begin in a cache the second time, at least: all of them, where the device copies caches */
    private static void assertStreams(Subject subject, boolean exact, int found) {
        List<List<ChatMessage>> requests = requests(subject);
        List<List<Integer>> expected = requests.stream().map(subject::fresh).toList();
        SchedulerOptions options = SchedulerOptions.builder()
                .slots(8)
                .exact(exact)
                .session(EXACT_CACHE)
                .promptChunk(23)
                .build();
        try (Scheduler scheduler = subject.model.newScheduler(options)) {
            // Twice: the second time, beginnings are found in caches.
            for (int time = 0; time < 2; time++) {
                List<Generation> running = new ArrayList<>();
                for (List<ChatMessage> request : requests) {
                    running.add(scheduler.submit(new ChatRequest.Chat(request), subject.options));
                }
                for (int i = 0; i < 8; i++) {
                    assertEquals(expected.get(i), tokens(running.get(i)), "stream " + i + ", time " + time);
                }
                long cached = running.stream()
                        .filter(each -> each.stats().cachedTokens() > 0)
                        .count();
                assertTrue(time == 0 || cached >= found, "only " + cached + " streams begin in a cache");
            }
        }
    }

    /** Eight: some of them have one beginning, and some one image at different places. */
    private static List<List<ChatMessage>> requests(Subject subject) {
        ChatMessage answer = new ChatMessage.Assistant("A red circle.");
        List<List<ChatMessage>> requests = new ArrayList<>();
        for (Message question : List.of(subject.ask(0, 0), subject.ask(3), subject.ask(5, 1), subject.ask(1, 0, 1))) {
            requests.add(List.of(new ChatMessage.User(question)));
        }
        ChatMessage shown = new ChatMessage.User(subject.ask(0, 0));
        ChatMessage text = new ChatMessage.User(subject.ask(6));
        requests.add(List.of(shown, answer, text));
        requests.add(List.of(text, answer, new ChatMessage.User(subject.ask(7, 2))));
        requests.add(List.of(shown, answer, new ChatMessage.User(subject.ask(8, 2))));
        requests.add(List.of(new ChatMessage.User(subject.ask(9, 0)), answer, text, answer, shown));
        return requests;
    }
}
