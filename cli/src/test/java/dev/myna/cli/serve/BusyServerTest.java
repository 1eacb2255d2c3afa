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
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.engine.SchedulerOptions;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.jr.ob.JSON;

/** Requests that make work, and those that come in unusual clothes: others are answered meanwhile. */
class BusyServerTest {
    private static final Duration HANG = Duration.ofSeconds(60);
    private static final String PATH = "/v1/chat/completions";

    private static TestServer server;

    @BeforeAll
    static void start() throws Exception {
        server = new TestServer(SchedulerOptions.builder().slots(2).build());
    }

    @AfterAll
    static void stop() {
        server.close();
        assertEquals(List.of(), List.copyOf(server.problems));
    }

    private static void assertError(HttpResponse<String> response, int status, String code) {
        assertEquals(status, response.statusCode(), response.body());
        assertEquals(code, at(json(response), "error", "code"), response.body());
    }

    private static HttpResponse<String> post(byte[] body, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(server.uri(PATH)).POST(BodyPublishers.ofByteArray(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return server.client.send(request.build(), BodyHandlers.ofString());
    }

    private static byte[] gzip(String text) throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (OutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return out.toByteArray();
    }

    /** What took 49 seconds of both processors: patterns with classes of 2000 characters, none beside another. */
    private static String hardSchema() {
        StringBuilder set = new StringBuilder();
        for (int i = 0; i < 4000; i++) {
            set.appendCodePoint(0x4E00 + 2 * i);
        }
        StringBuilder properties = new StringBuilder();
        for (int i = 0; i < 24; i++) {
            properties
                    .append(i == 0 ? "" : ",")
                    .append("\"p%d\":{\"type\":\"string\",\"pattern\":\"^[%s%d]$\"}".formatted(i, set, i));
        }
        return "{" + user("x") + ",\"max_tokens\":1,\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{"
                + "\"name\":\"n\",\"schema\":{\"properties\":{" + properties + "}}}}}";
    }

    @Test
    void expensiveSchemasDoNotBlockOthers() {
        String body = hardSchema();
        assertTrue(body.length() > 90_000);
        assertTimeoutPreemptively(HANG, () -> {
            List<Socket> asking = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                asking.add(server.open(PATH, body));
            }
            for (int i = 0; i < 20; i++) {
                assertEquals(200, server.get("/health").statusCode());
            }
            for (Socket socket : asking) {
                socket.close();
            }
            TestServer.await("nobody is worked for", () -> server.server.activeRequests() == 0);
            assertEquals("cat", answer(server.chat(user(List.of(image("cat"), text("Describe the image."))))));
        });
    }

    @Test
    void compressedBodiesAreRead() throws Exception {
        String body = "{" + user(List.of(image("cat"), text("Describe the image."))) + "}";
        assertEquals("cat", answer(post(gzip(body), "Content-Encoding", "gzip")));
        assertEquals("cat", answer(post(body.getBytes(StandardCharsets.UTF_8), "Content-Encoding", "identity")));
        HttpResponse<String> refused = post(gzip(body), "Content-Encoding", "br");
        assertError(refused, 415, "unsupported_content_encoding");
        assertEquals(
                "gzip, deflate", refused.headers().firstValue("Accept-Encoding").orElseThrow());
        assertError(post(body.getBytes(StandardCharsets.UTF_8), "Content-Encoding", "gzip"), 400, "invalid_encoding");
        String bomb = "{" + " ".repeat(TestServer.LIMITS.bodyBytes()) + "}";
        assertError(post(gzip(bomb), "Content-Encoding", "gzip"), 413, "request_too_large");
        TestServer.await("all memory is given back", () -> server.server.activeRequests() == 0);
        assertTrue(server.get("/metrics").body().contains("\nmyna_body_bytes 0\n"));
    }

    @Test
    void contentTypeOfJsonIsIgnored() throws Exception {
        String body = "{" + user(List.of(image("cat"), text("Describe the image."))) + "}";
        for (String type : new String[] {
            "application/json",
            "application/json; charset=utf-8",
            "text/plain",
            "application/x-www-form-urlencoded",
            "APPLICATION/JSON;charset=UTF-8"
        }) {
            assertEquals("cat", answer(server.post(PATH, body, "Content-Type", type)), type);
        }
        assertEquals("cat", answer(server.post(PATH, "\uFEFF" + body)));
        assertEquals("cat", answer(server.post(PATH + "/", body)));
        assertEquals("cat", answer(server.post(PATH + "?api-version=1", body)));
        assertError(
                server.post(PATH, body, "Content-Type", "multipart/form-data; boundary=x"),
                415,
                "unsupported_content_type");
        assertError(post(body.getBytes(StandardCharsets.UTF_16)), 400, "invalid_json");
    }

    @Test
    void imageFormsOfOtherServersAreAccepted() throws Exception {
        String data = Base64.getMimeEncoder().encodeToString(Files.readAllBytes(TestServer.SAMPLES.resolve("cat.png")));
        String question = text("Describe the image.");
        String plain = data.replace("\r\n", "");
        for (String url : List.of(
                "data:image/png;base64," + data,
                "data:;base64," + plain,
                "DATA:application/octet-stream;BASE64," + plain.replace("=", ""),
                plain)) {
            assertEquals("cat", answer(server.chat(user(List.of(TestServer.imageUrl(url), question)))));
        }
        for (String type : List.of("image_url", "input_image")) {
            String part = "{\"type\":\"" + type + "\",\"image_url\":\"data:image/png;base64," + plain + "\"}";
            assertEquals("cat", answer(server.chat(user(List.of(part, question)))));
        }
    }

    @Test
    void optionsListsTheMethods() throws Exception {
        HttpRequest options = HttpRequest.newBuilder(server.uri(PATH))
                .method("OPTIONS", BodyPublishers.noBody())
                .build();
        HttpResponse<String> response = server.client.send(options, BodyHandlers.ofString());
        assertEquals(204, response.statusCode());
        assertEquals("POST, OPTIONS", response.headers().firstValue("Allow").orElseThrow());
        assertFalse(response.headers().map().keySet().stream().anyMatch(name -> name.startsWith("access-control")));
        HttpRequest head = HttpRequest.newBuilder(server.uri("/health")).HEAD().build();
        HttpResponse<String> health = server.client.send(head, BodyHandlers.ofString());
        assertEquals(200, health.statusCode());
        assertEquals("15", health.headers().firstValue("Content-Length").orElseThrow());
        assertEquals("", health.body());
    }

    /** Limits that multiply, numbers without end: the client's fault, said in its terms. */
    @Test
    void expensiveGrammarsAreRefused() throws Exception {
        String nested = "root ::= " + "(".repeat(40) + "\\\"a\\\"" + (")" + "+".repeat(60)).repeat(40);
        assertError(server.chat("\"grammar\":\"" + nested + "\"," + user("x")), 400, "invalid_grammar");
        for (String number : new String[] {"1e-999999999", "-1e-99999999", "0.1e-9999"}) {
            HttpResponse<String> response =
                    server.chat("\"max_tokens\":4,\"response_format\":{\"type\":\"json_object\","
                            + "\"schema\":{\"type\":\"integer\",\"minimum\":" + number + "}}," + user("x"));
            assertEquals(200, response.statusCode(), response.body());
        }
        assertError(
                server.chat("\"response_format\":{\"type\":\"json_object\",\"schema\":{\"type\":\"integer\","
                        + "\"minimum\":1e999999999}}," + user("x")),
                400,
                "invalid_json_schema");
        assertError(server.chat("\"temperature\":1e999999999," + user("x")), 400, "invalid_type");
        assertError(server.chat("\"max_tokens\":1e999999999," + user("x")), 400, "invalid_type");
    }

    @Test
    void longListsInRequestsAreHandled() {
        assertTimeoutPreemptively(HANG, () -> {
            String ten = "1,".repeat(30_000);
            assertError(
                    server.chat("\"stop\":[" + "\"a\",".repeat(60_000) + "\"b\"]," + user("x")), 400, "invalid_value");
            assertError(server.chat("\"modalities\":[" + ten + "1]," + user("x")), 400, "unsupported_parameter");
            StringBuilder biases = new StringBuilder("\"0\":1");
            for (int i = 1; i < 60_000; i++) {
                biases.append(",\"").append(i).append("\":1");
            }
            assertError(server.chat("\"logit_bias\":{" + biases + "}," + user("x")), 400, "invalid_value");
            String message = "{\"role\":\"user\",\"content\":\"\"},";
            assertError(
                    server.chat("\"messages\":[" + message.repeat(30_000) + message.replace("},", "}]")),
                    400,
                    "invalid_value");
            String part = "{\"type\":\"text\",\"text\":\"a\"},";
            HttpResponse<String> parts = server.chat("\"max_tokens\":1,\"messages\":[{\"role\":\"user\",\"content\":["
                    + part.repeat(20_000) + part.replace("},", "}]}]"));
            assertError(parts, 400, "context_length_exceeded");
            assertError(server.chat("\"x\":[" + ten.repeat(8) + "1]," + user("x")), 400, "invalid_json");
        });
    }

    @Test
    void quotedTextOfClientsIsPrintable() throws Exception {
        String ugly = "\u0007\u001b[31m\u202e\u2028" + "y".repeat(300);
        for (HttpResponse<String> response : List.of(
                server.chat(JSON.std.asString(ugly) + ":1," + user("x")),
                server.chat("\"model\":" + JSON.std.asString(ugly) + "," + user("x")),
                server.chat("\"grammar\":" + JSON.std.asString(ugly) + "," + user("x")),
                server.chat("\"messages\":[{\"role\":" + JSON.std.asString(ugly) + ",\"content\":\"\"}]"),
                server.chat(user(List.of(TestServer.imageUrl("data:" + ugly + ";base64,AAAA")))),
                server.chat("\"seed\":" + "9".repeat(60) + "," + user("x")),
                server.get("/v1/models/%07%e2%80%ae"))) {
            assertTrue(response.statusCode() >= 400 && response.statusCode() < 500, response.body());
            for (String field : new String[] {"message", "param"}) {
                String value = String.valueOf(at(json(response), "error", field));
                assertTrue(
                        value.length() < 700
                                && value.codePoints()
                                        .noneMatch(c -> Character.isISOControl(c) || c == 0x202E || c == 0x2028),
                        value);
            }
        }
    }
}
