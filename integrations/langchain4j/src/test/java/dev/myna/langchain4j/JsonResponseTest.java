// SPDX-License-Identifier: Apache-2.0
package dev.myna.langchain4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.model.chat.Capability;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ResponseFormat;
import dev.langchain4j.model.chat.request.ResponseFormatType;
import dev.langchain4j.model.chat.request.json.JsonBooleanSchema;
import dev.langchain4j.model.chat.request.json.JsonEnumSchema;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.request.json.JsonRawSchema;
import dev.langchain4j.model.chat.request.json.JsonSchema;
import dev.langchain4j.model.chat.request.json.JsonSchemaElement;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.output.FinishReason;
import dev.myna.engine.SchedulerOptions;
import dev.myna.kernels.CpuKernels;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Answers that langchain4j's response formats hold to a form. */
class JsonResponseTest {
    private static final ObjectMapper JSON = new ObjectMapper();

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

    private static ChatResponse ask(String sample, ResponseFormat format) throws IOException {
        return chat.chat(ChatRequest.builder()
                .messages(Nano.question(sample, "描述这张图片。"))
                .responseFormat(format)
                .maxOutputTokens(200)
                .build());
    }

    private static ResponseFormat schema(JsonSchemaElement root) {
        return ResponseFormat.builder()
                .type(ResponseFormatType.JSON)
                .jsonSchema(JsonSchema.builder().name("thing").rootElement(root).build())
                .build();
    }

    @Test
    void answersKeepToASchema() throws IOException {
        assertTrue(chat.supportedCapabilities().contains(Capability.RESPONSE_FORMAT_JSON_SCHEMA));
        JsonObjectSchema thing = JsonObjectSchema.builder()
                .addProperty(
                        "animal",
                        JsonEnumSchema.builder()
                                .enumValues("cat", "bicycle", "sunflower")
                                .build())
                .addProperty("alive", new JsonBooleanSchema())
                .required("animal", "alive")
                .additionalProperties(false)
                .build();
        ChatResponse response = ask("cat", schema(thing));
        JsonNode json = JSON.readTree(response.aiMessage().text());
        assertEquals(FinishReason.STOP, response.finishReason());
        assertTrue(
                List.of("cat", "bicycle", "sunflower")
                        .contains(json.get("animal").textValue()),
                json.toString());
        assertTrue(json.get("alive").isBoolean(), json.toString());
        assertEquals(2, json.size());
    }

    /** Which of the names the embedded model chooses behind the quotation mark is not held against the schema. */
    @Test
    void enumValueIsOneOfTheSchema() throws IOException {
        List<String> names = List.of("红苹果", "向日葵", "自行车", "猫");
        JsonObjectSchema thing = JsonObjectSchema.builder()
                .addProperty("thing", JsonEnumSchema.builder().enumValues(names).build())
                .required("thing")
                .additionalProperties(false)
                .build();
        for (String sample : List.of("cat", "sunflower", "apple")) {
            JsonNode answer =
                    JSON.readTree(ask(sample, schema(thing)).aiMessage().text());
            assertEquals(1, answer.size());
            assertTrue(names.contains(answer.path("thing").asText()), answer::toString);
        }
    }

    @Test
    void jsonWithoutASchemaIsAnObject() throws IOException {
        ChatResponse response = ask("cat", ResponseFormat.JSON);
        assertTrue(
                response.aiMessage().text().startsWith("{"),
                response.aiMessage().text());
    }

    @Test
    void unsupportedSchemaKeywordIsNamed() {
        String message = assertThrows(
                        InvalidRequestException.class,
                        () -> ask(
                                "cat",
                                schema(JsonRawSchema.from("{\"type\":\"string\",\"contentEncoding\":\"base64\"}"))))
                .getMessage();
        assertTrue(message.contains("contentEncoding"), message);
    }
}
