// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.serve;

import static dev.myna.cli.serve.TestServer.ENDLESS;
import static dev.myna.cli.serve.TestServer.answer;
import static dev.myna.cli.serve.TestServer.await;
import static dev.myna.cli.serve.TestServer.image;
import static dev.myna.cli.serve.TestServer.text;
import static dev.myna.cli.serve.TestServer.user;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.cli.serve.http.Limits;
import dev.myna.engine.SchedulerOptions;
import dev.myna.engine.SchedulerStats;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Clients that go away, come in crowds, or stay to the very end. */
class LeavingClientsTest {
    private static final String STREAM = "{\"stream\":true," + ENDLESS + "," + user("hello") + "}";
    private static final String WHOLE = "{" + ENDLESS + "," + user("hello") + "}";
    private static final String PATH = "/v1/chat/completions";

    private static SchedulerOptions one(int queue) {
        return SchedulerOptions.builder().slots(1).queueLength(queue).build();
    }

    /** S-08. */
    @Test
    void clientThatLeavesMidStreamFreesItsSlot() throws Exception {
        try (TestServer server = new TestServer(one(0))) {
            Socket socket = server.open(PATH, STREAM);
            TestServer.readUntil(socket, "\"content\":\"");
            socket.close();
            await("the slot is free", () -> server.scheduler.stats().active() == 0);
            SchedulerStats stats = server.scheduler.stats();
            assertEquals(1, stats.cancelled());
            // To the end of the context it would have been a thousand.
            assertTrue(stats.generatedTokens() < 500, stats.toString());
            assertEquals(200, server.chat(user("hello")).statusCode());
            await("the request is over", () -> server.server.activeRequests() == 0);
            assertEquals(List.of(), List.copyOf(server.problems));
        }
    }

    /** Nothing is written to a client that waits for a whole answer, but for white space that tells whether it is there. */
    @Test
    void clientThatLeavesDuringAnAnswerFreesItsSlot() throws Exception {
        Limits quick = new Limits(
                1 << 20,
                4 << 20,
                8,
                64L << 20,
                Duration.ofMillis(20),
                TestServer.LIMITS.write(),
                TestServer.LIMITS.linger());
        try (TestServer server = new TestServer(one(0), List.of(), quick)) {
            Socket socket = server.open(PATH, WHOLE);
            await("it is worked on", () -> server.scheduler.stats().active() == 1);
            socket.close();
            await("the slot is free", () -> server.scheduler.stats().active() == 0);
            assertEquals(
                    1,
                    server.scheduler.stats().cancelled(),
                    server.scheduler.stats().toString());
        }
    }

    @Test
    void whiteSpaceBeforeAnAnswerIsValidJson() throws Exception {
        Limits quick = new Limits(
                1 << 20,
                4 << 20,
                8,
                64L << 20,
                Duration.ofMillis(1),
                TestServer.LIMITS.write(),
                TestServer.LIMITS.linger());
        try (TestServer server = new TestServer(one(0), List.of(), quick)) {
            HttpResponse<String> response = server.chat(user(List.of(image("cat"), text("Describe the image."))));
            assertTrue(response.body().startsWith("\n"), response.body());
            assertEquals("cat", answer(response));
        }
    }

    /** S-09; and a client that leaves the queue leaves its place. */
    @Test
    void aFullQueueAnswers429() throws Exception {
        try (TestServer server = new TestServer(one(1))) {
            Socket running = server.open(PATH, STREAM);
            TestServer.readUntil(running, "\"content\":\"");
            Socket waiting = server.open(PATH, STREAM);
            await("one waits", () -> server.scheduler.stats().waiting() == 1);
            HttpResponse<String> refused = server.chat(user("hello"));
            assertEquals(429, refused.statusCode(), refused.body());
            assertTrue(
                    Integer.parseInt(refused.headers().firstValue("Retry-After").orElseThrow()) > 0);
            assertTrue(refused.body().contains("\"rate_limit_error\""), refused.body());
            waiting.close();
            await("nobody waits", () -> server.scheduler.stats().waiting() == 0);
            running.close();
            assertEquals(200, server.chat(user("hello")).statusCode());
        }
    }

    /** S-10, within the process: what has begun is finished, what comes is turned away. */
    @Test
    void drainingFinishesRunningRequests() throws Exception {
        try (TestServer server = new TestServer(one(4))) {
            Socket running = server.open(
                    PATH, "{\"stream\":true,\"temperature\":100,\"seed\":1,\"max_tokens\":200," + user("hello") + "}");
            TestServer.readUntil(running, "\"content\":\"");
            Thread drain = Thread.ofVirtual().start(() -> {
                try {
                    assertTrue(server.server.drain(Duration.ofSeconds(60)));
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            });
            await("it drains", () -> {
                try {
                    return server.get("/health").statusCode() == 503;
                } catch (Exception e) {
                    throw new AssertionError(e);
                }
            });
            HttpResponse<String> late = server.chat(user("hello"));
            assertEquals(503, late.statusCode());
            assertTrue(late.headers().firstValue("Retry-After").isPresent());
            assertTrue(TestServer.readUntil(running, "[DONE]").contains("\"finish_reason\":\"length\""));
            running.close();
            drain.join();
            assertEquals(0, server.server.activeRequests());
        }
    }

    /** S-12: many at once, each with its own image and language, each gets its own answer. */
    @Test
    void clientsNeverSeeImagesOrTextOfOthers() throws Exception {
        List<String> images = List.of("cat", "apple", "bicycle", "sunflower");
        List<String> questions = List.of("Describe the image.", "تصویر کی وضاحت کریں۔", "画像を説明してください。");
        try (TestServer server =
                new TestServer(SchedulerOptions.builder().slots(4).build())) {
            List<String> bodies = new ArrayList<>();
            List<String> alone = new ArrayList<>();
            for (String name : images) {
                for (String question : questions) {
                    String body = user(List.of(image(name), text(question)));
                    bodies.add(body);
                    alone.add(answer(server.chat(body)));
                }
            }
            assertEquals(12, alone.stream().distinct().count(), alone.toString());
            List<Thread> threads = new ArrayList<>();
            List<String> wrong = Collections.synchronizedList(new ArrayList<>());
            for (int i = 0; i < 36; i++) {
                int n = i % 12;
                threads.add(Thread.ofVirtual().start(() -> {
                    try {
                        String answer = answer(server.chat(bodies.get(n)));
                        if (!answer.equals(alone.get(n))) {
                            wrong.add(answer + " instead of " + alone.get(n));
                        }
                    } catch (Exception e) {
                        wrong.add(e.toString());
                    }
                }));
            }
            for (Thread thread : threads) {
                thread.join();
            }
            assertEquals(List.of(), wrong);
        }
    }

    @Test
    void logsNameNoContent() throws Exception {
        try (TestServer server = new TestServer(one(4))) {
            String secret = "xyzzy";
            HttpResponse<String> response = server.chat(user(List.of(image("apple"), text("What is this? " + secret))));
            assertEquals(200, response.statusCode());
            assertTrue(answer(response).length() > 3, "a digit would be in the log by chance");
            server.get("/" + secret);
            server.chat("\"" + secret + "\":1");
            await("all are logged", () -> server.log.size() == 3);
            assertTrue(
                    server.log
                            .peek()
                            .matches("POST /v1/chat/completions 200 prompt \\d+ \\(\\d+ kept\\) answer \\d+ first .+"
                                    + " total .+"),
                    server.log.toString());
            assertFalse(server.log.toString().contains(secret)
                    || server.log.toString().contains(answer(response)));
        }
    }
}
