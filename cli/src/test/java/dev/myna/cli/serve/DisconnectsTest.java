// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.serve;

import static dev.myna.cli.serve.TestServer.ENDLESS;
import static dev.myna.cli.serve.TestServer.await;
import static dev.myna.cli.serve.TestServer.user;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.cli.serve.http.Limits;
import dev.myna.engine.SchedulerOptions;
import dev.myna.engine.SchedulerStats;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/**
 * Many requests, whose clients leave at random moments or stay, leave everything where it began. The full run is
 * {@code -Dmyna.requests=10000}, and prints what it measured.
 */
class DisconnectsTest {
    private static final int REQUESTS = Integer.getInteger("myna.requests", 300);
    private static final int CLIENTS = 12;
    private static final long SEED = Long.getLong("myna.seed", 1);

    /** Moments to leave. */
    private enum Leaving {
        WITHOUT_A_WORD,
        IN_THE_HEADER,
        IN_THE_BODY,
        AFTER_ASKING,
        AFTER_THE_FIRST_TOKEN,
        WHILE_A_WHOLE_ANSWER_IS_MADE,
        NEVER
    }

    /** What must be again as it was. */
    private record State(int threads, long heap, long resident, long descriptors) {
        static State now() throws IOException, InterruptedException {
            System.gc();
            Thread.sleep(200);
            System.gc();
            return new State(
                    ManagementFactory.getThreadMXBean().getThreadCount(),
                    ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed(),
                    readResident(),
                    readDescriptors());
        }

        private static long readResident() throws IOException {
            Path status = Path.of("/proc/self/status");
            return Files.exists(status)
                    ? Files.readAllLines(status).stream()
                            .filter(line -> line.startsWith("VmRSS:"))
                            .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                            .sum()
                    : 0;
        }

        private static long readDescriptors() throws IOException {
            Path folder = Path.of("/proc/self/fd");
            if (!Files.isDirectory(folder)) {
                return 0;
            }
            try (var files = Files.list(folder)) {
                return files.count();
            }
        }
    }

    private static void visit(TestServer server, Leaving leaving, Random random) throws IOException {
        String question = user("hello " + random.nextInt(20));
        String path = "/v1/chat/completions";
        switch (leaving) {
            case WITHOUT_A_WORD -> server.connect().close();
            case IN_THE_HEADER -> partly(server, "POST " + path + " HTTP/1.1\r\nHost: loc");
            case IN_THE_BODY ->
                partly(server, "POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 999\r\n\r\n{\"mess");
            case AFTER_ASKING ->
                server.open(path, "{\"stream\":true," + ENDLESS + "," + question + "}")
                        .close();
            case AFTER_THE_FIRST_TOKEN -> {
                try (Socket socket = server.open(path, "{\"stream\":true," + ENDLESS + "," + question + "}")) {
                    TestServer.readUntil(socket, "\"content\":\"");
                }
            }
            case WHILE_A_WHOLE_ANSWER_IS_MADE ->
                server.open(path, "{" + ENDLESS + "," + question + "}").close();
            case NEVER -> {
                try (Socket socket = server.open(path, "{\"stream\":true,\"max_tokens\":8," + question + "}")) {
                    TestServer.readUntil(socket, "data: [DONE]\n\n");
                }
            }
        }
    }

    private static void partly(TestServer server, String request) throws IOException {
        try (Socket socket = server.connect()) {
            socket.getOutputStream().write(request.getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        }
    }

    private static void crowd(TestServer server, int requests, long seed) throws InterruptedException {
        AtomicInteger next = new AtomicInteger();
        AtomicInteger failures = new AtomicInteger();
        try (ExecutorService clients = Executors.newFixedThreadPool(CLIENTS)) {
            for (int c = 0; c < CLIENTS; c++) {
                Random random = new Random(seed + c);
                clients.execute(() -> {
                    while (next.getAndIncrement() < requests) {
                        Leaving leaving = Leaving.values()[random.nextInt(Leaving.values().length)];
                        try {
                            visit(server, leaving, random);
                        } catch (IOException e) {
                            failures.incrementAndGet();
                            e.printStackTrace();
                        }
                    }
                });
            }
            clients.shutdown();
            assertTrue(clients.awaitTermination(2, TimeUnit.HOURS), "the clients did not come to an end");
        }
        assertEquals(0, failures.get(), "answers that a client waited for and did not get, seed " + seed);
    }

    private static void settle(TestServer server) throws InterruptedException {
        await("all requests are over", () -> server.server.activeRequests() == 0);
        await("all slots are free", () -> {
            SchedulerStats stats = server.scheduler.stats();
            return stats.active() == 0 && stats.waiting() == 0;
        });
    }

    @Test
    void leaveThreadsMemoryAndSlotsAsTheyWere() throws Exception {
        Limits limits = new Limits(
                1 << 20,
                4 << 20,
                8,
                64L << 20,
                java.time.Duration.ofMillis(50),
                TestServer.LIMITS.write(),
                TestServer.LIMITS.linger());
        SchedulerOptions options =
                SchedulerOptions.builder().prefixBytes(16 << 20).build();
        try (TestServer server = new TestServer(options, List.of(), limits)) {
            // Compilers, pools and caches come to rest first.
            crowd(server, Math.max(100, REQUESTS / 10), SEED + 1000);
            settle(server);
            State before = State.now();
            long start = System.nanoTime();
            crowd(server, REQUESTS, SEED);
            settle(server);
            double seconds = (System.nanoTime() - start) / 1e9;
            State after = State.now();
            SchedulerStats stats = server.scheduler.stats();
            if (REQUESTS >= 10_000) {
                System.out.printf(
                        "%d requests in %.0f s%n  before %s%n  after  %s%n  %s%n",
                        REQUESTS, seconds, before, after, stats);
            }
            assertEquals(stats.submitted(), stats.finished() + stats.cancelled(), stats.toString());
            assertTrue(stats.finished() > 0 && stats.cancelled() > 0, stats.toString());
            assertTrue(after.threads() <= before.threads() + 8, before + " became " + after);
            assertTrue(after.descriptors() <= before.descriptors() + 16, before + " became " + after);
            assertTrue(after.heap() <= before.heap() + (16 << 20), before + " became " + after);
            assertTrue(after.resident() <= before.resident() + (128 << 20), before + " became " + after);
            assertEquals(0, imageAndBodyBytes(server));
            assertEquals(List.of(), List.copyOf(server.problems));
            assertEquals(200, server.chat(user("hello")).statusCode());
        }
    }

    private static long imageAndBodyBytes(TestServer server) throws Exception {
        return server.get("/metrics")
                .body()
                .lines()
                .filter(line -> line.matches("myna_(body|image)_bytes .*"))
                .mapToLong(line -> Long.parseLong(line.replaceAll(".* ", "")))
                .sum();
    }
}
