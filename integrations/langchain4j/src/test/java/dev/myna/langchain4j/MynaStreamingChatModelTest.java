// SPDX-License-Identifier: Apache-2.0
package dev.myna.langchain4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatModelStreamingEvent;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.CompleteResponse;
import dev.langchain4j.model.chat.response.PartialResponse;
import dev.langchain4j.model.chat.response.PartialResponseContext;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.output.FinishReason;
import dev.myna.engine.GenerationOptions;
import dev.myna.engine.Language;
import dev.myna.engine.SchedulerOptions;
import dev.myna.kernels.CpuKernels;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow.Publisher;
import java.util.concurrent.Flow.Subscriber;
import java.util.concurrent.Flow.Subscription;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Streams of the embedded model through langchain4j's own interface, both forms. */
class MynaStreamingChatModelTest {
    @TempDir
    static Path folder;

    private static Nano nano;
    private static StreamingChatModel chat;

    /** All tokens are alike, and this seed finds no end before the context does. */
    private static StreamingChatModel endless;

    @BeforeAll
    static void load() throws IOException {
        nano = new Nano(folder, CpuKernels.JIT, SchedulerOptions.defaults());
        chat = new MynaStreamingChatModel(nano.scheduler, MynaOptions.defaults());
        endless = new MynaStreamingChatModel(
                nano.scheduler,
                MynaOptions.defaults()
                        .withGeneration(GenerationOptions.builder()
                                .temperature(100)
                                .seed(1)
                                .maxTokens(0)
                                .build()));
    }

    @AfterAll
    static void close() {
        nano.close();
    }

    /** Collects what it is given, and cancels after some pieces if it is told to. */
    private static class Collector implements StreamingChatResponseHandler {
        final ConcurrentLinkedQueue<String> pieces = new ConcurrentLinkedQueue<>();
        final ConcurrentLinkedQueue<Throwable> errors = new ConcurrentLinkedQueue<>();
        final CompletableFuture<ChatResponse> response = new CompletableFuture<>();
        final CountDownLatch cancelled = new CountDownLatch(1);
        private final int cancelAfter;

        Collector(int cancelAfter) {
            this.cancelAfter = cancelAfter;
        }

        @Override
        public void onPartialResponse(PartialResponse partial, PartialResponseContext context) {
            pieces.add(partial.text());
            if (pieces.size() == cancelAfter) {
                context.streamingHandle().cancel();
                assertTrue(context.streamingHandle().isCancelled());
                cancelled.countDown();
            }
        }

        @Override
        public void onCompleteResponse(ChatResponse complete) {
            response.complete(complete);
        }

        @Override
        public void onError(Throwable error) {
            errors.add(error);
            response.completeExceptionally(error);
        }
    }

    @ParameterizedTest
    @EnumSource
    void handlersGetWholeCharacters(Language language) throws Exception {
        Collector collector = new Collector(0);
        chat.chat(List.of(Nano.question("cat", language.describe())), collector);
        ChatResponse response = collector.response.get(60, TimeUnit.SECONDS);
        assertEquals(Nano.CAT.get(language), response.aiMessage().text());
        assertEquals(response.aiMessage().text(), String.join("", collector.pieces));
        assertEquals(FinishReason.STOP, response.finishReason());
        for (String piece : collector.pieces) {
            assertFalse(piece.isEmpty());
            assertFalse(piece.contains("\uFFFD"), piece);
            assertFalse(Character.isLowSurrogate(piece.charAt(0)));
        }
    }

    @Test
    void cancelledHandleStopsTheModel() throws Exception {
        Collector collector = new Collector(3);
        endless.chat("Tell me a story", collector);
        assertTrue(collector.cancelled.await(60, TimeUnit.SECONDS));
        Nano.await("the slot is free", () -> nano.scheduler.stats().active() == 0);
        assertEquals(3, collector.pieces.size(), "nothing is said after the cancellation");
        assertFalse(collector.response.isDone());
        assertTrue(collector.errors.isEmpty());
    }

    @Test
    void exceptionOfAHandlerDoesNotStopTheStream() throws Exception {
        Collector collector = new Collector(0) {
            @Override
            public void onPartialResponse(PartialResponse partial, PartialResponseContext context) {
                throw new UnsupportedOperationException("mine");
            }

            @Override
            public void onError(Throwable error) {
                errors.add(error);
            }
        };
        chat.chat(List.of(Nano.question("cat", "What is this?")), collector);
        assertEquals(
                "cat", collector.response.get(60, TimeUnit.SECONDS).aiMessage().text());
        assertInstanceOf(UnsupportedOperationException.class, collector.errors.peek());
    }

    @Test
    void refusalsReachTheErrorHandler() throws Exception {
        Collector collector = new Collector(0);
        chat.chat(
                ChatRequest.builder()
                        .messages(UserMessage.from("?"))
                        .maxOutputTokens(-1)
                        .build(),
                collector);
        Nano.await("the error is there", () -> !collector.errors.isEmpty());
        assertInstanceOf(InvalidRequestException.class, collector.errors.peek());
    }

    /** Requests one event at a time, and notes the order of signals. */
    private static class Reader implements Subscriber<ChatModelStreamingEvent> {
        final ConcurrentLinkedQueue<ChatModelStreamingEvent> events = new ConcurrentLinkedQueue<>();
        final CompletableFuture<Void> end = new CompletableFuture<>();
        Subscription subscription;

        @Override
        public void onSubscribe(Subscription given) {
            subscription = given;
            given.request(1);
        }

        @Override
        public void onNext(ChatModelStreamingEvent event) {
            events.add(event);
            subscription.request(1);
        }

        @Override
        public void onError(Throwable problem) {
            end.completeExceptionally(problem);
        }

        @Override
        public void onComplete() {
            end.complete(null);
        }
    }

    @Test
    void publishersAskTheModelForEachSubscriber() throws Exception {
        Publisher<ChatModelStreamingEvent> publisher = chat.chat(Nano.question("bicycle", "Опишите изображение."));
        for (int i = 0; i < 2; i++) {
            Reader reader = new Reader();
            publisher.subscribe(reader);
            reader.end.get(60, TimeUnit.SECONDS);
            List<ChatModelStreamingEvent> events = List.copyOf(reader.events);
            CompleteResponse last = assertInstanceOf(CompleteResponse.class, events.getLast());
            assertEquals("велосипед", last.chatResponse().aiMessage().text());
            StringBuilder text = new StringBuilder();
            events.subList(0, events.size() - 1)
                    .forEach(event -> text.append(
                            assertInstanceOf(PartialResponse.class, event).text()));
            assertEquals("велосипед", text.toString());
        }
    }

    @Test
    void publishersNeverPublishMoreThanWasRequested() throws Exception {
        Reader reader = new Reader() {
            @Override
            public void onNext(ChatModelStreamingEvent event) {
                events.add(event);
            }
        };
        endless.chat(UserMessage.from("Tell me a story")).subscribe(reader);
        Nano.await(
                "the model has written all",
                () -> !reader.events.isEmpty() && nano.scheduler.stats().active() == 0);
        assertEquals(1, reader.events.size());
        reader.subscription.request(2);
        Nano.await("two more have come", () -> reader.events.size() == 3);
        reader.subscription.cancel();
        reader.subscription.request(5);
        assertEquals(3, reader.events.size());
        assertFalse(reader.end.isDone());
    }

    @Test
    void cancelledSubscriptionsFreeTheirSlot() throws Exception {
        Reader reader = new Reader() {
            @Override
            public void onNext(ChatModelStreamingEvent event) {
                events.add(event);
                subscription.cancel();
            }
        };
        endless.chat(UserMessage.from("Tell me a story")).subscribe(reader);
        Nano.await("a piece has come", () -> !reader.events.isEmpty());
        Nano.await("the slot is free", () -> nano.scheduler.stats().active() == 0);
        assertEquals(1, reader.events.size());
        assertFalse(reader.end.isDone());
    }

    @Test
    void requestOfZeroItemsIsAnError() {
        Reader reader = new Reader() {
            @Override
            public void onSubscribe(Subscription given) {
                given.request(0);
            }
        };
        chat.chat(UserMessage.from("?")).subscribe(reader);
        assertInstanceOf(
                IllegalArgumentException.class,
                reader.end
                        .handle((nothing, problem) -> problem)
                        .orTimeout(60, TimeUnit.SECONDS)
                        .join());
    }
}
