// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.serve.openai;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.openai.client.OpenAIClient;
import com.openai.core.JsonValue;
import com.openai.errors.BadRequestException;
import com.openai.models.ResponseFormatJsonObject;
import com.openai.models.ResponseFormatJsonSchema;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.StructuredChatCompletionCreateParams;
import dev.myna.cli.serve.SampleAnswers;
import dev.myna.cli.serve.TestServer;
import dev.myna.engine.Language;
import dev.myna.engine.SchedulerOptions;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.jr.ob.JSON;

/** Answers that are held to a form, asked for with OpenAI's own client. */
class OpenAiStructuredTest {
    private static TestServer server;
    private static OpenAIClient client;

    @BeforeAll
    static void start() throws IOException {
        server = new TestServer(SchedulerOptions.defaults());
        client = OpenAi.client(server, "none needed");
    }

    @AfterAll
    static void stop() {
        client.close();
        server.close();
        assertEquals(List.of(), List.copyOf(server.problems));
    }

    private static ChatCompletionCreateParams.Builder question(String sample, Language language) throws IOException {
        return OpenAi.request().addUserMessageOfArrayOfContentParts(OpenAi.parts(language.describe(), sample));
    }

    private static ResponseFormatJsonSchema schema(Map<String, Object> schema) {
        ResponseFormatJsonSchema.JsonSchema.Schema.Builder builder =
                ResponseFormatJsonSchema.JsonSchema.Schema.builder();
        schema.forEach((key, value) -> builder.putAdditionalProperty(key, JsonValue.from(value)));
        return ResponseFormatJsonSchema.builder()
                .jsonSchema(ResponseFormatJsonSchema.JsonSchema.builder()
                        .name("thing")
                        .strict(true)
                        .schema(builder.build())
                        .build())
                .build();
    }

    /** Which of the names the embedded model chooses behind the quotation mark is not held against the server. */
    @ParameterizedTest
    @EnumSource
    void aSchemaLeavesNamesOfTheLanguageOnly(Language language) throws IOException {
        List<String> names = List.of(SampleAnswers.of("bicycle", language), SampleAnswers.of("cat", language));
        ResponseFormatJsonSchema thing = schema(Map.of(
                "type",
                "object",
                "properties",
                Map.of("thing", Map.of("enum", names)),
                "required",
                List.of("thing"),
                "additionalProperties",
                false));
        for (String sample : List.of("cat", "bicycle")) {
            ChatCompletion completion = client.chat()
                    .completions()
                    .create(question(sample, language).responseFormat(thing).build());
            Map<?, ?> answer = assertInstanceOf(Map.class, JSON.std.anyFrom(OpenAi.text(completion)));
            assertEquals(Set.of("thing"), answer.keySet());
            assertTrue(names.contains(answer.get("thing")), answer::toString);
            assertEquals(
                    ChatCompletion.Choice.FinishReason.STOP,
                    completion.choices().getFirst().finishReason());
        }
    }

    @ParameterizedTest
    @EnumSource
    void aGrammarLeavesTheRightNameToBeChosen(Language language) throws IOException {
        String names = SampleAnswers.of("cat", language) + "\" | \"" + SampleAnswers.of("bicycle", language);
        for (String sample : List.of("cat", "bicycle")) {
            // The space that a SentencePiece model begins with needs no mention.
            ChatCompletion completion = client.chat()
                    .completions()
                    .create(question(sample, language)
                            .putAdditionalBodyProperty("grammar", JsonValue.from("root ::= \"" + names + "\""))
                            .build());
            assertEquals(SampleAnswers.of(sample, language), OpenAi.text(completion));
        }
    }

    /** The client derives a schema from this class, and reads the answer into it. */
    public static final class Sight {
        public enum Thing {
            BICYCLE,
            CAT
        }

        public Thing thing;
        public boolean alive;
    }

    @Test
    void answersAreReadIntoClasses() throws IOException {
        StructuredChatCompletionCreateParams<Sight> request =
                question("cat", Language.EN).responseFormat(Sight.class).build();
        Sight sight = client.chat()
                .completions()
                .create(request)
                .choices()
                .getFirst()
                .message()
                .content()
                .orElseThrow();
        assertNotNull(sight.thing);
    }

    @Test
    void jsonObjectsAreObjects() throws IOException {
        ChatCompletion completion = client.chat()
                .completions()
                .create(question("cat", Language.EN)
                        .responseFormat(ResponseFormatJsonObject.builder().build())
                        .maxCompletionTokens(200)
                        .build());
        String text = OpenAi.text(completion);
        assertTrue(text.startsWith("{"), text);
        if (completion.choices().getFirst().finishReason().equals(ChatCompletion.Choice.FinishReason.STOP)) {
            assertInstanceOf(Map.class, JSON.std.anyFrom(text));
        }
    }

    @Test
    void unsupportedSchemasAreRefusedByName() throws IOException {
        ChatCompletionCreateParams request = question("cat", Language.EN)
                .responseFormat(schema(Map.of("type", "string", "contentEncoding", "base64")))
                .build();
        BadRequestException error = assertThrows(
                BadRequestException.class, () -> client.chat().completions().create(request));
        assertTrue(error.getMessage().contains("contentEncoding"), error.getMessage());
        assertTrue(
                error.param().orElseThrow().startsWith("response_format"),
                error.param().toString());
    }
}
