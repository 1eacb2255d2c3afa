// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.serve.openai;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.cli.serve.TestServer;
import dev.myna.cli.serve.http.ApiException;
import dev.myna.cli.serve.http.ClientErrors;
import dev.myna.cli.serve.http.ServerJson;
import dev.myna.engine.ChatMessage;
import dev.myna.engine.ChatRequest;
import dev.myna.engine.GenerationOptions;
import dev.myna.engine.Message;
import dev.myna.engine.Part;
import dev.myna.engine.error.RequestException;
import dev.myna.loaders.image.ImageDecoder.Orientation;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a request's JSON means, and which requests are refused, by the name of the field that is wrong. */
class RequestMappingTest {
    private static final int VOCABULARY = 100;
    private static final String HELLO = "\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]";

    private final ServerJson json = new ServerJson();
    private final Sampling sampling = new Sampling(GenerationOptions.greedy(), null, VOCABULARY);
    private final Images images = new Images(TestServer.LIMITS, Orientation.IGNORE);

    private Fields body(String fields) {
        return Fields.of(json.object(("{" + fields + "}").getBytes(StandardCharsets.UTF_8)));
    }

    private GenerationOptions chat(String fields) {
        Fields body = body(HELLO + "," + fields);
        Parameters.check(body, Parameters.CHAT);
        GenerationOptions options = sampling.chat(body);
        ResponseFormats.read(body);
        return options;
    }

    private ChatRequest.Chat messages(String list) {
        return chatOf(body("\"messages\":" + list));
    }

    @Test
    void variablesOfTheTemplateGoToIt() {
        Fields body = body(HELLO + ",\"chat_template_kwargs\":{\"enable_thinking\":false,\"n\":2,\"note\":null}");
        Parameters.check(body, Parameters.CHAT);
        Map<String, Object> arguments = chatOf(body).templateArguments();
        assertEquals(false, arguments.get("enable_thinking"));
        assertEquals(2, arguments.get("n"));
        assertTrue(arguments.containsKey("note"));
        for (String refused : List.of("{\"messages\":[]}", "{\"tools\":null}", "3", "[]")) {
            Fields wrong = body(HELLO + ",\"chat_template_kwargs\":" + refused);
            ApiException problem = assertThrows(ApiException.class, () -> chatOf(wrong));
            assertTrue(problem.param().startsWith("chat_template_kwargs"), problem.param());
        }
    }

    private ChatRequest.Chat chatOf(Fields body) {
        try (Images.Album album = images.album()) {
            return ChatMessages.read(body, album);
        }
    }

    private static String described(ApiException problem) {
        return problem.status() + " " + problem.code() + " " + problem.param();
    }

    @Test
    void withoutAnyParameterRequestsAreAnsweredAsByRun() {
        assertEquals(GenerationOptions.greedy(), chat("\"model\":\"nano\""));
    }

    @Test
    void everyParameterArrives() {
        GenerationOptions options = chat("\"max_completion_tokens\":7,\"temperature\":0.5,\"top_p\":0.9,\"top_k\":40,"
                + "\"min_p\":0.05,\"repeat_penalty\":1.1,\"presence_penalty\":0.25,\"frequency_penalty\":-0.75,"
                + "\"seed\":-3,\"stop\":[\"a\",\"b\"],\"n\":1,\"logprobs\":true,\"top_logprobs\":3,"
                + "\"logit_bias\":{\"5\":1.5,\"6\":-100}");
        assertEquals(7, options.maxTokens());
        assertEquals(0.5f, options.temperature());
        assertEquals(0.9f, options.topP());
        assertEquals(40, options.topK());
        assertEquals(0.05f, options.minP());
        assertEquals(1.1f, options.repeatPenalty());
        assertEquals(0.25f, options.presencePenalty());
        assertEquals(-0.75f, options.frequencyPenalty());
        assertEquals(-3, options.seed());
        assertEquals(List.of("a", "b"), options.stop());
        assertEquals(3, options.logprobs());
        assertEquals(Map.of(5, 1.5f, 6, Float.NEGATIVE_INFINITY), options.logitBias());
        assertEquals(List.of("x"), chat("\"stop\":\"x\"").stop());
        assertEquals(9, chat("\"max_tokens\":9.0").maxTokens());
        assertEquals(0, chat("\"logprobs\":true").logprobs());
        assertEquals(-1, chat("\"logprobs\":false").logprobs());
        assertTrue(chat("\"top_p\":0").topP() > 0);
    }

    @Test
    void requestsWithoutASeedGetARandomOne() {
        assertNotEquals(
                chat("\"temperature\":1").seed(), chat("\"temperature\":1").seed());
        assertNotEquals(
                chat("\"temperature\":1,\"seed\":-1").seed(),
                chat("\"temperature\":1,\"seed\":-1").seed());
        assertEquals(0, chat("\"temperature\":0").seed());
        Sampling fixed = new Sampling(GenerationOptions.greedy(), 42L, VOCABULARY);
        assertEquals(42, fixed.chat(body("\"temperature\":1")).seed());
        assertEquals(7, fixed.chat(body("\"temperature\":1,\"seed\":7")).seed());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"user\":\"u\"",
                "\"metadata\":{\"a\":\"b\"}",
                "\"store\":true",
                "\"tools\":[]",
                "\"tool_choice\":\"none\"",
                "\"parallel_tool_calls\":true",
                "\"modalities\":[\"text\"]",
                "\"top_logprobs\":null",
                "\"tools\":null",
                "\"what_is_this\":null",
                "\"response_format\":{\"type\":\"text\"}"
            })
    void neutralValuesAreAccepted(String fields) {
        assertEquals(GenerationOptions.greedy(), chat(fields));
    }

    /** S-02 and the "refused by name": fields, then what the client reads. */
    @Test
    void unsupportedParametersAreRefusedByName() {
        Map<String, String> refused = Map.ofEntries(
                Map.entry("\"reasoning_budget\":-2", "400 invalid_value reasoning_budget"),
                Map.entry("\"functions\":[{}]", "400 unsupported_parameter functions"),
                Map.entry("\"modalities\":[\"audio\"]", "400 unsupported_parameter modalities"),
                Map.entry("\"reasoning_effort\":\"low\"", "400 unsupported_parameter reasoning_effort"),
                Map.entry("\"mirostat\":2", "400 unsupported_parameter mirostat"),
                Map.entry("\"prompt\":\"x\"", "400 unsupported_parameter prompt"),
                Map.entry("\"temprature\":1", "400 unknown_parameter temprature"),
                Map.entry("\"n\":2", "400 invalid_value n"),
                Map.entry("\"n\":0", "400 invalid_value n"),
                Map.entry("\"temperature\":-0.1", "400 invalid_value temperature"),
                Map.entry("\"temperature\":1e300", "400 invalid_type temperature"),
                Map.entry("\"temperature\":\"hot\"", "400 invalid_type temperature"),
                Map.entry("\"temperature\":true", "400 invalid_type temperature"),
                Map.entry("\"top_p\":1.01", "400 invalid_value top_p"),
                Map.entry("\"top_p\":-1", "400 invalid_value top_p"),
                Map.entry("\"min_p\":2", "400 invalid_value min_p"),
                Map.entry("\"top_k\":-2", "400 invalid_value top_k"),
                Map.entry("\"repeat_penalty\":0", "400 invalid_value repeat_penalty"),
                Map.entry("\"presence_penalty\":2.5", "400 invalid_value presence_penalty"),
                Map.entry("\"frequency_penalty\":-3", "400 invalid_value frequency_penalty"),
                Map.entry("\"max_tokens\":0", "400 invalid_value max_tokens"),
                Map.entry("\"max_tokens\":-2", "400 invalid_value max_tokens"),
                Map.entry("\"max_tokens\":1.5", "400 invalid_type max_tokens"),
                Map.entry("\"max_tokens\":99999999999", "400 invalid_value max_tokens"),
                Map.entry("\"max_tokens\":123456789012345678901234567890", "400 invalid_value max_tokens"),
                Map.entry("\"max_tokens\":1,\"max_completion_tokens\":1", "400 invalid_value max_tokens"),
                Map.entry("\"seed\":1e40", "400 invalid_type seed"),
                Map.entry("\"stop\":[\"a\",\"b\",\"c\",\"d\",\"e\"]", "400 invalid_value stop"),
                Map.entry("\"stop\":\"\"", "400 invalid_value stop"),
                Map.entry("\"stop\":[1]", "400 invalid_value stop"),
                Map.entry("\"stop\":7", "400 invalid_type stop"),
                Map.entry("\"top_logprobs\":3", "400 invalid_value top_logprobs"),
                Map.entry("\"logprobs\":true,\"top_logprobs\":21", "400 invalid_value top_logprobs"),
                Map.entry("\"logprobs\":1", "400 invalid_type logprobs"),
                Map.entry("\"logit_bias\":{\"100\":1}", "400 invalid_value logit_bias"),
                Map.entry("\"logit_bias\":{\"-1\":1}", "400 invalid_value logit_bias"),
                Map.entry("\"logit_bias\":{\"cat\":1}", "400 invalid_value logit_bias"),
                Map.entry("\"logit_bias\":{\"1\":101}", "400 invalid_value logit_bias"),
                Map.entry("\"logit_bias\":[1]", "400 invalid_type logit_bias"),
                Map.entry("\"grammar\":\"root ::= (\"", "400 invalid_grammar grammar"),
                Map.entry("\"grammar\":7", "400 invalid_type grammar"),
                Map.entry("\"response_format\":{\"type\":\"xml\"}", "400 invalid_value response_format.type"),
                Map.entry("\"response_format\":\"json\"", "400 invalid_type response_format"),
                Map.entry(
                        "\"response_format\":{\"type\":\"json_schema\"}",
                        "400 missing_required_parameter response_format.json_schema"),
                Map.entry(
                        "\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"n\"}}",
                        "400 missing_required_parameter response_format.json_schema.schema"),
                Map.entry(
                        "\"response_format\":{\"type\":\"text\",\"strict\":true}",
                        "400 unknown_parameter response_format.strict"));
        refused.forEach((fields, expected) -> assertEquals(
                expected, described(assertThrows(ApiException.class, () -> chat(fields), fields)), fields));
    }

    @Test
    void turnsBecomeAConversation() {
        ChatRequest.Chat chat = messages(
                "[{\"role\":\"system\",\"content\":\"S1\"},"
                        + "{\"role\":\"developer\",\"content\":[{\"type\":\"text\",\"text\":\"S2\"}]},"
                        + "{\"role\":\"user\",\"content\":\"a\"},{\"role\":\"user\",\"content\":\"b\"},"
                        + "{\"role\":\"assistant\",\"content\":\"c\",\"refusal\":null},"
                        + "{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"d\"},{\"type\":\"text\",\"text\":\"e\"}]}]");
        assertEquals(
                List.of(
                        new ChatMessage.System("S1", false),
                        new ChatMessage.System("S2", true),
                        new ChatMessage.User(Message.of("a")),
                        new ChatMessage.User(Message.of("b")),
                        new ChatMessage.Assistant("c"),
                        new ChatMessage.User(new Message(List.of(new Part.Text("d"), new Part.Text("e"))))),
                chat.messages());
    }

    @Test
    void invalidConversationsAreRefusedWithTheirField() {
        String user = "{\"role\":\"user\",\"content\":\"a\"}";
        String assistant = "{\"role\":\"assistant\",\"content\":\"b\"}";
        Map<String, String> refused = Map.ofEntries(
                Map.entry("[]", "400 invalid_value messages"),
                Map.entry("\"hi\"", "400 invalid_type messages"),
                Map.entry("[7]", "400 invalid_type messages[0]"),
                Map.entry("[{\"content\":\"a\"}]", "400 missing_required_parameter messages[0].role"),
                Map.entry("[{\"role\":\"user\"}]", "400 missing_required_parameter messages[0].content"),
                Map.entry(
                        "[{\"role\":\"user\",\"content\":null}]", "400 missing_required_parameter messages[0].content"),
                Map.entry("[{\"role\":\"user\",\"content\":[]}]", "400 invalid_value messages[0].content"),
                Map.entry("[{\"role\":\"user\",\"content\":7}]", "400 invalid_type messages[0].content"),
                Map.entry("[{\"role\":\"wizard\",\"content\":\"a\"}]", "400 invalid_value messages[0].role"),
                Map.entry(
                        "[{\"role\":\"tool\",\"content\":\"a\"}]",
                        "400 missing_required_parameter messages[0].tool_call_id"),
                Map.entry(
                        "[" + user + ",{\"role\":\"tool\",\"tool_call_id\":\"x\",\"content\":\"a\"}]",
                        "400 invalid_value messages[1].tool_call_id"),
                Map.entry("[" + user + "," + assistant + "]", "400 invalid_value messages"),
                Map.entry("[" + assistant + "," + user + "]", "400 invalid_value messages[0].role"),
                Map.entry("[" + user + "," + assistant + "," + assistant + "]", "400 invalid_value messages[2].role"),
                Map.entry(
                        "[" + user + ",{\"role\":\"system\",\"content\":\"s\"}]", "400 invalid_value messages[1].role"),
                Map.entry("[{\"role\":\"user\",\"content\":\"a\",\"name\":7}]", "400 invalid_type messages[0].name"),
                Map.entry(
                        "[{\"role\":\"user\",\"content\":[{\"type\":\"input_audio\"}]}]",
                        "400 invalid_value messages[0].content[0].type"),
                Map.entry(
                        "[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":\"data:\"}]}]",
                        "400 invalid_image messages[0].content[0].image_url"),
                Map.entry(
                        "[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:\","
                                + "\"detail\":\"huge\"}}]}]",
                        "400 invalid_value messages[0].content[0].image_url.detail"),
                Map.entry(
                        "[{\"role\":\"system\",\"content\":[{\"type\":\"image_url\"}]}," + user + "]",
                        "400 invalid_value messages[0].content[0].type"));
        refused.forEach((list, expected) ->
                assertEquals(expected, described(assertThrows(ApiException.class, () -> messages(list), list)), list));
    }

    @Test
    void moreThanEightImagesAreRefused() throws Exception {
        String image = TestServer.image("cat");
        String eight = String.join(",", java.util.Collections.nCopies(8, image));
        assertEquals(
                8,
                messages("[{\"role\":\"user\",\"content\":[" + eight + "]}]").messages().stream()
                        .map(message -> ((ChatMessage.User) message).message())
                        .findFirst()
                        .orElseThrow()
                        .images()
                        .size());
        ApiException refused = assertThrows(
                ApiException.class, () -> messages("[{\"role\":\"user\",\"content\":[" + eight + "," + image + "]}]"));
        assertEquals("400 invalid_value messages[0].content[8].image_url.url", described(refused));
        assertEquals(0, images.held());
    }

    @Test
    void partsOfAMessageKeepTheirOrder() throws Exception {
        String image = TestServer.image("cat");
        ChatRequest.Chat chat = messages("[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"یہ\"}," + image
                + ",{\"type\":\"text\",\"text\":\"和这个\"}," + image + "]}]");
        List<Class<?>> kinds = new ArrayList<>();
        for (Part part :
                ((ChatMessage.User) chat.messages().getFirst()).message().parts()) {
            kinds.add(part.getClass());
        }
        assertEquals(List.of(Part.Text.class, Part.Image.class, Part.Text.class, Part.Image.class), kinds);
    }

    /** Longer texts than any context holds are refused before they are cut into tokens. */
    @Test
    void tooLongTextsAreRefusedBeforeTokenizing() {
        TextBound bound = new TextBound(10);
        bound.check(new ChatRequest.Raw("0123456789"), "prompt");
        ApiException refused =
                assertThrows(ApiException.class, () -> bound.check(new ChatRequest.Raw("01234567890"), "prompt"));
        assertEquals("400 context_length_exceeded prompt", described(refused));
    }

    @Test
    void engineErrorsReachTheClient() {
        ApiException told = ClientErrors.of(new RequestException("too long"), false);
        assertEquals("400 invalid_request null", described(told));
        assertEquals("too long", told.getMessage());
        assertFalse(ClientErrors.of(new RuntimeException("/etc/passwd at 0x7f00"), false)
                .getMessage()
                .contains("passwd"));
    }
}
