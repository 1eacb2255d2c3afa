// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.serve.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.cli.serve.TestServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Requests and connections, well-formed and not, at a server that says what it has read. */
class HttpListenerTest {
    private static final int PATIENCE_MILLIS = 20_000;
    private static final Duration HANG = Duration.ofSeconds(60);
    private static final int MOST = 100_000;

    private final CountDownLatch gone = new CountDownLatch(1);
    private final CountDownLatch waiting = new CountDownLatch(1);
    private HttpListener server;

    private static HttpLimits limits(int connections, Duration arrival, Duration idle) {
        return new HttpLimits(
                connections, arrival, idle, Duration.ofSeconds(5), Duration.ofMillis(100), 4096, 20, MOST);
    }

    private void start(HttpLimits limits) throws IOException {
        server = new HttpListener(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), limits, new HttpListener.Handler() {
                    @Override
                    public void handle(Exchange exchange) throws IOException {
                        answer(exchange);
                    }

                    @Override
                    public byte[] refusal(ApiException problem) {
                        return problem.code().getBytes(StandardCharsets.UTF_8);
                    }
                });
        server.start();
    }

    private void start() throws IOException {
        start(limits(50, Duration.ofSeconds(10), Duration.ofSeconds(10)));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    /** Says method, path and length of the body; waits for ever at {@code /wait}. */
    private void answer(Exchange exchange) throws IOException {
        String text;
        int status = 200;
        try {
            int length = exchange.requestBody().readAllBytes().length;
            text = exchange.method() + " " + exchange.path() + " " + length;
        } catch (ApiException e) {
            status = e.status();
            text = e.code();
        }
        if ("/wait".equals(exchange.path())) {
            exchange.watch();
            exchange.whenGone(gone::countDown);
            waiting.countDown();
            try {
                gone.await(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        }
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        boolean unknown = "/stream".equals(exchange.path());
        exchange.begin(
                status, unknown ? Exchange.UNKNOWN : exchange.method().equals("HEAD") ? Exchange.NONE : body.length);
        try (OutputStream out = exchange.responseBody()) {
            if (!exchange.method().equals("HEAD")) {
                out.write(body);
            }
        }
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
        socket.setSoTimeout(PATIENCE_MILLIS);
        return socket;
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static String all(Socket socket) throws IOException {
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    }

    /** All that comes until the server closes the connection. */
    private String ask(String request) throws IOException {
        try (Socket socket = connect()) {
            send(socket, request);
            return all(socket);
        }
    }

    private static String crlf(String lines) {
        return lines.replace("|", "\r\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = " => ",
            quoteCharacter = '`',
            value = {
                "GET /a HTTP/1.1|Host: x|Connection: close|| => 200 GET /a 0",
                "GET /a%20b?c=d HTTP/1.1|Host: x|connection: Close|| => 200 GET /a b 0",
                "GET http://x/a HTTP/1.1|Host: X|Connection: close|| => 200 GET /a 0",
                "GET /a HTTP/1.0|| => 200 GET /a 0",
                "||GET /a HTTP/1.0|| => 200 GET /a 0",
                "POST / HTTP/1.1|Content-Length: 3|Connection: close||abc => 200 POST / 3",
                "POST / HTTP/1.1|Transfer-Encoding: Chunked|Connection: close||3|abc|2;x=y|de|0|X: y|| => 200 POST / 5",
                "POST / HTTP/1.1|Transfer-Encoding: chunked|Connection: close||0003 |abc|0|| => 200 POST / 3",
                "OPTIONS * HTTP/1.1|Connection: close|| => 200 OPTIONS null 0",
                "GET http://y/a HTTP/1.1|Host: x|| => 400 invalid_http",
                "GET /a%zz HTTP/1.1|| => 400 invalid_http",
                "GET /%ff HTTP/1.1|| => 400 invalid_http",
                "GET /a# HTTP/1.1|| => 400 invalid_http",
                "GET  /a HTTP/1.1|| => 400 invalid_http",
                "GET /a b HTTP/1.1|| => 400 invalid_http",
                "GET /a|| => 400 invalid_http",
                "G(T /a HTTP/1.1|| => 400 invalid_http",
                "GET /a HTTP/2.0|| => 505 unsupported_http_version",
                "PRI * HTTP/2.0|| => 505 unsupported_http_version",
                "GET /a HTTX/1.1|| => 400 invalid_http",
                "GET /a HTTP/1.1|Host : x|| => 400 invalid_http",
                "GET /a HTTP/1.1|Host: x| folded|| => 400 invalid_http",
                "GET /a HTTP/1.1|: x|| => 400 invalid_http",
                "GET /a HTTP/1.1|Host|| => 400 invalid_http",
                "POST / HTTP/1.1|Content-Length: -1|| => 400 invalid_http",
                "POST / HTTP/1.1|Content-Length: +3||abc => 400 invalid_http",
                "POST / HTTP/1.1|Content-Length: 0x3||abc => 400 invalid_http",
                "POST / HTTP/1.1|Content-Length: 3, 3||abc => 400 invalid_http",
                "POST / HTTP/1.1|Content-Length: 99999999999999999999||abc => 400 invalid_http",
                "POST / HTTP/1.1|Content-Length:||abc => 400 invalid_http",
                "POST / HTTP/1.1|Content-Length: 3|Content-Length: 3||abc => 400 invalid_http",
                "POST / HTTP/1.1|Content-Length: 3|Content-Length: 4||abcd => 400 invalid_http",
                "POST / HTTP/1.1|Content-Length: 3|Transfer-Encoding: chunked||0|| => 400 invalid_http",
                "POST / HTTP/1.0|Transfer-Encoding: chunked||0|| => 400 invalid_http",
                "POST / HTTP/1.1|Transfer-Encoding: gzip, chunked||0|| => 501 unsupported_transfer_encoding",
                "POST / HTTP/1.1|Transfer-Encoding: identity||0|| => 501 unsupported_transfer_encoding",
                "POST / HTTP/1.1|Transfer-Encoding: chunked|Transfer-Encoding: chunked||0|| => 501 unsupported",
                "POST / HTTP/1.1|Transfer-Encoding: \u000bchunked||0|| => 400 invalid_http",
                "POST / HTTP/1.1|Transfer-Encoding: chunked||80000000|abc => 413 request_too_large",
                "POST / HTTP/1.1|Transfer-Encoding: chunked||7fffffffffffffff|abc => 400 invalid_http",
                "POST / HTTP/1.1|Transfer-Encoding: chunked||7ffffffffffffff|abc => 413 request_too_large",
                "POST / HTTP/1.1|Transfer-Encoding: chunked||ffffffffffffffffffff|abc => 400 invalid_http",
                "POST / HTTP/1.1|Transfer-Encoding: chunked||-1|abc => 400 invalid_http",
                "POST / HTTP/1.1|Transfer-Encoding: chunked||+3|abc => 400 invalid_http",
                "POST / HTTP/1.1|Transfer-Encoding: chunked||0x3|abc => 400 invalid_http",
                "POST / HTTP/1.1|Transfer-Encoding: chunked|||abc => 400 invalid_http",
                "POST / HTTP/1.1|Transfer-Encoding: chunked||xyz|abc => 400 invalid_http",
                "POST / HTTP/1.1|Transfer-Encoding: chunked||2|abc|0|| => 400 invalid_http",
                "POST / HTTP/1.1|Transfer-Encoding: chunked||3|abc0|| => 400 invalid_http",
            })
    void requestsAreReadStrictly(String request, String expected) throws IOException {
        start();
        String response = ask(crlf(request));
        int space = expected.indexOf(' ');
        assertTrue(response.startsWith("HTTP/1.1 " + expected.substring(0, space) + " "), response);
        assertTrue(response.contains("\r\n\r\n" + expected.substring(space + 1)), response);
    }

    @Test
    void otherLineEndsAreRefused() throws IOException {
        start();
        for (String request : new String[] {
            "GET / HTTP/1.1\nHost: x\n\n",
            "GET / HTTP/1.1\r\nA: b\nC: d\r\n\r\n",
            "GET / HTTP/1.1\r\nA: b\rC: d\r\n\r\n",
            "GET / HTTP/1.1\r\nA: \u0000\r\n\r\n",
            "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\nabc\n0\n\n",
        }) {
            assertTrue(ask(request).startsWith("HTTP/1.1 400 "), request);
        }
    }

    @Test
    void headersAreBounded() throws IOException {
        start();
        assertTrue(ask("GET / HTTP/1.1\r\nX: " + "y".repeat(5000)).startsWith("HTTP/1.1 431 "));
        assertTrue(ask("GET /" + "y".repeat(5000)).startsWith("HTTP/1.1 431 "));
        assertTrue(ask("GET / HTTP/1.1\r\n" + "X: y\r\n".repeat(21)).startsWith("HTTP/1.1 431 "));
        String chunked = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
        assertTrue(ask(chunked + "1;" + "x".repeat(2000)).startsWith("HTTP/1.1 431 "));
        assertTrue(ask(chunked + "0\r\n" + "X: y\r\n".repeat(2000)).startsWith("HTTP/1.1 431 "));
    }

    @Test
    void requestsFollowEachOther() throws IOException {
        start();
        try (Socket socket = connect()) {
            for (int i = 0; i < 100; i++) {
                send(socket, "POST /stream HTTP/1.1\r\nContent-Length: " + i + "\r\n\r\n" + "x".repeat(i));
                String response = TestServer.readUntil(socket, "0\r\n\r\n");
                assertTrue(response.contains("\r\nPOST /stream " + i + "\r\n"), response);
            }
            // Before the first is answered.
            send(socket, "GET /a HTTP/1.1\r\n\r\nGET /b HTTP/1.1\r\n\r\nHEAD /c HTTP/1.1\r\nConnection: close\r\n\r\n");
            String rest = all(socket);
            assertTrue(rest.indexOf("GET /a 0") > 0 && rest.indexOf("GET /b 0") > rest.indexOf("GET /a 0"), rest);
            assertTrue(rest.endsWith("\r\n\r\n"), rest);
        }
    }

    @Test
    void aBodyIsAskedFor() throws IOException {
        start();
        try (Socket socket = connect()) {
            send(socket, "POST / HTTP/1.1\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
            assertEquals("HTTP/1.1 100 Continue\r\n\r\n", TestServer.readUntil(socket, "\r\n\r\n"));
            send(socket, "abc");
            assertTrue(TestServer.readUntil(socket, "POST / 3").startsWith("HTTP/1.1 200 "));
        }
    }

    @Test
    void aClientThatLeavesIsNoticed() throws Exception {
        start();
        try (Socket socket = connect()) {
            send(socket, "GET /wait HTTP/1.1\r\n\r\n");
            assertTrue(waiting.await(PATIENCE_MILLIS, TimeUnit.MILLISECONDS));
            // What comes meanwhile is the next request, not the end.
            send(socket, "GET /b HTTP/1.1\r\n\r\n");
            assertFalse(gone.await(200, TimeUnit.MILLISECONDS));
        }
        assertTrue(gone.await(PATIENCE_MILLIS, TimeUnit.MILLISECONDS));
    }

    /** More idle connections than may be, and still somebody who asks is answered. */
    @Test
    void idleConnectionsDoNotBlockOthers() {
        assertTimeoutPreemptively(HANG, () -> {
            start(limits(50, Duration.ofSeconds(40), Duration.ofSeconds(40)));
            List<Socket> idle = new ArrayList<>();
            for (int round = 0; round < 3; round++) {
                for (int i = 0; i < 60; i++) {
                    Socket socket = connect();
                    idle.add(socket);
                    if (i % 3 == 1) {
                        send(socket, "GET / HTTP/1.1\r\n");
                    } else if (i % 3 == 2) {
                        send(socket, "POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nx");
                    }
                }
                String answer = ask("GET /health HTTP/1.1\r\nConnection: close\r\n\r\n");
                assertTrue(answer.endsWith("GET /health 0"), answer);
                assertTrue(server.connections() <= 50, server.connections() + " connections");
            }
            for (Socket socket : idle) {
                socket.close();
            }
            TestServer.await("all are forgotten", () -> server.connections() == 0);
        });
    }

    @Test
    void slowWorkIsInterrupted() {
        assertTimeoutPreemptively(HANG, () -> {
            start(limits(50, Duration.ofMillis(500), Duration.ofMillis(500)));
            List<Socket> slow = new ArrayList<>();
            for (String begun : new String[] {
                "",
                "G",
                "GET / HTTP/1.1\r\nHost: x",
                "POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nx",
                "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nx",
                "GET / HTTP/1.1\r\n\r\n"
            }) {
                Socket socket = connect();
                send(socket, begun);
                slow.add(socket);
            }
            for (Socket socket : slow) {
                all(socket);
                socket.close();
            }
            TestServer.await("all are forgotten", () -> server.connections() == 0);
        });
    }

    /** Requests with a few bytes changed: an answer or the end of the connection, never a 500 and never a hang. */
    @Test
    void mutatedRequestsAlwaysGetAResponse() {
        long seed = Long.getLong("myna.seed", 1);
        int count = Integer.getInteger("myna.mutations", 150);
        SplittableRandom random = new SplittableRandom(seed);
        String[] seeds = {
            "GET /a HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
            "POST /b HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nConnection: close\r\n\r\nabcde",
            "POST /c HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n80\r\n" + "x".repeat(128)
                    + "\r\n0\r\nA: b\r\n\r\n",
        };
        String[] inserts = {"\r\n", "\n", "0", "80000000", ":", " ", "-", "\0", "é", "Content-Length: 1\r\n", "chunked"
        };
        assertTimeoutPreemptively(Duration.ofMinutes(20), () -> {
            start(limits(50, Duration.ofMillis(300), Duration.ofMillis(300)));
            for (int i = 0; i < count; i++) {
                StringBuilder request = new StringBuilder(seeds[random.nextInt(seeds.length)]);
                for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
                    int at = random.nextInt(request.length());
                    switch (random.nextInt(4)) {
                        case 0 -> request.deleteCharAt(at);
                        case 1 -> request.setCharAt(at, (char) random.nextInt(256));
                        case 2 -> request.insert(at, inserts[random.nextInt(inserts.length)]);
                        default -> request.insert(at, request.substring(at, Math.min(request.length(), at + 20)));
                    }
                }
                String response;
                try (Socket socket = connect()) {
                    send(socket, request.toString());
                    socket.shutdownOutput();
                    response = all(socket);
                } catch (java.net.SocketException e) {
                    response = "";
                }
                assertTrue(
                        response.isEmpty() || response.matches("(?s)(HTTP/1.1 (200|400|413|431|501|505) .*)+"),
                        "seed " + seed + ": " + request + " -> " + response);
            }
        });
    }

    @Test
    void closeEndsAllConnections() throws Exception {
        start();
        try (Socket idle = connect();
                Socket asking = connect()) {
            send(asking, "GET /wait HTTP/1.1\r\n\r\n");
            assertTrue(waiting.await(PATIENCE_MILLIS, TimeUnit.MILLISECONDS));
            server.close();
            InputStream in = idle.getInputStream();
            assertEquals(-1, in.read());
            assertTrue(gone.await(PATIENCE_MILLIS, TimeUnit.MILLISECONDS));
        }
    }
}
