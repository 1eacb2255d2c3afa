// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.serve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.cli.Captured;
import dev.myna.cli.Jar;
import dev.myna.cli.terminal.ExitCode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** The server as a process: hostile connections, signals, exit codes. */
class ServeIT {
    /** Limits of the JDK's server that the tests need not wait long for; a user's own settings win over ours. */
    private static final List<String> QUICK = List.of(
            "-Dsun.net.httpserver.maxReqTime=2",
            "-Dsun.net.httpserver.idleInterval=2",
            "-Dsun.net.httpserver.clockTick=500",
            "-Djdk.httpserver.maxConnections=200");

    private static final int PATIENCE_MILLIS = 60_000;

    /** As long as the context allows: at this temperature all tokens are alike. */
    private static final String ENDLESS = "{\"stream\":true,\"temperature\":100,\"seed\":1,\"max_tokens\":%d,"
            + "\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]}";

    /** A running server. */
    private record Served(Process process, URI uri, CompletableFuture<String> err) implements AutoCloseable {
        static Served start(List<String> jvmFlags, String... args) throws IOException {
            List<String> words = new ArrayList<>(List.of("serve", "--port", "0"));
            words.addAll(List.of(args));
            Process process = new Jar(Jar.currentJava(), jvmFlags, words.toArray(String[]::new)).start();
            CompletableFuture<String> err = CompletableFuture.supplyAsync(() -> Jar.text(process.getErrorStream()));
            BufferedReader out =
                    new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
            String line = out.readLine();
            if (line == null) {
                throw new AssertionError("the server did not start: " + err.join());
            }
            return new Served(process, URI.create(line.substring(0, line.indexOf(' '))), err);
        }

        Socket connect() throws IOException {
            Socket socket = new Socket(InetAddress.getLoopbackAddress(), uri.getPort());
            socket.setSoTimeout(PATIENCE_MILLIS);
            return socket;
        }

        Socket send(String request) throws IOException {
            Socket socket = connect();
            socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
            return socket;
        }

        Socket post(String body) throws IOException {
            return send("POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: "
                    + body.getBytes(StandardCharsets.UTF_8).length + "\r\nConnection: close\r\n\r\n" + body);
        }

        String get(String path) throws IOException {
            try (Socket socket = send("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")) {
                return Jar.text(socket.getInputStream());
            }
        }

        int threads() throws IOException {
            return Files.readAllLines(Path.of("/proc", Long.toString(process.pid()), "status")).stream()
                    .filter(line -> line.startsWith("Threads:"))
                    .mapToInt(line -> Integer.parseInt(line.replaceAll("\\D", "")))
                    .sum();
        }

        /** Not {@link Process#destroy}, which closes the streams that are still to be read. */
        void terminate() throws IOException, InterruptedException {
            new ProcessBuilder("kill", "-TERM", Long.toString(process.pid()))
                    .start()
                    .waitFor();
        }

        int exit() throws InterruptedException {
            assertTrue(process.waitFor(PATIENCE_MILLIS, TimeUnit.MILLISECONDS), "the server did not end");
            return process.exitValue();
        }

        @Override
        public void close() {
            process.destroyForcibly();
            process.onExit().join();
        }
    }

    private static String readUntil(InputStream in, String end) throws IOException {
        StringBuilder text = new StringBuilder();
        byte[] buffer = new byte[4096];
        while (text.indexOf(end) < 0) {
            int n = in.read(buffer);
            if (n < 0) {
                throw new IOException("closed after: " + text);
            }
            text.append(new String(buffer, 0, n, StandardCharsets.UTF_8));
        }
        return text.toString();
    }

    /** Waits until the server closes the connection. */
    private static void assertCutOff(Socket socket) throws IOException {
        try (socket) {
            while (socket.getInputStream().read() >= 0) {}
        } catch (SocketException e) {
            // Reset: cut off as well.
        }
    }

    /** S-01: what does not arrive is not waited for, and nobody else has to wait meanwhile. */
    @Test
    void slowHeadersAndSlowBodiesAreCutOff() throws Exception {
        try (Served server = Served.start(QUICK)) {
            List<Socket> slow = List.of(
                    server.connect(),
                    server.send("G"),
                    server.send("GET / HTTP/1.1\r\nHost: local"),
                    server.send("POST /v1/chat/completions HTTP/1.1\r\n"
                            + "Host: localhost\r\n"
                            + "Content-Length: 100\r\n\r\n"
                            + "{\"a\""),
                    server.send("POST /tokenize HTTP/1.1\r\n"
                            + "Host: localhost\r\n"
                            + "Transfer-Encoding: chunked\r\n\r\n"
                            + "5\r\n"
                            + "{\"a\""));
            assertTrue(server.get("/health").startsWith("HTTP/1.1 200 "));
            for (Socket socket : slow) {
                assertCutOff(socket);
            }
            assertTrue(server.get("/health").startsWith("HTTP/1.1 200 "));
        }
    }

    /** S-01: the full run is {@code -Dmyna.connections=10000}. */
    @Test
    @DisabledOnOs({OS.WINDOWS, OS.MAC})
    void idleConnectionsAreBounded() throws Exception {
        int count = Integer.getInteger("myna.connections", 600);
        List<Socket> idle = new ArrayList<>();
        try (Served server = Served.start(QUICK)) {
            server.get("/health");
            int before = server.threads();
            for (int i = 0; i < count; i++) {
                idle.add(server.connect());
            }
            // Threads come and go with the JVM's own needs, but not by the hundred.
            assertTrue(server.threads() < before + 50, before + " threads became " + server.threads());
            for (Socket socket : idle) {
                assertCutOff(socket);
            }
            assertTrue(server.get("/health").startsWith("HTTP/1.1 200 "));
        } finally {
            for (Socket socket : idle) {
                socket.close();
            }
        }
    }

    /** S-01 and S-03: a hundred MiB are refused by their header, and no memory is spent on them. */
    @Test
    void bodyOf100MebibytesIsRefused() throws Exception {
        try (Served server = Served.start(List.of("-Xmx96m"));
                Socket socket = server.send("POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: "
                        + (100 << 20) + "\r\n\r\n{\"messages\":\"")) {
            byte[] part = "x".repeat(1 << 20).getBytes(StandardCharsets.US_ASCII);
            for (int i = 0; i < 100; i++) {
                socket.getOutputStream().write(part, 0, i < 99 ? part.length : part.length - 13);
            }
            assertTrue(readUntil(socket.getInputStream(), "}}").startsWith("HTTP/1.1 413 "));
            assertTrue(server.get("/health").startsWith("HTTP/1.1 200 "));
        }
    }

    /** S-01: endless headers end, in a closed connection. */
    @Test
    void hugeHeadersAreRefused() throws Exception {
        try (Served server = Served.start(List.of())) {
            StringBuilder many = new StringBuilder("GET / HTTP/1.1\r\nHost: localhost\r\n");
            for (int i = 0; i < 200; i++) {
                many.append("X-").append(i).append(": y\r\n");
            }
            assertCutOff(server.send(many.toString()));
            assertCutOff(server.send("GET / HTTP/1.1\r\nHost: localhost\r\nX: " + "y".repeat(100_000)));
            assertTrue(server.get("/health").startsWith("HTTP/1.1 200 "));
        }
    }

    /** S-10. */
    @Test
    @DisabledOnOs(OS.WINDOWS)
    void terminationLetsAnswersEnd() throws Exception {
        try (Served server = Served.start(List.of());
                Socket running = server.post(ENDLESS.formatted(300))) {
            readUntil(running.getInputStream(), "\"content\":\"");
            server.terminate();
            String late = "";
            while (!late.startsWith("HTTP/1.1 503 ")) {
                late = server.get("/health");
            }
            assertTrue(late.contains("Retry-after:") && late.contains("\"shutting_down\""), late);
            assertTrue(readUntil(running.getInputStream(), "[DONE]").contains("\"finish_reason\":\"length\""));
            assertEquals(ExitCode.OK, server.exit(), server.err().join());
        }
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void secondSignalEndsAtOnce() throws Exception {
        try (Served server = Served.start(List.of());
                Socket running = server.post(ENDLESS.formatted(100_000))) {
            readUntil(running.getInputStream(), "\"content\":\"");
            server.terminate();
            while (!server.get("/health").startsWith("HTTP/1.1 503 ")) {}
            server.terminate();
            assertEquals(ExitCode.INTERRUPTED, server.exit(), server.err().join());
            String rest;
            try {
                rest = Jar.text(running.getInputStream());
            } catch (UncheckedIOException e) {
                // The stream was reset: cut off as well.
                rest = "";
            }
            assertFalse(rest.contains("[DONE]"), rest);
        }
    }

    @Test
    void portInUseGivesOneLine() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Captured result = Jar.started("serve", "--port", Integer.toString(taken.getLocalPort()))
                    .run();
            assertEquals(ExitCode.ENVIRONMENT, result.code(), result.err());
            assertTrue(
                    result.err().contains("myna: cannot listen on 127.0.0.1 port " + taken.getLocalPort()),
                    result.err());
            assertFalse(result.err().contains("Exception"), result.err());
        }
    }
}
