// SPDX-License-Identifier: Apache-2.0
package dev.myna.testing;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A web server that does to the letter what a test says, however wrong: one request a connection, raw bytes as answer. */
public final class TestServer implements AutoCloseable {
    private static final Pattern RANGE = Pattern.compile("bytes=(\\d+)-(\\d*)");

    private final ServerSocket socket;
    private final Handler handler;
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final List<Socket> open = new CopyOnWriteArrayList<>();

    /** Answers a request; the connection is closed afterwards. */
    @FunctionalInterface
    public interface Handler {
        void answer(Request request, OutputStream out) throws IOException;
    }

    /**
     * What was asked.
     *
     * @param headers names in lower case
     * @param body text of as many bytes as {@code Content-Length} says
     */
    public record Request(String method, String path, Map<String, String> headers, String body) {
        /** First byte of the range that is asked for, or 0. */
        public int from() {
            Matcher range = RANGE.matcher(headers.getOrDefault("range", ""));
            return range.matches() ? Integer.parseInt(range.group(1)) : 0;
        }

        /** Position behind the last byte that is asked for. */
        public int to(int length) {
            Matcher range = RANGE.matcher(headers.getOrDefault("range", ""));
            return range.matches() && !range.group(2).isEmpty()
                    ? Math.min(length, Integer.parseInt(range.group(2)) + 1)
                    : length;
        }

        public boolean ranged() {
            return headers.containsKey("range");
        }
    }

    public TestServer(Handler handler) throws IOException {
        this.handler = handler;
        this.socket = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
        Thread.ofPlatform().daemon().start(this::accept);
    }

    private void accept() {
        while (!socket.isClosed()) {
            try {
                Socket connection = socket.accept();
                open.add(connection);
                Thread.ofVirtual().start(() -> serve(connection));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket connection) {
        try (connection) {
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(connection.getInputStream(), StandardCharsets.ISO_8859_1));
            String[] first = String.valueOf(in.readLine()).split(" ");
            Map<String, String> headers = new TreeMap<>();
            for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
                String[] parts = line.split(":", 2);
                headers.put(parts[0].toLowerCase(Locale.ROOT), parts[1].strip());
            }
            char[] body = new char[Integer.parseInt(headers.getOrDefault("content-length", "0"))];
            int read = 0;
            for (int n = 0; read < body.length && n >= 0; read += Math.max(0, n)) {
                n = in.read(body, read, body.length - read);
            }
            if (first.length > 1) {
                String text = new String(
                        new String(body, 0, read).getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
                Request request = new Request(first[0], first[1], headers, text);
                requests.add(request);
                handler.answer(request, connection.getOutputStream());
            }
        } catch (IOException e) {
            // The client has had enough.
        } finally {
            open.remove(connection);
        }
    }

    /** Everything that has been asked so far. */
    public List<Request> requests() {
        return requests;
    }

    public int port() {
        return socket.getLocalPort();
    }

    /** The base address, with a slash at its end. */
    public String address() {
        return "http://127.0.0.1:" + port() + "/";
    }

    /** Sends a status line and headers. */
    public static void head(OutputStream out, String status, String... headers) throws IOException {
        StringBuilder text = new StringBuilder("HTTP/1.1 " + status + "\r\n");
        for (String header : headers) {
            text.append(header).append("\r\n");
        }
        out.write(text.append("Connection: close\r\n\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
        out.flush();
    }

    /** Answers as a good server does: the range that is asked for, if it is of the same version. */
    public static void file(Request request, OutputStream out, byte[] content, String tag) throws IOException {
        file(request, out, content, tag, Integer.MAX_VALUE);
    }

    /** The same, but the connection breaks after so many bytes of the body. */
    public static void file(Request request, OutputStream out, byte[] content, String tag, int breakAfter)
            throws IOException {
        boolean same = request.headers().getOrDefault("if-range", tag).equals(tag);
        int from = request.ranged() && same ? request.from() : 0;
        int to = request.ranged() && same ? request.to(content.length) : content.length;
        if (request.ranged() && same) {
            head(
                    out,
                    "206 Partial Content",
                    "ETag: " + tag,
                    "Content-Length: " + (to - from),
                    "Content-Range: bytes " + from + "-" + (to - 1) + "/" + content.length);
        } else {
            head(out, "200 OK", "ETag: " + tag, "Content-Length: " + content.length);
        }
        out.write(content, from, Math.min(breakAfter, to - from));
        out.flush();
    }

    @Override
    public void close() throws IOException {
        socket.close();
        for (Socket connection : open) {
            connection.close();
        }
    }
}
