// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.serve.http;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;

/** A connection. Requests are read and answered one after the other. */
final class HttpConnection {
    private static final Map<Integer, String> REASONS = Map.ofEntries(
            Map.entry(200, "OK"),
            Map.entry(204, "No Content"),
            Map.entry(304, "Not Modified"),
            Map.entry(400, "Bad Request"),
            Map.entry(401, "Unauthorized"),
            Map.entry(403, "Forbidden"),
            Map.entry(404, "Not Found"),
            Map.entry(405, "Method Not Allowed"),
            Map.entry(413, "Content Too Large"),
            Map.entry(415, "Unsupported Media Type"),
            Map.entry(429, "Too Many Requests"),
            Map.entry(431, "Request Header Fields Too Large"),
            Map.entry(500, "Internal Server Error"),
            Map.entry(501, "Not Implemented"),
            Map.entry(503, "Service Unavailable"),
            Map.entry(505, "HTTP Version Not Supported"));

    /** The state of a connection. */
    private enum Phase {
        /** Waits for the first byte of a request. */
        IDLE,
        /** Reads a request. */
        ARRIVING,
        /** Answers. */
        ANSWERING,
        /** Waits for the end, after an answer that the client may not have read yet. */
        LINGERING
    }

    private record Stage(Phase phase, long since) {}

    private final ByteChannel channel;
    private final ByteSource in;
    private final HttpLimits limits;
    private final HttpListener.Handler handler;
    private volatile Stage stage = new Stage(Phase.IDLE, System.nanoTime());
    private volatile long writingSince;

    // Guarded by this.
    private boolean gone;
    private Runnable onGone = () -> {};

    HttpConnection(ByteChannel channel, HttpLimits limits, HttpListener.Handler handler) {
        this.channel = channel;
        this.limits = limits;
        this.handler = handler;
        in = new ByteSource(channel);
    }

    static String reason(int status) {
        return REASONS.getOrDefault(status, "Status");
    }

    /** Answers requests until the connection ends. */
    void run() {
        try (channel) {
            boolean another = true;
            while (another && begins()) {
                another = one();
            }
        } catch (IOException e) {
            // The client has gone or was disconnected.
        } finally {
            in.close();
        }
    }

    /** Waits for the first byte of a request. */
    private boolean begins() throws IOException {
        enter(Phase.IDLE);
        boolean begun = in.hasMore() && !isGone();
        enter(Phase.ARRIVING);
        return begun;
    }

    /** Returns whether another may follow. */
    private boolean one() throws IOException {
        RequestHead head;
        try {
            head = RequestHead.read(in, limits);
        } catch (ApiException e) {
            refuse(e);
            return false;
        }
        if (head == null) {
            return false;
        }
        whenGone(() -> {});
        BodyStream body = new BodyStream(in, head.length(), limits.bodyBytes(), this::requestArrived);
        if (body.ended()) {
            requestArrived();
        }
        Exchange exchange = new Exchange(this, head, body);
        handler.handle(exchange);
        if (!body.ended()) {
            linger();
        }
        return exchange.reusable();
    }

    /** Answers a malformed request. */
    private void refuse(ApiException problem) throws IOException {
        enter(Phase.ANSWERING);
        byte[] body = handler.refusal(problem);
        write("HTTP/1.1 " + problem.status() + " " + reason(problem.status()) + "\r\nContent-Type: " + Responses.JSON
                + "\r\nContent-Length: " + body.length + "\r\nConnection: close\r\n\r\n");
        write(ByteBuffer.wrap(body));
        linger();
    }

    /** Reads and drops further bytes, so that the client can read its answer: closing at once would reset the connection. */
    private void linger() throws IOException {
        enter(Phase.LINGERING);
        byte[] discarded = new byte[4096];
        while (in.read(discarded, 0, discarded.length) >= 0) {}
    }

    private void enter(Phase phase) {
        stage = new Stage(phase, System.nanoTime());
    }

    /** The request has been read, or its rest will not be read. */
    void requestArrived() {
        enter(Phase.ANSWERING);
    }

    void write(String head) throws IOException {
        write(ByteBuffer.wrap(head.getBytes(StandardCharsets.ISO_8859_1)));
    }

    void write(ByteBuffer bytes) throws IOException {
        writingSince = System.nanoTime() | 1;
        try {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        } finally {
            writingSince = 0;
        }
    }

    /** From now on notices when the client leaves. Buffers what it sends meanwhile. */
    void watch() {
        if (in.beginPump()) {
            Thread.ofVirtual().name("myna-watch").start(() -> {
                in.pump();
                leave();
            });
        }
    }

    private void leave() {
        Runnable action;
        synchronized (this) {
            gone = true;
            action = onGone;
        }
        action.run();
    }

    private synchronized boolean isGone() {
        return gone;
    }

    void whenGone(Runnable action) {
        boolean late;
        synchronized (this) {
            onGone = action;
            late = gone;
        }
        if (late) {
            action.run();
        }
    }

    /** Nanoseconds that this connection has waited for a request; -1 if it has one. */
    long waited(long now) {
        Stage current = stage;
        return current.phase() == Phase.IDLE || current.phase() == Phase.ARRIVING ? now - current.since() : -1;
    }

    /** Whether it waits for a request, so that it can be closed without loss. */
    boolean isIdle() {
        return stage.phase() == Phase.IDLE;
    }

    /** Closes the connection if a time limit has passed. */
    void check(long now) {
        Stage current = stage;
        Duration max = switch (current.phase()) {
            case IDLE -> limits.idle();
            case ARRIVING -> limits.arrival();
            case LINGERING -> limits.linger();
            case ANSWERING -> null;
        };
        long writing = writingSince;
        if (max != null && now - current.since() > max.toNanos()
                || writing != 0 && now - writing > limits.write().toNanos()) {
            close();
        }
    }

    /** Closes the connection, from any thread. */
    void close() {
        try {
            channel.close();
        } catch (IOException e) {
            // The channel is closed anyway.
        }
    }
}
