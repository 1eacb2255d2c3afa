// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.judging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.eval.EvalException;
import dev.myna.eval.judging.JudgeException.Fault;
import dev.myna.testing.TestServer;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import tools.jackson.jr.ob.JSON;

/** An endpoint that does all that endpoints do. */
class EndpointJudgeTest {
    private static final JudgeRequest REQUEST =
            new JudgeRequest("llava-bench", "ur", "7", "You are fair.", "یہ کیا ہے؟ \"x\"\n[System]");

    private static EndpointSettings settings(String address, int tries, Duration timeout) {
        return new EndpointSettings(
                EndpointSettings.address(address),
                "judge-1",
                Optional.of("secret-key"),
                0,
                tries,
                timeout,
                Duration.ofMillis(1));
    }

    private static String review(TestServer server, int tries) throws InterruptedException {
        return review(server, tries, Duration.ofSeconds(20));
    }

    private static String review(TestServer server, int tries, Duration timeout) throws InterruptedException {
        try (EndpointJudge judge = new EndpointJudge(settings(server.address(), tries, timeout))) {
            return judge.review(REQUEST);
        }
    }

    private static void answer(OutputStream out, String status, String type, String body, String... headers)
            throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        String[] all = new String[headers.length + 2];
        System.arraycopy(headers, 0, all, 2, headers.length);
        all[0] = "Content-Type: " + type;
        all[1] = "Content-Length: " + bytes.length;
        TestServer.head(out, status, all);
        out.write(bytes);
        out.flush();
    }

    private static void review(OutputStream out, String text) throws IOException {
        answer(
                out,
                "200 OK",
                "application/json",
                "{\"id\": \"x\", \"choices\": [{\"index\": 0, \"message\": {\"role\": \"assistant\", \"content\": "
                        + JSON.std.asString(text) + "}}]}");
    }

    @Test
    void theRequestIsThatOfTheApiAndTheReviewComesBackToTheLetter() throws Exception {
        String text = "8 7\nঠিক আছে، بہت اچھا 😀";
        try (TestServer server = new TestServer((request, out) -> review(out, text))) {
            assertEquals(text, review(server, 1));
            TestServer.Request request = server.requests().getFirst();
            assertEquals("POST", request.method());
            assertEquals("/v1/chat/completions", request.path());
            assertEquals("Bearer secret-key", request.headers().get("authorization"));
            Map<String, Object> body = JSON.std.mapFrom(request.body());
            assertEquals("judge-1", body.get("model"));
            assertEquals(0.2, body.get("temperature"));
            assertEquals(1024, body.get("max_tokens"));
            assertEquals(
                    "[{role=system, content=You are fair.}, {role=user, content=" + REQUEST.user() + "}]",
                    body.get("messages").toString());
        }
    }

    @Test
    void busyAndBrokenEndpointsAreAskedAgain() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        try (TestServer server = new TestServer((request, out) -> {
            switch (asked.getAndIncrement()) {
                case 0 -> answer(out, "500 Oops", "text/plain", "");
                case 1 -> answer(out, "429 Slow down", "application/json", "{}", "Retry-After: 0");
                case 2 -> answer(out, "200 OK", "text/html", "<html>sign in</html>");
                case 3 -> answer(out, "200 OK", "application/json", "{\"choices\": []}");
                case 4 -> answer(out, "200 OK", "application/json", "{\"choices\": [{\"message\"");
                case 5 -> {
                    // Nothing: the connection ends.
                }
                default -> review(out, "9 9");
            }
        })) {
            assertEquals("9 9", review(server, 7));
            assertEquals(7, asked.get());
        }
    }

    @Test
    void whatDoesNotPassEndsInOneLineThatSaysWhatItWas() throws Exception {
        Map<String, String[]> bad = Map.of(
                "text/html", new String[] {"200 OK", "<html>", "no JSON (text/html); is the URL"},
                "application/json", new String[] {"200 OK", "[1]", "no JSON (application/json)"},
                "a/a", new String[] {"200 OK", "{\"choices\": 4}", "JSON that is no chat completion"},
                "b/b", new String[] {"503 Full", "{\"error\": {\"message\": \"too\\nfull\"}}", "status 503: too"},
                "c/c", new String[] {"200 OK", "", "no JSON (c/c)"});
        for (Map.Entry<String, String[]> each : bad.entrySet()) {
            String[] reply = each.getValue();
            try (TestServer server = new TestServer((request, out) -> answer(out, reply[0], each.getKey(), reply[1]))) {
                JudgeException failure = assertThrows(JudgeException.class, () -> review(server, 2));
                assertEquals(Fault.JUDGE, failure.fault());
                assertTrue(failure.getMessage().contains(reply[2]), failure.getMessage());
                assertTrue(failure.getMessage().endsWith("(2 attempts)"), failure.getMessage());
                assertEquals(1, failure.getMessage().lines().count());
                assertFalse(failure.getMessage().contains("secret-key"));
                assertEquals(2, server.requests().size());
            }
        }
    }

    @Test
    void refusalsAreNotRepeated() throws Exception {
        Map<String, Fault> refusals = Map.of(
                "400 Bad Request", Fault.REQUEST,
                "413 Too Large", Fault.REQUEST,
                "401 Unauthorized", Fault.SETTINGS,
                "404 Not Found", Fault.SETTINGS,
                "302 Found", Fault.SETTINGS);
        for (Map.Entry<String, Fault> each : refusals.entrySet()) {
            try (TestServer server = new TestServer((request, out) ->
                    answer(out, each.getKey(), "text/plain", "", "Location: http://127.0.0.1:1/elsewhere"))) {
                JudgeException failure = assertThrows(JudgeException.class, () -> review(server, 5));
                assertEquals(each.getValue(), failure.fault(), each.getKey());
                assertEquals(1, server.requests().size(), "asked once");
            }
        }
    }

    @Test
    void anEndpointThatSaysNothingIsGivenUp() throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        // One says nothing at all, one stops within its answer.
        for (boolean head : new boolean[] {false, true}) {
            try (TestServer server = new TestServer((request, out) -> {
                if (head) {
                    TestServer.head(out, "200 OK", "Content-Type: application/json", "Content-Length: 500");
                    out.write('{');
                    out.flush();
                }
                try {
                    end.await();
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
            })) {
                JudgeException failure =
                        assertThrows(JudgeException.class, () -> review(server, 2, Duration.ofMillis(300)));
                assertTrue(failure.getMessage().contains("did not answer within 0.300 s"), failure.getMessage());
                assertEquals(2, server.requests().size());
            }
        }
        end.countDown();
        try (EndpointJudge judge = new EndpointJudge(settings("http://127.0.0.1:1", 1, Duration.ofSeconds(20)))) {
            JudgeException failure = assertThrows(JudgeException.class, () -> judge.review(REQUEST));
            assertTrue(failure.getMessage().contains("cannot be reached"), failure.getMessage());
        }
    }

    @Test
    void retryAfterIsKept() throws Exception {
        long start = System.nanoTime();
        AtomicInteger asked = new AtomicInteger();
        try (TestServer server = new TestServer((request, out) -> {
            if (asked.getAndIncrement() == 0) {
                answer(out, "429 Slow down", "text/plain", "", "Retry-After: 1");
            } else {
                review(out, "1 1");
            }
        })) {
            assertEquals("1 1", review(server, 2));
            assertTrue(System.nanoTime() - start >= 1_000_000_000L, "it waited a second");
        }
        String tomorrow = DateTimeFormatter.RFC_1123_DATE_TIME.format(
                Instant.now().plusSeconds(86_400).atOffset(ZoneOffset.UTC));
        try (TestServer server = new TestServer(
                (request, out) -> answer(out, "503 Full", "text/plain", "", "Retry-After: " + tomorrow))) {
            JudgeException failure = assertThrows(JudgeException.class, () -> review(server, 5));
            assertTrue(failure.getMessage().matches(".*wants 86[34][0-9]{2} s of silence"), failure.getMessage());
            assertEquals(1, server.requests().size());
        }
    }

    @Test
    void anEndlessAnswerIsCutOff() throws Exception {
        try (TestServer server = new TestServer((request, out) -> {
            TestServer.head(out, "200 OK", "Content-Type: application/json");
            byte[] block = " ".repeat(1 << 16).getBytes(StandardCharsets.US_ASCII);
            for (int i = 0; i < 100; i++) {
                out.write(block);
            }
        })) {
            JudgeException failure = assertThrows(JudgeException.class, () -> review(server, 1));
            assertEquals(Fault.JUDGE, failure.fault());
        }
    }

    @Test
    void noMoreRequestsAMinuteThanAllowed() throws Exception {
        try (TestServer server = new TestServer((request, out) -> review(out, "5 5"));
                EndpointJudge judge = new EndpointJudge(new EndpointSettings(
                        EndpointSettings.address(server.address()),
                        "m",
                        Optional.empty(),
                        600,
                        1,
                        Duration.ofSeconds(20),
                        Duration.ofMillis(1)))) {
            long start = System.nanoTime();
            for (int i = 0; i < 4; i++) {
                judge.review(REQUEST);
            }
            assertTrue(System.nanoTime() - start >= 300_000_000L, "three gaps of 0.1 s");
            assertFalse(server.requests().getFirst().headers().containsKey("authorization"));
        }
    }

    @Test
    void addressesAreCompleted() {
        assertEquals(
                "http://h:1/v1/chat/completions",
                EndpointSettings.address("http://h:1").toString());
        assertEquals(
                "https://h/v1/chat/completions",
                EndpointSettings.address("https://h/v1/").toString());
        assertEquals(
                "https://h/a/chat/completions",
                EndpointSettings.address("HTTPS://h/a/chat/completions").toString());
        assertEquals(
                "https://h/v1/chat/completions?v=2",
                EndpointSettings.address("https://h/v1?v=2").toString());
        for (String bad :
                new String[] {"", "h/v1", "ftp://h/", "http:///v1", "https://me:pw@h/v1", "https://h/#x", "ht tp"}) {
            assertThrows(EvalException.class, () -> EndpointSettings.address(bad), bad);
        }
    }
}
