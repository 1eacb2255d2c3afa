// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.serve.openai;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.openai.client.OpenAIClient;
import com.openai.core.http.StreamResponse;
import com.openai.errors.BadRequestException;
import com.openai.errors.NotFoundException;
import com.openai.errors.OpenAIServiceException;
import com.openai.errors.RateLimitException;
import com.openai.errors.UnauthorizedException;
import com.openai.errors.UnexpectedStatusCodeException;
import com.openai.models.FunctionDefinition;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionFunctionTool;
import dev.myna.cli.serve.TestServer;
import dev.myna.engine.SchedulerOptions;
import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What OpenAI's client throws when this server refuses. */
class OpenAiErrorsTest {
    private static TestServer server;
    private static OpenAIClient client;

    @BeforeAll
    static void start() throws IOException {
        server = new TestServer(
                SchedulerOptions.builder().slots(1).queueLength(0).build(), List.of("sesame"), TestServer.LIMITS);
        client = OpenAi.client(server, "sesame");
    }

    @AfterAll
    static void stop() {
        client.close();
        server.close();
        assertEquals(List.of(), List.copyOf(server.problems));
    }

    private static <E extends OpenAIServiceException> E refused(Class<E> type, ChatCompletionCreateParams request) {
        E error = assertThrows(type, () -> client.chat().completions().create(request));
        assertTrue(error.type().isPresent() && !error.getMessage().isEmpty(), error.toString());
        E streamed = assertThrows(type, () -> client.chat().completions().createStreaming(request));
        assertEquals(error.code(), streamed.code());
        return error;
    }

    private static ChatCompletionCreateParams.Builder hello() {
        return OpenAi.request().addUserMessage("hello");
    }

    @Test
    void badParametersAreBadRequests() {
        assertEquals(
                "temperature",
                refused(BadRequestException.class, hello().temperature(-1).build())
                        .param()
                        .orElseThrow());
        assertEquals(
                "n",
                refused(BadRequestException.class, hello().n(2).build()).param().orElseThrow());
        assertEquals(
                "tools[0].function.name",
                refused(
                                BadRequestException.class,
                                hello().addTool(ChatCompletionFunctionTool.builder()
                                                .function(FunctionDefinition.builder()
                                                        .name("add two")
                                                        .build())
                                                .build())
                                        .build())
                        .param()
                        .orElseThrow());
        assertTrue(refused(
                        BadRequestException.class,
                        OpenAi.request()
                                .addUserMessageOfArrayOfContentParts(
                                        List.of(OpenAi.image("https://example.org/cat.png")))
                                .build())
                .param()
                .orElseThrow()
                .contains("image_url"));
        assertEquals(
                "context_length_exceeded",
                refused(
                                BadRequestException.class,
                                OpenAi.request()
                                        .addUserMessage("word ".repeat(2000))
                                        .build())
                        .code()
                        .orElseThrow());
    }

    @Test
    void aWrongKeyIsUnauthorized() {
        OpenAIClient stranger = OpenAi.client(server, "guess");
        try {
            assertThrows(UnauthorizedException.class, () -> stranger.models().list());
            assertThrows(
                    UnauthorizedException.class,
                    () -> stranger.chat().completions().create(hello().build()));
        } finally {
            stranger.close();
        }
    }

    @Test
    void anotherModelIsNotFound() {
        NotFoundException error =
                refused(NotFoundException.class, hello().model("gpt-4o").build());
        assertEquals("model_not_found", error.code().orElseThrow());
        assertThrows(NotFoundException.class, () -> client.models().retrieve("gpt-4o"));
    }

    @Test
    void aLongBodyIsTooLarge() {
        UnexpectedStatusCodeException error = refused(
                UnexpectedStatusCodeException.class,
                OpenAi.request()
                        .addUserMessage("x".repeat(TestServer.LIMITS.bodyBytes()))
                        .build());
        assertEquals(413, error.statusCode());
    }

    /** The only slot is taken by a stream; should that have ended by the time of the second request, another is begun. */
    @Test
    void aFullQueueIsARateLimit() {
        for (int attempt = 0; attempt < 20; attempt++) {
            try (StreamResponse<ChatCompletionChunk> busy = client.chat()
                    .completions()
                    .createStreaming(hello().temperature(100)
                            .seed(1)
                            .maxCompletionTokens(100_000)
                            .build())) {
                Iterator<ChatCompletionChunk> chunks = busy.stream().iterator();
                chunks.next();
                client.chat().completions().create(hello().build());
            } catch (RateLimitException e) {
                assertEquals(429, e.statusCode());
                assertTrue(!e.headers().values("Retry-After").isEmpty());
                return;
            }
        }
        throw new AssertionError("no request met a full queue");
    }
}
