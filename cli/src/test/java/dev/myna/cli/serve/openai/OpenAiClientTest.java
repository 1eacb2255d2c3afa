// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.serve.openai;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.openai.client.OpenAIClient;
import com.openai.core.JsonValue;
import com.openai.core.http.StreamResponse;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.chat.completions.ChatCompletionTokenLogprob;
import com.openai.models.completions.Completion;
import com.openai.models.completions.CompletionCreateParams;
import com.openai.models.models.Model;
import dev.myna.cli.serve.SampleAnswers;
import dev.myna.cli.serve.TestServer;
import dev.myna.engine.Language;
import dev.myna.engine.SchedulerOptions;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Existing clients work unchanged: OpenAI's own for Java, with right answers of the embedded model. */
class OpenAiClientTest {
    /** Every script, joined letters, marks, a mark that waits for its letter, and emoji of several code points. */
    private static final String TEN_SCRIPTS =
            "cat 猫 बिल्ली ¿gato? chaîne قِطّة বিড়াল кошка بلّی ネコ 👩🏽‍🌾 🇧🇩 e\u0301 \u200F.";

    private static TestServer server;
    private static OpenAIClient client;

    @BeforeAll
    static void start() throws IOException {
        server = new TestServer(SchedulerOptions.builder().slots(1).build());
        client = OpenAi.client(server, "none needed");
    }

    @AfterAll
    static void stop() {
        client.close();
        server.close();
        assertEquals(List.of(), List.copyOf(server.problems));
    }

    @Test
    void listsTheModel() {
        List<Model> models = client.models().list().data();
        assertEquals(List.of("nano"), models.stream().map(Model::id).toList());
        assertEquals("nano", client.models().retrieve("nano").id());
        models.getFirst().validate();
    }

    @ParameterizedTest
    @EnumSource
    void embeddedModelNamesTheObjectOfAnImage(Language language) throws IOException {
        ChatCompletion completion = client.chat()
                .completions()
                .create(OpenAi.request()
                        .addUserMessageOfArrayOfContentParts(OpenAi.parts(language.describe(), "cat"))
                        .build());
        completion.validate();
        assertEquals(SampleAnswers.of("cat", language), OpenAi.text(completion));
        assertEquals(
                ChatCompletion.Choice.FinishReason.STOP,
                completion.choices().getFirst().finishReason());
        assertTrue(completion.usage().orElseThrow().promptTokens() > 64);
        assertEquals(
                completion.usage().get().totalTokens(),
                completion.usage().get().promptTokens()
                        + completion.usage().get().completionTokens());
    }

    @ParameterizedTest
    @EnumSource
    void streamsNameTheObjectOfAnImage(Language language) throws IOException {
        ChatCompletionCreateParams request = OpenAi.request()
                .addUserMessageOfArrayOfContentParts(OpenAi.parts(language.describe(), "bicycle"))
                .streamOptions(
                        ChatCompletionStreamOptions.builder().includeUsage(true).build())
                .build();
        List<ChatCompletionChunk> chunks = chunks(request);
        assertEquals(SampleAnswers.of("bicycle", language), text(chunks));
        assertTrue(
                chunks.getFirst().choices().getFirst().delta().role().isPresent(), "the first delta says who speaks");
        assertTrue(chunks.getLast().usage().isPresent());
        List<ChatCompletionChunk> ended = chunks.stream()
                .filter(chunk -> chunk.choices().stream()
                        .anyMatch(choice -> choice.finishReason().isPresent()))
                .toList();
        assertEquals(1, ended.size());
    }

    private static List<ChatCompletionChunk> chunks(ChatCompletionCreateParams request) {
        try (StreamResponse<ChatCompletionChunk> response =
                client.chat().completions().createStreaming(request)) {
            List<ChatCompletionChunk> chunks = response.stream().toList();
            chunks.forEach(ChatCompletionChunk::validate);
            return chunks;
        }
    }

    private static List<String> deltas(List<ChatCompletionChunk> chunks) {
        List<String> deltas = new ArrayList<>();
        for (ChatCompletionChunk chunk : chunks) {
            for (ChatCompletionChunk.Choice choice : chunk.choices()) {
                choice.delta().content().ifPresent(deltas::add);
            }
        }
        return deltas;
    }

    private static String text(List<ChatCompletionChunk> chunks) {
        return String.join("", deltas(chunks));
    }

    /** A grammar makes the model write this text, for much of which it has no tokens but single bytes. */
    @Test
    void noCharacterIsSplitInAnyScript() {
        ChatCompletionCreateParams request = OpenAi.request()
                .addUserMessage("Write.")
                .putAdditionalBodyProperty("grammar", JsonValue.from("root ::= \"" + TEN_SCRIPTS + "\""))
                .build();
        List<String> deltas = deltas(chunks(request));
        assertEquals(TEN_SCRIPTS, String.join("", deltas));
        // How many depends on who is faster, the model or the client.
        assertTrue(deltas.size() > 1, "it comes in pieces");
        for (String delta : deltas) {
            assertFalse(delta.contains("\uFFFD"), delta);
            assertTrue(
                    delta.isEmpty()
                            || !Character.isLowSurrogate(delta.charAt(0))
                                    && !Character.isHighSurrogate(delta.charAt(delta.length() - 1)),
                    "half a character");
        }
    }

    @Test
    void conversationsHaveSeveralTurns() throws IOException {
        ChatCompletionCreateParams.Builder request = OpenAi.request()
                .addSystemMessage("You name what images show.")
                .addUserMessageOfArrayOfContentParts(OpenAi.parts("What is this?", "cat"));
        ChatCompletion first = client.chat().completions().create(request.build());
        assertEquals("cat", OpenAi.text(first));
        request.addMessage(first.choices().getFirst().message()).addUserMessage("What is this?");
        ChatCompletion second = client.chat().completions().create(request.build());
        assertFalse(OpenAi.text(second).isEmpty());
        long reused = second.usage()
                .orElseThrow()
                .promptTokensDetails()
                .orElseThrow()
                .cachedTokens()
                .orElseThrow();
        assertTrue(reused > 64, "the first turn, image included, is not computed again, but only " + reused);
    }

    @Test
    void logprobsAreThoseOfTheAnswer() throws IOException {
        ChatCompletion completion = client.chat()
                .completions()
                .create(OpenAi.request()
                        .addUserMessageOfArrayOfContentParts(OpenAi.parts("यह क्या है?", "cat"))
                        .logprobs(true)
                        .topLogprobs(3)
                        .build());
        List<ChatCompletionTokenLogprob> tokens = completion
                .choices()
                .getFirst()
                .logprobs()
                .orElseThrow()
                .content()
                .orElseThrow();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (ChatCompletionTokenLogprob token : tokens) {
            token.bytes().orElse(List.of()).forEach(b -> bytes.write(b.intValue()));
            assertEquals(3, token.topLogprobs().size());
            assertEquals(token.logprob(), token.topLogprobs().getFirst().logprob(), "greedy takes the likeliest");
            assertTrue(token.logprob() <= 0);
            assertTrue(token.topLogprobs().get(1).logprob() <= token.logprob());
        }
        assertEquals("बिल्ली", bytes.toString(StandardCharsets.UTF_8).strip());
    }

    @Test
    void completionsContinueText() {
        Completion completion = client.completions()
                .create(CompletionCreateParams.builder()
                        .model("nano")
                        .prompt("A chat.\n\nUSER: What is this? ASSISTANT:")
                        .maxTokens(4)
                        .build());
        completion.validate();
        assertTrue(completion.usage().orElseThrow().completionTokens() <= 4);
    }

    @Test
    void anAbortedStreamFreesItsSlot() throws Exception {
        ChatCompletionCreateParams endless = OpenAi.request()
                .addUserMessage("Tell me a story.")
                .temperature(100)
                .seed(1)
                .maxCompletionTokens(100_000)
                .build();
        long cancelled = server.scheduler.stats().cancelled();
        try (StreamResponse<ChatCompletionChunk> response =
                client.chat().completions().createStreaming(endless)) {
            Iterator<ChatCompletionChunk> chunks = response.stream().iterator();
            while (chunks.next()
                    .choices()
                    .getFirst()
                    .delta()
                    .content()
                    .orElse("")
                    .isEmpty()) {
                // The role comes first.
            }
        }
        TestServer.await("the only slot is free", () -> server.scheduler.stats().active() == 0);
        assertEquals(cancelled + 1, server.scheduler.stats().cancelled(), "it did not run to its end");
        assertEquals(
                "cat",
                OpenAi.text(client.chat()
                        .completions()
                        .create(OpenAi.request()
                                .addUserMessageOfArrayOfContentParts(OpenAi.parts("What is this?", "cat"))
                                .build())));
    }
}
