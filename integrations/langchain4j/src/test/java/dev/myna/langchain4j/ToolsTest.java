// SPDX-License-Identifier: Apache-2.0
package dev.myna.langchain4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.langchain4j.agent.tool.P;
import dev.langchain4j.agent.tool.Tool;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ToolChoice;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.output.FinishReason;
import dev.langchain4j.service.AiServices;
import dev.langchain4j.service.TokenStream;
import dev.myna.engine.GenerationOptions;
import dev.myna.engine.SchedulerOptions;
import dev.myna.kernels.CpuKernels;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** AI services with tools. The embedded model has never seen a tool: the grammar alone makes its calls. */
class ToolsTest {
    @TempDir
    private static Path folder;

    private static Nano nano;

    @BeforeAll
    static void load() throws Exception {
        nano = new Nano(folder, CpuKernels.JIT, SchedulerOptions.defaults());
    }

    @AfterAll
    static void close() {
        nano.close();
    }

    enum Unit {
        CELSIUS,
        FAHRENHEIT
    }

    enum City {
        LIMA,
        OSLO
    }

    /** Remembers how it was called. */
    static final class Weather {
        final List<String> calls = new ArrayList<>();

        @Tool("Says how warm it is.")
        String temperature(@P("where") City city, @P("of the answer") Unit unit, @P("from today on") int days) {
            assertNotNull(city);
            assertNotNull(unit);
            calls.add(city + " " + unit + " " + days);
            return "21 degrees";
        }
    }

    interface Assistant {
        String ask(String question);
    }

    interface StreamingAssistant {
        TokenStream ask(String question);
    }

    /** A call has to come first, and an answer after the tool has said something. */
    private static ChatRequest callOnce(ChatRequest request) {
        boolean called = request.messages().getLast() instanceof ToolExecutionResultMessage;
        return request.toBuilder()
                .parameters(request.parameters()
                        .overrideWith(ChatRequest.builder()
                                .messages(request.messages())
                                .toolSpecifications(request.toolSpecifications())
                                .toolChoice(called ? ToolChoice.NONE : ToolChoice.REQUIRED)
                                .build()
                                .parameters()))
                .build();
    }

    @Test
    void toolIsCalledAndItsResultAnswered() {
        Weather weather = new Weather();
        Assistant assistant = AiServices.builder(Assistant.class)
                .chatModel(new MynaChatModel(nano.scheduler, MynaOptions.defaults()))
                .chatRequestTransformer(ToolsTest::callOnce)
                .tools(weather)
                .build();
        String answer = assistant.ask("How warm is it in Lima?");
        assertFalse(answer.isBlank());
        assertFalse(weather.calls.isEmpty());
    }

    @Test
    void toolIsCalledAndItsResultAnsweredWhenStreaming() throws Exception {
        Weather weather = new Weather();
        StreamingAssistant assistant = AiServices.builder(StreamingAssistant.class)
                .streamingChatModel(new MynaStreamingChatModel(nano.scheduler, MynaOptions.defaults()))
                .chatRequestTransformer(ToolsTest::callOnce)
                .tools(weather)
                .build();
        CompletableFuture<ChatResponse> future = new CompletableFuture<>();
        StringBuilder pieces = new StringBuilder();
        assistant
                .ask("How warm is it in Lima?")
                .onPartialResponse(pieces::append)
                .onCompleteResponse(future::complete)
                .onError(future::completeExceptionally)
                .start();
        ChatResponse response = future.get(60, TimeUnit.SECONDS);
        assertFalse(weather.calls.isEmpty());
        assertEquals(FinishReason.STOP, response.finishReason());
        assertTrue(pieces.toString().strip().endsWith(response.aiMessage().text()));
    }

    /** The embedded model finds no end to a text: what was cut off is no call. */
    @Test
    void truncatedCallIsNotRun() {
        List<String> notes = new ArrayList<>();
        Assistant assistant = AiServices.builder(Assistant.class)
                .chatModel(new MynaChatModel(
                        nano.scheduler,
                        MynaOptions.defaults()
                                .withGeneration(GenerationOptions.builder()
                                        .maxTokens(40)
                                        .build())))
                .chatRequestTransformer(ToolsTest::callOnce)
                .tools(new Object() {
                    @Tool("Writes it down.")
                    void note(String text) {
                        notes.add(text);
                    }
                })
                .build();
        assistant.ask("Note that.");
        assertEquals(List.of(), notes);
    }
}
