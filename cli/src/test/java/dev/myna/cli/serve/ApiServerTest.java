// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.serve;

import static dev.myna.cli.serve.TestServer.answer;
import static dev.myna.cli.serve.TestServer.at;
import static dev.myna.cli.serve.TestServer.image;
import static dev.myna.cli.serve.TestServer.json;
import static dev.myna.cli.serve.TestServer.text;
import static dev.myna.cli.serve.TestServer.user;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.cli.serve.metrics.Metrics;
import dev.myna.engine.Language;
import dev.myna.engine.SchedulerOptions;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.jr.ob.JSON;

/** The routes, over HTTP, with answers of the embedded model that are right. */
class ApiServerTest {
    private static final Map<Language, String> CATS = Map.of(
            Language.EN, "cat",
            Language.ZH, "猫",
            Language.HI, "बिल्ली",
            Language.ES, "gato",
            Language.FR, "chat",
            Language.AR, "قطة",
            Language.BN, "বিড়াল",
            Language.RU, "кошка",
            Language.UR, "بلی",
            Language.JA, "ネコ");

    private static TestServer server;

    @BeforeAll
    static void start() throws IOException {
        server = new TestServer(SchedulerOptions.builder().slots(2).build());
    }

    @AfterAll
    static void stop() {
        server.close();
        assertEquals(List.of(), List.copyOf(server.problems));
    }

    /** The payloads of a stream, which must end with DONE. */
    private static List<Map<String, Object>> events(HttpResponse<String> response) {
        assertEquals(200, response.statusCode(), response.body());
        assertEquals(
                "text/event-stream; charset=utf-8",
                response.headers().firstValue("Content-Type").orElseThrow());
        List<Map<String, Object>> events = new ArrayList<>();
        List<String> data = response.body()
                .lines()
                .filter(line -> !line.isEmpty() && !line.startsWith(":"))
                .toList();
        for (String line : data.subList(0, data.size() - 1)) {
            assertTrue(line.startsWith("data: {"), line);
            events.add(JSON.std.mapFrom(line.substring("data: ".length())));
        }
        assertEquals("data: [DONE]", data.getLast());
        return events;
    }

    private static String joined(List<Map<String, Object>> events) {
        StringBuilder text = new StringBuilder();
        for (Map<String, Object> event : events) {
            if (!((List<?>) event.get("choices")).isEmpty()) {
                Object content = at(event, "choices", 0, "delta", "content");
                text.append(content == null ? "" : content);
            }
        }
        return text.toString();
    }

    private static void assertError(HttpResponse<String> response, int status, String code, String param) {
        assertEquals(status, response.statusCode(), response.body());
        Map<String, Object> error = json(response);
        assertEquals(
                List.of("message", "type", "param", "code"), List.copyOf(((Map<?, ?>) error.get("error")).keySet()));
        assertEquals(code, at(error, "error", "code"), response.body());
        assertEquals(param, at(error, "error", "param"), response.body());
    }

    @Test
    void imagesAreNamedInEveryLanguage() throws Exception {
        for (Language language : Language.values()) {
            HttpResponse<String> response = server.chat(user(List.of(image("cat"), text(language.describe()))));
            assertEquals(200, response.statusCode(), response.body());
            assertEquals(CATS.get(language), answer(response));
            assertEquals("stop", at(json(response), "choices", 0, "finish_reason"));
            assertEquals("assistant", at(json(response), "choices", 0, "message", "role"));
        }
    }

    @Test
    void usageCountsEveryPosition() throws Exception {
        HttpResponse<String> response = server.chat(user(List.of(image("apple"), text("Describe the image."))));
        Map<String, Object> body = json(response);
        int prompt = (int) at(body, "usage", "prompt_tokens");
        int completion = (int) at(body, "usage", "completion_tokens");
        assertTrue(prompt > 64 && completion > 0, response.body());
        assertEquals(prompt + completion, at(body, "usage", "total_tokens"));
        assertEquals(64, at(body, "timings", "image_n"));
        assertEquals(completion, at(body, "timings", "predicted_n"));
        assertEquals("chat.completion", body.get("object"));
        assertEquals("nano", body.get("model"));
    }

    @Test
    void streamsBeginWithTheRoleAndEndWithTheReason() throws Exception {
        String question = user(List.of(image("bicycle"), text(Language.HI.describe())));
        List<Map<String, Object>> events = events(server.chat("\"stream\":true," + question));
        assertEquals(Map.of("role", "assistant", "content", ""), at(events.getFirst(), "choices", 0, "delta"));
        assertEquals("stop", at(events.getLast(), "choices", 0, "finish_reason"));
        assertEquals(Map.of(), at(events.getLast(), "choices", 0, "delta"));
        assertEquals(answer(server.chat(question)), joined(events));
        for (Map<String, Object> event : events.subList(0, events.size() - 1)) {
            assertNull(at(event, "choices", 0, "finish_reason"));
            assertEquals("chat.completion.chunk", event.get("object"));
            assertEquals(events.getFirst().get("id"), event.get("id"));
            assertFalse(event.containsKey("usage"));
        }
    }

    @Test
    void usageComesInAChunkOfItsOwnWhenAskedFor() throws Exception {
        List<Map<String, Object>> events = events(
                server.chat("\"stream\":true,\"stream_options\":{\"include_usage\":true}," + user("What is this?")));
        assertEquals(List.of(), events.getLast().get("choices"));
        assertTrue((int) at(events.getLast(), "usage", "prompt_tokens") > 0);
        assertError(
                server.chat("\"stream_options\":{\"include_usage\":true}," + user("x")),
                400,
                "invalid_value",
                "stream_options");
    }

    /** Ten scripts at a temperature at which tokens are drawn like lots: no chunk may hold half a character. */
    @Test
    void streamsNeverSplitACharacter() throws Exception {
        for (int seed = 0; seed < 3; seed++) {
            HttpResponse<String> response = server.chat(
                    "\"stream\":true,\"temperature\":100,\"max_tokens\":120,\"seed\":" + seed + "," + user("नमस्ते"));
            for (Map<String, Object> event : events(response)) {
                Object content = at(event, "choices", 0, "delta", "content");
                String piece = content == null ? "" : (String) content;
                assertFalse(
                        !piece.isEmpty()
                                && (Character.isLowSurrogate(piece.charAt(0))
                                        || Character.isHighSurrogate(piece.charAt(piece.length() - 1))),
                        piece);
            }
        }
    }

    @Test
    void laterTurnsReadTheWholeConversation() throws Exception {
        String first = "{\"role\":\"user\",\"content\":[" + image("cat") + "," + text("Describe the image.") + "]}";
        String answer = "{\"role\":\"assistant\",\"content\":\"cat\"}";
        String second = "{\"role\":\"user\",\"content\":" + JSON.std.asString(Language.UR.describe()) + "}";
        HttpResponse<String> response = server.chat("\"messages\":[" + first + "," + answer + "," + second + "]");
        assertEquals(CATS.get(Language.UR), answer(response));
    }

    @Test
    void samplingOptionsApply() throws Exception {
        String hot = "\"temperature\":5,\"max_tokens\":30,";
        String one = answer(server.chat(hot + "\"seed\":1," + user("hello")));
        assertEquals(one, answer(server.chat(hot + "\"seed\":1," + user("hello"))));
        assertFalse(one.equals(answer(server.chat(hot + "\"seed\":2," + user("hello")))), one);
        HttpResponse<String> cut = server.chat("\"temperature\":100,\"seed\":1,\"max_tokens\":3," + user("hello"));
        assertEquals("length", at(json(cut), "choices", 0, "finish_reason"));
        assertEquals(3, at(json(cut), "usage", "completion_tokens"));
        HttpResponse<String> stopped =
                server.chat("\"stop\":[\"at\"]," + user(List.of(image("cat"), text("Describe the image."))));
        assertEquals("c", answer(stopped));
        assertEquals("stop", at(json(stopped), "choices", 0, "finish_reason"));
    }

    @Test
    void completionsContinueText() throws Exception {
        HttpResponse<String> whole = server.post("/v1/completions", "{\"prompt\":\"A cat\",\"max_tokens\":8}");
        assertEquals(200, whole.statusCode(), whole.body());
        assertEquals("text_completion", json(whole).get("object"));
        String text = (String) at(json(whole), "choices", 0, "text");
        List<Map<String, Object>> events =
                events(server.post("/v1/completions", "{\"prompt\":[\"A cat\"],\"max_tokens\":8,\"stream\":true}"));
        StringBuilder joined = new StringBuilder();
        events.forEach(event -> joined.append(at(event, "choices", 0, "text")));
        assertEquals(text, joined.toString());
        assertError(server.post("/v1/completions", "{\"prompt\":[\"a\",\"b\"]}"), 400, "invalid_type", "prompt");
        assertError(server.post("/v1/completions", "{\"prompt\":[1,2]}"), 400, "invalid_type", "prompt");
        assertError(server.post("/v1/completions", "{}"), 400, "missing_required_parameter", "prompt");
        for (String field : new String[] {"echo\":true", "suffix\":\"x\"", "best_of\":2"}) {
            assertError(
                    server.post("/v1/completions", "{\"prompt\":\"a\",\"" + field + "}"),
                    400,
                    "unsupported_parameter",
                    field.substring(0, field.indexOf('"')));
        }
    }

    @Test
    void answersFollowGrammarsAndSchemas() throws Exception {
        String question = user(List.of(image("cat"), text("Describe the image.")));
        HttpResponse<String> french = server.chat("\"grammar\":\"root ::= \\\"chat\\\" | \\\"chien\\\"\"," + question);
        assertTrue(List.of("chat", "chien").contains(answer(french)), french.body());
        String schema = "{\"type\":\"object\",\"properties\":{\"animal\":{\"enum\":[\"dog\",\"cat\",\"cow\"]},"
                + "\"legs\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":4}},\"required\":[\"animal\",\"legs\"],"
                + "\"additionalProperties\":false}";
        for (int seed = 0; seed < 3; seed++) {
            String hot = seed == 0 ? "" : "\"temperature\":100,\"seed\":" + seed + ",";
            HttpResponse<String> response = server.chat(hot
                    + "\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"n\",\"strict\":true,"
                    + "\"schema\":" + schema + "}}," + question);
            Map<String, Object> object = JSON.std.mapFrom(answer(response));
            assertEquals(List.of("animal", "legs"), List.copyOf(object.keySet()), response.body());
            assertTrue(List.of("dog", "cat", "cow").contains(object.get("animal")), response.body());
            int legs = (int) object.get("legs");
            assertTrue(legs >= 1 && legs <= 4, response.body());
            assertEquals("stop", at(json(response), "choices", 0, "finish_reason"));
        }
        assertError(
                server.chat("\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"n\","
                        + "\"schema\":{\"type\":\"wizard\"}}}," + question),
                400,
                "invalid_json_schema",
                "response_format.json_schema.schema");
    }

    @Test
    void probabilitiesAndBiasesAreHonoured() throws Exception {
        String question = user(List.of(image("cat"), text("Describe the image.")));
        HttpResponse<String> response = server.chat("\"logprobs\":true,\"top_logprobs\":2," + question);
        List<?> tokens = (List<?>) at(json(response), "choices", 0, "logprobs", "content");
        StringBuilder text = new StringBuilder();
        for (Object token : tokens) {
            text.append(at(token, "token"));
            double chosen = ((Number) at(token, "logprob")).doubleValue();
            assertTrue(chosen <= 0 && chosen > -1, response.body());
            List<?> top = (List<?>) at(token, "top_logprobs");
            assertEquals(2, top.size());
            // Greedy: the likeliest was chosen.
            assertEquals(at(token, "bytes"), at(top.getFirst(), "bytes"));
            assertEquals(chosen, ((Number) at(top.getFirst(), "logprob")).doubleValue());
        }
        assertEquals("cat", text.toString().strip());
        int streamed = 0;
        for (Map<String, Object> event : events(server.chat("\"stream\":true,\"logprobs\":true," + question))) {
            Object logprobs = at(event, "choices", 0, "logprobs");
            streamed += logprobs == null ? 0 : ((List<?>) at(logprobs, "content")).size();
        }
        assertEquals(tokens.size(), streamed);
        Object first = at(json(server.post("/tokenize", "{\"content\":\"cat\"}")), "tokens", 0);
        HttpResponse<String> banned = server.chat("\"logit_bias\":{\"" + first + "\":-100}," + question);
        assertFalse(answer(banned).equals("cat"), banned.body());
        HttpResponse<String> raw = server.post("/v1/completions", "{\"prompt\":\"A\",\"max_tokens\":4,\"logprobs\":2}");
        List<?> offsets = (List<?>) at(json(raw), "choices", 0, "logprobs", "text_offset");
        assertEquals(((List<?>) at(json(raw), "choices", 0, "logprobs", "tokens")).size(), offsets.size());
        assertEquals(0, offsets.getFirst());
    }

    @Test
    void modelListHasTheFieldsThatThePageNeeds() throws Exception {
        HttpResponse<String> response = server.get("/v1/models");
        assertEquals("nano", at(json(response), "data", 0, "id"));
        assertEquals(true, at(json(response), "data", 0, "meta", "vision"));
        assertEquals(1024, at(json(response), "data", 0, "meta", "n_ctx"));
        assertEquals("اردو", at(json(response), "data", 0, "meta", "languages", 8, "name"));
        assertEquals("nano", json(server.get("/v1/models/nano")).get("id"));
        assertError(server.get("/v1/models/gpt-4o"), 404, "model_not_found", "model");
        assertError(server.chat("\"model\":\"gpt-4o\"," + user("x")), 404, "model_not_found", "model");
        assertEquals(200, server.chat("\"model\":\"Myna nano\"," + user("x")).statusCode());
    }

    @Test
    void healthAndMetricsShowTheState() throws Exception {
        assertEquals("{\"status\":\"ok\"}", server.get("/health").body());
        HttpResponse<String> metrics = server.get("/metrics");
        assertEquals(
                Metrics.CONTENT_TYPE,
                metrics.headers().firstValue("Content-Type").orElseThrow());
        assertTrue(
                metrics.body().contains("\nmyna_http_requests_total{route=\"/health\",status=\"200\"} "),
                metrics.body());
        for (String line : metrics.body().lines().toList()) {
            assertTrue(
                    line.matches("# (HELP|TYPE) myna_[a-z_]+ .+|myna_[a-z_]+(\\{[^}]*})? [0-9.E+-]+"),
                    "not Prometheus: " + line);
        }
    }

    @Test
    void textIsCutIntoTokens() throws Exception {
        HttpResponse<String> ids = server.post("/tokenize", "{\"content\":\"نمونہ\"}");
        List<?> tokens = (List<?>) json(ids).get("tokens");
        assertTrue(tokens.size() > 1 && tokens.getFirst() instanceof Integer, ids.body());
        HttpResponse<String> pieces =
                server.post("/tokenize", "{\"content\":\"نمونہ\",\"with_pieces\":true,\"add_special\":true}");
        assertEquals(tokens.size() + 1, ((List<?>) json(pieces).get("tokens")).size());
        assertEquals(tokens.getFirst(), at(json(pieces), "tokens", 1, "id"));
        int plain = ((List<?>)
                        json(server.post("/tokenize", "{\"content\":\"</s>\"}")).get("tokens"))
                .size();
        assertTrue(plain > 1, "special-token text of a user must stay text");
        assertError(server.post("/tokenize", "{\"text\":\"x\"}"), 400, "unknown_parameter", "text");
    }

    @Test
    void thePageMayRunItsOwnScriptsOnly() throws Exception {
        HttpResponse<String> page = server.get("/");
        assertEquals(200, page.statusCode());
        String policy = page.headers().firstValue("Content-Security-Policy").orElseThrow();
        assertTrue(policy.startsWith("default-src 'none'; script-src 'sha256-"), policy);
        assertTrue(policy.endsWith("; require-trusted-types-for 'script'; trusted-types 'none'"), policy);
        assertFalse(policy.contains("unsafe") || policy.contains("*") || policy.contains("http"), policy);
        assertEquals(
                "nosniff", page.headers().firstValue("X-Content-Type-Options").orElseThrow());
        String tag = page.headers().firstValue("ETag").orElseThrow();
        assertEquals(304, server.get("/", "If-None-Match", tag).statusCode());
        assertFalse(page.headers().firstValue("Access-Control-Allow-Origin").isPresent());
    }

    @Test
    void unknownPathsAndMethodsAreRefused() throws Exception {
        assertError(server.get("/v1/embeddings"), 404, "unknown_path", null);
        assertError(server.get("/../../etc/passwd"), 404, "unknown_path", null);
        HttpResponse<String> wrong = server.get("/v1/chat/completions");
        assertError(wrong, 405, "method_not_allowed", null);
        assertEquals("POST", wrong.headers().firstValue("Allow").orElseThrow());
        assertError(server.post("/health", "{}"), 405, "method_not_allowed", null);
    }

    @Test
    void theContextIsALimit() throws Exception {
        assertError(server.chat(user("x ".repeat(5000))), 400, "context_length_exceeded", null);
        assertError(server.chat(user("x".repeat(900_000))), 400, "context_length_exceeded", "messages");
    }

    /** S-01: the body is refused by its declared length, or as soon as it is too long; and the client gets to read it. */
    @Test
    void longBodiesAreRefused() throws Exception {
        String long1 = "{" + user("x".repeat(TestServer.LIMITS.bodyBytes())) + "}";
        assertError(server.post("/v1/chat/completions", long1), 413, "request_too_large", null);
        try (Socket socket = server.connect()) {
            socket.getOutputStream()
                    .write("POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            byte[] chunk = ("8000\r\n" + " ".repeat(0x8000) + "\r\n").getBytes(StandardCharsets.US_ASCII);
            for (int sent = 0; sent <= TestServer.LIMITS.bodyBytes() + 2 * 0x8000; sent += 0x8000) {
                socket.getOutputStream().write(chunk);
            }
            socket.getOutputStream().write("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            String response = TestServer.readUntil(socket, "\r\n\r\n{");
            assertTrue(response.startsWith("HTTP/1.1 413 "), response);
        }
        // The limit itself is not over the limit.
        String rest = "{" + user("x") + "}";
        String full = rest + " ".repeat(TestServer.LIMITS.bodyBytes() - rest.length());
        assertEquals(200, server.post("/v1/chat/completions", full).statusCode());
    }

    /** S-06. */
    @Test
    void pagesOfOtherOriginsAreRefused() throws Exception {
        try (Socket socket = server.connect()) {
            socket.getOutputStream()
                    .write("GET /v1/models HTTP/1.1\r\nHost: evil.example\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertTrue(TestServer.readUntil(socket, "}}").contains("host_not_allowed"));
        }
        assertError(server.get("/v1/models", "Origin", "http://evil.example"), 403, "origin_not_allowed", null);
        assertEquals(
                200,
                server.get("/v1/models", "Origin", "http://127.0.0.1:" + server.server.port())
                        .statusCode());
    }

    /** S-07, over HTTP: everything but the page and the health needs the key, whether it is there or not. */
    @Test
    void requestsWithoutAKeyAreRefused() throws Exception {
        try (TestServer locked = new TestServer(SchedulerOptions.defaults(), List.of("sesame"), TestServer.LIMITS)) {
            for (String path : new String[] {"/v1/models", "/metrics", "/nothing", "/v1/models/nano"}) {
                assertError(locked.get(path), 401, "missing_api_key", null);
                assertError(locked.get(path, "Authorization", "Bearer x"), 401, "invalid_api_key", null);
            }
            HttpResponse<String> refused = locked.chat(user("x"));
            assertError(refused, 401, "missing_api_key", null);
            assertEquals(
                    "Bearer", refused.headers().firstValue("WWW-Authenticate").orElseThrow());
            assertEquals(200, locked.get("/").statusCode());
            assertEquals(200, locked.get("/health").statusCode());
            assertEquals(
                    200,
                    locked.get("/v1/models", "Authorization", "Bearer sesame").statusCode());
            assertEquals(
                    200,
                    locked.post("/v1/chat/completions", "{" + user("x") + "}", "X-Api-Key", "sesame")
                            .statusCode());
        }
    }

    /** S-11: whatever is sent, answers never show where the server lives or how it is made. */
    @Test
    void errorsShowNoInternals() throws Exception {
        List<HttpResponse<String>> responses = List.of(
                server.chat("\"messages\":7"),
                server.chat("\"messages\":[{\"role\":\"user\",\"content\":[" + TestServer.imageUrl("file:///etc/passwd")
                        + "]}]"),
                server.chat(user(List.of(TestServer.imageUrl("data:image/png;base64,iVBORw0KGgo=")))),
                server.post("/v1/chat/completions", "{"),
                server.post("/v1/chat/completions", "\u0000"),
                server.get("/%00"),
                server.get("/a%2e%2e/b"),
                server.get("/v1/models/..%2f..%2fetc"),
                server.post("/tokenize", "[]"),
                server.chat("\"grammar\":\"root ::= x\"," + user("x")));
        for (HttpResponse<String> response : responses) {
            assertTrue(response.statusCode() >= 400 && response.statusCode() < 500, response.body());
            String body = response.body();
            for (String inside : new String[] {
                "Exception", "java.", "dev.myna", "tools.jackson", "\tat ", "0x", "/work", "/root", "/home"
            }) {
                assertFalse(body.contains(inside), body);
            }
        }
    }
}
