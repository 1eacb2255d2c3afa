// SPDX-License-Identifier: Apache-2.0
package dev.myna.langchain4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.LangChain4jException;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.listener.ChatModelErrorContext;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.listener.ChatModelRequestContext;
import dev.langchain4j.model.chat.listener.ChatModelResponseContext;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.output.FinishReason;
import dev.myna.engine.GenerationOptions;
import dev.myna.engine.Language;
import dev.myna.engine.SchedulerOptions;
import dev.myna.kernels.CpuKernels;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Right answers of the embedded model through langchain4j's own interface. */
class MynaChatModelTest {
    @TempDir
    static Path folder;

    private static Nano nano;
    private static ChatModel chat;

    @BeforeAll
    static void load() throws IOException {
        nano = new Nano(folder, CpuKernels.JIT, SchedulerOptions.defaults());
        chat = new MynaChatModel(nano.scheduler, MynaOptions.defaults());
    }

    @AfterAll
    static void close() {
        nano.close();
    }

    @ParameterizedTest
    @EnumSource
    void namesWhatAnImageShows(Language language) throws IOException {
        ChatResponse response = chat.chat(Nano.question("cat", language.describe()));
        assertEquals(Nano.CAT.get(language), response.aiMessage().text());
        assertEquals(FinishReason.STOP, response.finishReason());
        assertEquals("myna", response.modelName());
        assertTrue(response.tokenUsage().inputTokenCount() > 64, "the image's rows count");
        assertTrue(response.tokenUsage().outputTokenCount() > 0);
        assertEquals(
                response.tokenUsage().totalTokenCount(),
                response.tokenUsage().inputTokenCount() + response.tokenUsage().outputTokenCount());
    }

    @Test
    void imagesAsBase64DataUriAndFile() throws IOException {
        String base64 = Nano.base64("cat");
        Path copy = Files.copy(Nano.sample("cat"), folder.resolve("قطة one.png"));
        for (ImageContent image : List.of(
                ImageContent.from(base64, "image/png"),
                ImageContent.from(URI.create("data:image/png;base64," + base64)),
                ImageContent.from(copy.toUri()),
                ImageContent.from(Nano.sample("cat").toAbsolutePath().toUri().toString()),
                ImageContent.from(copy, "image/png"))) {
            ChatResponse response = chat.chat(UserMessage.from(image, TextContent.from("What is this?")));
            assertEquals("cat", response.aiMessage().text());
        }
    }

    @Test
    void remoteImagesAreFetchedByTheCallersFunction() throws IOException {
        List<URI> asked = new ArrayList<>();
        ChatModel remote =
                new MynaChatModel(nano.scheduler, MynaOptions.defaults().withRemoteImages(address -> {
                    asked.add(address);
                    return Files.readAllBytes(Nano.sample("bicycle"));
                }));
        URI address = URI.create("https://example.org/bicycle.png");
        ChatResponse response =
                remote.chat(UserMessage.from(ImageContent.from(address), TextContent.from("¿Qué es esto?")));
        assertEquals("bicicleta", response.aiMessage().text());
        assertEquals(List.of(address), asked);
    }

    @Test
    void conversationsContinue() throws IOException {
        List<UserMessage> questions =
                List.of(Nano.question("cat", "What is this?"), Nano.question("bicycle", "What is this?"));
        ChatResponse first = chat.chat(questions.get(0));
        ChatResponse second = chat.chat(questions.get(0), first.aiMessage(), questions.get(1));
        assertTrue(
                second.tokenUsage().inputTokenCount() > first.tokenUsage().inputTokenCount() + 64,
                "both turns are in the prompt");
        // A memory that has dropped the first question, and a question in two messages, are conversations too.
        chat.chat(first.aiMessage(), questions.get(1));
        ChatResponse split = chat.chat(UserMessage.from(Nano.image("cat")), UserMessage.from("What is this?"));
        assertEquals("cat", split.aiMessage().text());
        chat.chat(SystemMessage.from("You name things."), questions.get(0), AiMessage.from("cat"), questions.get(1));
    }

    @Test
    void parametersAreHonoured() throws IOException {
        ChatRequest.Builder request = ChatRequest.builder().messages(Nano.question("cat", "इस छवि का वर्णन करें।"));
        ChatResponse short1 = chat.chat(request.maxOutputTokens(1).build());
        assertEquals(FinishReason.LENGTH, short1.finishReason());
        assertEquals(1, short1.tokenUsage().outputTokenCount());

        ChatResponse stopped = chat.chat(ChatRequest.builder()
                .messages(Nano.question("bicycle", "What is this?"))
                .stopSequences(List.of("cycle"))
                .build());
        assertEquals("bi", stopped.aiMessage().text());
        assertEquals(FinishReason.STOP, stopped.finishReason());

        ChatRequest hot = ChatRequest.builder()
                .messages(UserMessage.from("Tell me more"))
                .temperature(2.0)
                .topP(0.99)
                .topK(500)
                .maxOutputTokens(12)
                .build();
        ChatModel seven = seeded(7);
        assertEquals(
                seven.chat(hot).aiMessage().text(), seven.chat(hot).aiMessage().text(), "the seed decides");
        assertTrue(
                List.of(1L, 2L, 3L).stream()
                        .anyMatch(seed -> !seeded(seed)
                                .chat(hot)
                                .aiMessage()
                                .text()
                                .equals(seven.chat(hot).aiMessage().text())),
                "and other seeds otherwise");
    }

    private static ChatModel seeded(long seed) {
        return new MynaChatModel(
                nano.scheduler,
                MynaOptions.defaults()
                        .withGeneration(GenerationOptions.builder().seed(seed).build()));
    }

    @Test
    void listenersSeeRequestAndResponse() throws IOException {
        List<String> seen = new ArrayList<>();
        ChatModel listened =
                new MynaChatModel(nano.scheduler, MynaOptions.defaults().withListeners(new ChatModelListener() {
                    @Override
                    public void onRequest(ChatModelRequestContext context) {
                        seen.add("asked " + context.chatRequest().modelName());
                    }

                    @Override
                    public void onResponse(ChatModelResponseContext context) {
                        seen.add(
                                "answered " + context.chatResponse().aiMessage().text());
                    }

                    @Override
                    public void onError(ChatModelErrorContext context) {
                        seen.add("failed " + context.error().getClass().getSimpleName());
                    }
                }));
        listened.chat(Nano.question("cat", "What is this?"));
        assertThrows(
                LangChain4jException.class,
                () -> listened.chat(ChatRequest.builder()
                        .messages(UserMessage.from("?"))
                        .maxOutputTokens(0)
                        .build()));
        assertEquals(List.of("asked myna", "answered cat", "asked myna", "failed InvalidRequestException"), seen);
    }

    @Test
    void answersAheadOfTheCaller() throws Exception {
        CompletableFuture<ChatResponse> cat = chat.chatAsync(Nano.question("cat", "What is this?"));
        CompletableFuture<ChatResponse> bicycle = chat.chatAsync(Nano.question("bicycle", "これは何ですか？"));
        assertEquals("cat", cat.get(60, TimeUnit.SECONDS).aiMessage().text());
        assertEquals("自転車", bicycle.get(60, TimeUnit.SECONDS).aiMessage().text());
    }

    @Test
    void interruptedThreadGetsNoPartialAnswer() throws InterruptedException {
        Thread caller = Thread.currentThread();
        caller.interrupt();
        try {
            assertThrows(LangChain4jException.class, () -> chat.chat("What is this?"));
        } finally {
            Thread.interrupted();
        }
        Nano.await("the slot is free", () -> nano.scheduler.stats().active() == 0);
    }
}
