// SPDX-License-Identifier: Apache-2.0
package dev.myna.langchain4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.AudioContent;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.ImageContent.DetailLevel;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.LangChain4jException;
import dev.langchain4j.exception.RateLimitException;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ToolChoice;
import dev.myna.engine.ChatRequest.Raw;
import dev.myna.engine.Generation;
import dev.myna.engine.GenerationOptions;
import dev.myna.engine.SchedulerOptions;
import dev.myna.kernels.CpuKernels;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What Myna cannot do is refused by name; what is wrong is said in langchain4j's exceptions. */
class RefusalsTest {
    @TempDir
    static Path folder;

    private static Nano nano;
    private static ChatModel chat;

    @BeforeAll
    static void load() throws IOException {
        nano = new Nano(
                folder,
                CpuKernels.JIT,
                SchedulerOptions.builder().slots(1).queueLength(0).build());
        chat = new MynaChatModel(nano.scheduler, MynaOptions.defaults());
    }

    @AfterAll
    static void close() {
        nano.close();
    }

    private static void unsupported(String named, ChatMessage... messages) {
        String message = assertThrows(UnsupportedFeatureException.class, () -> chat.chat(messages))
                .getMessage();
        assertTrue(message.contains(named), message);
    }

    private static void invalid(String named, ChatMessage... messages) {
        String message = assertThrows(InvalidRequestException.class, () -> chat.chat(messages))
                .getMessage();
        assertTrue(message.contains(named), message);
    }

    private static <E extends LangChain4jException> void refused(
            Class<E> type, String named, UnaryOperator<ChatRequest.Builder> parameter) {
        ChatRequest request = parameter
                .apply(ChatRequest.builder().messages(UserMessage.from("?")))
                .build();
        String message = assertThrows(type, () -> chat.chat(request)).getMessage();
        assertTrue(message.contains(named), message);
    }

    @Test
    void unsupportedContentsAndMessagesAreRefused() {
        unsupported("AUDIO", UserMessage.from(AudioContent.from(URI.create("file:///a.wav"))));
        invalid("which is not in the answer before it", ToolExecutionResultMessage.from("1", "tool", "4"));
        invalid("last message", UserMessage.from("?"), AiMessage.from("!"));
        invalid("system message", UserMessage.from("?"), SystemMessage.from("late"));
        invalid("system message", SystemMessage.from("a"), SystemMessage.from("b"), UserMessage.from("?"));
    }

    @Test
    void unsupportedParametersAreRefused() {
        refused(
                InvalidRequestException.class,
                "a tool's name",
                r -> r.toolSpecifications(
                        ToolSpecification.builder().name("add two").build()));
        refused(InvalidRequestException.class, "there are no tools", r -> r.toolChoice(ToolChoice.REQUIRED));
        refused(InvalidRequestException.class, "'gpt-4o'", r -> r.modelName("gpt-4o"));
        refused(InvalidRequestException.class, "temperature", r -> r.temperature(-1.0));
        refused(InvalidRequestException.class, "temperature", r -> r.temperature(Double.NaN));
        refused(InvalidRequestException.class, "top-p", r -> r.topP(2.0));
        refused(InvalidRequestException.class, "top-k", r -> r.topK(-1));
        refused(InvalidRequestException.class, "presence penalty", r -> r.presencePenalty(1e9));
        refused(InvalidRequestException.class, "frequency penalty", r -> r.frequencyPenalty(1e9));
        refused(InvalidRequestException.class, "maxOutputTokens", r -> r.maxOutputTokens(0));
        refused(InvalidRequestException.class, "stop string", r -> r.stopSequences(List.of("")));
    }

    @Test
    void unavailableImagesAreRefused() throws IOException {
        unsupported("remote", UserMessage.from(ImageContent.from("https://user:secret@example.org/a.png")));
        unsupported("remote", UserMessage.from(ImageContent.from("ftp://example.org/a.png")));
        unsupported("remote", UserMessage.from(ImageContent.from("relative.png")));
        String message = assertThrows(
                        UnsupportedFeatureException.class,
                        () -> chat.chat(UserMessage.from(ImageContent.from("https://user:secret@example.org/a.png"))))
                .getMessage();
        assertTrue(!message.contains("secret"), message);
        invalid("local file", UserMessage.from(ImageContent.from("file://host/share/a.png")));
        invalid(
                "a.png",
                UserMessage.from(ImageContent.from(folder.resolve("a.png").toUri())));
        invalid("data: URI", UserMessage.from(ImageContent.from("data:image/png,abc")));
        invalid("MIME", UserMessage.from(ImageContent.from("data:text/html;base64,PGI+")));
        invalid("base64", UserMessage.from(ImageContent.from("*", "image/png")));
        invalid("image", UserMessage.from(ImageContent.from("PGI+", "image/png")));
        unsupported(
                "detailLevel", UserMessage.from(ImageContent.from(Nano.base64("cat"), "image/png", DetailLevel.HIGH)));
    }

    @Test
    void conversationsBeyondTheContextAreRefused() {
        invalid("context", UserMessage.from("word ".repeat(2000)));
    }

    @Test
    void fullQueueIsARateLimit() throws Exception {
        try (Generation busy = nano.scheduler.submit(
                new Raw("x"),
                GenerationOptions.builder()
                        .maxTokens(0)
                        .temperature(100)
                        .seed(1)
                        .build())) {
            boolean refused = false;
            try {
                chat.chat("What is this?");
            } catch (RateLimitException e) {
                refused = true;
            }
            assertTrue(refused || busy.finishReason() != null, "the only slot was taken");
        }
        Nano.await("the slot is free", () -> nano.scheduler.stats().active() == 0);
    }

    @Test
    void closedSchedulerIsAnError() throws IOException {
        Nano closed = new Nano(folder, CpuKernels.JIT, SchedulerOptions.defaults());
        ChatModel model = new MynaChatModel(closed.scheduler, MynaOptions.defaults());
        closed.close();
        assertEquals(
                LangChain4jException.class,
                assertThrows(LangChain4jException.class, () -> model.chat("?")).getClass());
    }
}
