// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.serve.openai;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.annotation.JsonClassDescription;
import com.openai.client.OpenAIClient;
import com.openai.core.http.StreamResponse;
import com.openai.helpers.ChatCompletionAccumulator;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionMessage;
import com.openai.models.chat.completions.ChatCompletionMessageFunctionToolCall;
import com.openai.models.chat.completions.ChatCompletionNamedToolChoice;
import com.openai.models.chat.completions.ChatCompletionToolChoiceOption;
import com.openai.models.chat.completions.ChatCompletionToolMessageParam;
import dev.myna.cli.serve.TestServer;
import dev.myna.engine.Language;
import dev.myna.engine.SchedulerOptions;
import dev.myna.testing.Thorough;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.jr.ob.JSON;

/** Loops of tools with OpenAI's own client. The embedded model has never seen a tool: the grammar alone makes its calls. */
class OpenAiToolsTest {
    private static TestServer server;
    private static OpenAIClient client;

    /** The client derives a schema from this class, and reads arguments into it. */
    @JsonClassDescription("Looks a thing up.")
    public static final class LookUp {
        public enum Kind {
            ANIMAL,
            PLANT
        }

        public Kind kind;
        public boolean alive;
        public int legs;
    }

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

    private static ChatCompletionCreateParams.Builder question() throws IOException {
        return OpenAi.request()
                .addUserMessageOfArrayOfContentParts(OpenAi.parts(Language.EN.describe(), "cat"))
                .addTool(LookUp.class);
    }

    private static ChatCompletion asked(ChatCompletionCreateParams request, boolean streamed) {
        if (!streamed) {
            return client.chat().completions().create(request);
        }
        ChatCompletionAccumulator accumulator = ChatCompletionAccumulator.create();
        try (StreamResponse<ChatCompletionChunk> chunks =
                client.chat().completions().createStreaming(request)) {
            chunks.stream().forEach(accumulator::accumulate);
        }
        return accumulator.chatCompletion();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void toolResultsLeadToAnAnswer(boolean streamed) throws IOException {
        ChatCompletionCreateParams.Builder request = question()
                .toolChoice(ChatCompletionToolChoiceOption.ofAuto(ChatCompletionToolChoiceOption.Auto.REQUIRED));
        ChatCompletion first = asked(request.parallelToolCalls(false).build(), streamed);
        ChatCompletion.Choice choice = first.choices().getFirst();
        assertEquals(ChatCompletion.Choice.FinishReason.TOOL_CALLS, choice.finishReason());
        ChatCompletionMessage message = choice.message();
        assertEquals(1, message.toolCalls().orElseThrow().size());
        ChatCompletionMessageFunctionToolCall call =
                message.toolCalls().orElseThrow().getFirst().asFunction();
        assertEquals("LookUp", call.function().name());
        assertTrue(call.id().matches("call_[A-Za-z0-9]{24}"), call.id());
        assertNotNull(call.function().arguments(LookUp.class).kind);

        request.addMessage(message)
                .addMessage(ChatCompletionToolMessageParam.builder()
                        .toolCallId(call.id())
                        .content("It is a cat.")
                        .build())
                .toolChoice(ChatCompletionToolChoiceOption.ofAuto(ChatCompletionToolChoiceOption.Auto.NONE));
        ChatCompletion second = asked(request.build(), streamed);
        assertEquals(
                ChatCompletion.Choice.FinishReason.STOP,
                second.choices().getFirst().finishReason());
        assertFalse(
                second.choices().getFirst().message().content().orElseThrow().isEmpty());
    }

    @Test
    void aNamedToolIsCalledOnce() throws IOException {
        ChatCompletion completion = asked(
                question()
                        .toolChoice(ChatCompletionNamedToolChoice.builder()
                                .function(ChatCompletionNamedToolChoice.Function.builder()
                                        .name("LookUp")
                                        .build())
                                .build())
                        .build(),
                true);
        ChatCompletion.Choice choice = completion.choices().getFirst();
        assertEquals(ChatCompletion.Choice.FinishReason.TOOL_CALLS, choice.finishReason());
        assertEquals(1, choice.message().toolCalls().orElseThrow().size());
    }

    /** The embedded model answers as if there were no tools: it was not trained for them. */
    @Test
    void toolsAreOptionalByDefault() throws IOException {
        ChatCompletion completion = asked(question().build(), false);
        ChatCompletion.Choice choice = completion.choices().getFirst();
        assertEquals(ChatCompletion.Choice.FinishReason.STOP, choice.finishReason());
        assertTrue(choice.message().toolCalls().isEmpty());
    }

    private static final String TOOL = "{\"type\":\"function\",\"function\":{\"name\":\"f\",\"description\":\"d\","
            + "\"parameters\":{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"string\",\"maxLength\":5}},"
            + "\"required\":[\"a\"]}}}";

    /** Every delta as OpenAI sends it: identifier and name once, then pieces of arguments without them. */
    @Test
    void toolCallDeltasHaveTheFormOfOpenAi() throws Exception {
        HttpResponse<String> response =
                server.chat(TestServer.user("cat") + ",\"stream\":true,\"tool_choice\":\"required\","
                        + "\"parallel_tool_calls\":false,\"tools\":[" + TOOL + "]");
        assertEquals(200, response.statusCode(), response.body());
        StringBuilder arguments = new StringBuilder();
        int begun = 0;
        String finish = null;
        for (String line : response.body().split("\n")) {
            if (!line.startsWith("data: {")) {
                continue;
            }
            Map<String, Object> chunk = JSON.std.mapFrom(line.substring(6));
            Map<?, ?> choice = (Map<?, ?>) ((List<?>) chunk.get("choices")).getFirst();
            Map<?, ?> delta = (Map<?, ?>) choice.get("delta");
            finish = choice.get("finish_reason") == null ? finish : (String) choice.get("finish_reason");
            if (delta.get("tool_calls") instanceof List<?> calls) {
                Map<?, ?> call = (Map<?, ?>) calls.getFirst();
                Map<?, ?> function = (Map<?, ?>) call.get("function");
                assertEquals(0, call.get("index"));
                if (call.containsKey("id")) {
                    begun++;
                    assertEquals("function", call.get("type"));
                    assertEquals(Map.of("name", "f", "arguments", ""), function);
                } else {
                    assertEquals(Set.of("index", "function"), call.keySet());
                    assertEquals(Set.of("arguments"), function.keySet());
                    assertNotEquals("", function.get("arguments"));
                    arguments.append(function.get("arguments"));
                }
            }
        }
        assertEquals(1, begun);
        assertEquals("tool_calls", finish);
        assertEquals(Set.of("a"), JSON.std.mapFrom(arguments.toString()).keySet());
    }

    @Test
    void invalidToolsAreRefusedByName() throws Exception {
        Map<String, String> refused = Map.of(
                "\"tools\":[{\"type\":\"web_search\"}]",
                "tools[0].type",
                "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"a b\"}}]",
                "tools[0].function.name",
                "\"tools\":[" + TOOL + "," + TOOL + "]",
                "tools",
                "\"tool_choice\":\"required\"",
                "tool_choice",
                "\"tool_choice\":\"sometimes\"",
                "tool_choice",
                "\"tools\":[" + TOOL + "],\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":\"g\"}}",
                "tools");
        for (Map.Entry<String, String> each : refused.entrySet()) {
            HttpResponse<String> response = server.chat(TestServer.user("a") + "," + each.getKey());
            assertEquals(400, response.statusCode(), response.body());
            Map<?, ?> error = (Map<?, ?>) TestServer.json(response).get("error");
            assertEquals(each.getValue(), error.get("param"), response.body());
        }
    }

    /** A schema that cannot be enforced is no reason to refuse: a header says so. */
    @Test
    void unsupportedToolSchemasAreNoted() throws Exception {
        HttpResponse<String> response = server.chat(TestServer.user("a")
                + ",\"max_tokens\":3,\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\","
                + "\"parameters\":{\"type\":\"object\",\"not\":{}}}}]");
        assertEquals(200, response.statusCode(), response.body());
        assertTrue(response.headers().firstValue("X-Myna-Warning").orElse("").endsWith(": f"));
    }

    /**
     * A model that writes at random, whose calls nothing but the grammar makes right; more of them: {@code -Dmyna.schemas=1000}. The
     * model's context is small, and an answer that it cuts off says so.
     */
    @Thorough
    @Test
    void callsSatisfyRandomSchemas() throws Exception {
        int schemas = Integer.getInteger("myna.schemas", Thorough.Times.of(20, 60));
        int cut = 0;
        for (int seed = 0; seed < schemas; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            Map<String, Object> schema = object(random, 0);
            HttpResponse<String> response = server.chat(TestServer.user("猫 " + seed)
                    + ",\"temperature\":1.5,\"seed\":" + seed + ",\"max_tokens\":1000,\"tool_choice\":\"required\","
                    + "\"parallel_tool_calls\":false,\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\","
                    + "\"parameters\":" + JSON.std.asString(schema) + "}}]");
            assertEquals(200, response.statusCode(), response.body());
            Map<?, ?> choice = (Map<?, ?>) ((List<?>) TestServer.json(response).get("choices")).getFirst();
            if (choice.get("finish_reason").equals("length")) {
                cut++;
                continue;
            }
            assertEquals("tool_calls", choice.get("finish_reason"), response.body());
            List<?> calls = (List<?>) ((Map<?, ?>) choice.get("message")).get("tool_calls");
            Map<?, ?> function = (Map<?, ?>) ((Map<?, ?>) calls.getFirst()).get("function");
            String arguments = (String) function.get("arguments");
            assertTrue(satisfies(JSON.std.anyFrom(arguments), schema), () -> arguments + " for " + schema);
        }
        assertTrue(cut <= schemas / 20, cut + " of " + schemas + " were cut off");
    }

    private static Map<String, Object> object(SplittableRandom random, int depth) {
        Map<String, Object> properties = new LinkedHashMap<>();
        List<String> required = new ArrayList<>();
        for (String name : List.of("city", "日付", "unit")) {
            if (random.nextInt(3) > 0) {
                properties.put(name, value(random, depth));
                if (random.nextBoolean()) {
                    required.add(name);
                }
            }
        }
        return Map.of("type", "object", "properties", properties, "required", required, "additionalProperties", false);
    }

    private static Map<String, Object> value(SplittableRandom random, int depth) {
        return switch (random.nextInt(depth < 1 ? 7 : 5)) {
            case 0 -> Map.of("type", "integer", "minimum", -20, "maximum", 300);
            case 1 -> Map.of("type", "boolean");
            case 2 -> Map.of("enum", List.of("celsius", "بلی", "a\"b"));
            case 3 -> Map.of("type", "string", "maxLength", 8);
            case 4 -> Map.of("type", List.of("boolean", "null"));
            case 5 -> Map.of("type", "array", "items", value(random, depth + 1), "maxItems", 3);
            default -> object(random, depth + 1);
        };
    }

    /** A validator for the schemas above. */
    private static boolean satisfies(Object value, Map<?, ?> schema) {
        if (schema.get("enum") instanceof List<?> values) {
            return values.contains(value);
        }
        if (schema.get("type") instanceof List<?>) {
            return value == null || value instanceof Boolean;
        }
        return switch ((String) schema.get("type")) {
            case "integer" -> value instanceof Integer number && number >= -20 && number <= 300;
            case "boolean" -> value instanceof Boolean;
            case "string" -> value instanceof String text && text.codePointCount(0, text.length()) <= 8;
            case "array" ->
                value instanceof List<?> list
                        && list.size() <= 3
                        && list.stream().allMatch(item -> satisfies(item, (Map<?, ?>) schema.get("items")));
            default -> {
                Map<?, ?> properties = (Map<?, ?>) schema.get("properties");
                yield value instanceof Map<?, ?> map
                        && properties.keySet().containsAll(map.keySet())
                        && map.keySet().containsAll((List<?>) schema.get("required"))
                        && map.entrySet().stream()
                                .allMatch(
                                        each -> satisfies(each.getValue(), (Map<?, ?>) properties.get(each.getKey())));
            }
        };
    }
}
