// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.serve.http;

import com.sun.net.httpserver.Headers;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;

/** A request and its response. */
public final class Exchange {
    /** A response whose length is not known. */
    static final long UNKNOWN = 0;

    /** A response without a body. */
    public static final long NONE = -1;

    private final HttpConnection connection;
    private final RequestHead head;
    private final BodyStream request;
    private final Headers responseHeaders = new Headers();
    private ResponseStream response;
    private boolean continued;
    private boolean reusable;
    private volatile int status = -1;

    Exchange(HttpConnection connection, RequestHead head, BodyStream request) {
        this.connection = connection;
        this.head = head;
        this.request = request;
    }

    public String method() {
        return head.method();
    }

    /** The decoded path, or null. */
    public String path() {
        return head.path();
    }

    public Headers requestHeaders() {
        return head.headers();
    }

    public Headers responseHeaders() {
        return responseHeaders;
    }

    /** The status of the response, or -1 before it. */
    public int status() {
        return status;
    }

    /** Bytes of the body, or -1 if they are not known. */
    long declaredLength() {
        return head.length();
    }

    /** The body of the request. Sends 100 Continue if the client expects it. */
    InputStream requestBody() throws IOException {
        boolean waits = !head.old()
                && head.headers().getOrDefault("Expect", List.of()).stream().anyMatch("100-continue"::equalsIgnoreCase);
        if (waits && !continued && !request.ended()) {
            if (status == -1) {
                connection.write("HTTP/1.1 100 Continue\r\n\r\n");
            } else {
                // The request was refused first: the client may or may not send the body.
                request.abandon();
            }
            continued = true;
        }
        return request;
    }

    /**
     * Begins the response; its head goes out with the first bytes of the body, or when that is closed.
     *
     * @param length of the body in bytes, {@link #UNKNOWN} or {@link #NONE}
     */
    public void begin(int code, long length) throws IOException {
        if (response != null) {
            throw new IOException("the response has begun");
        }
        boolean bare = head.method().equals("HEAD") || code == 204 || code == 304;
        ResponseStream.Framing framing = bare || length != UNKNOWN
                ? ResponseStream.Framing.LENGTH
                : head.old() ? ResponseStream.Framing.CLOSE : ResponseStream.Framing.CHUNKS;
        if (framing == ResponseStream.Framing.CHUNKS) {
            responseHeaders.set("Transfer-Encoding", "chunked");
        } else if (framing == ResponseStream.Framing.LENGTH && !bare) {
            responseHeaders.set("Content-Length", Long.toString(Math.max(0, length)));
        }
        reusable = head.persistent() && request.ended() && framing != ResponseStream.Framing.CLOSE;
        if (!reusable) {
            responseHeaders.set("Connection", "close");
        } else if (head.old()) {
            responseHeaders.set("Connection", "keep-alive");
        }
        status = code;
        response = new ResponseStream(connection, headBytes(code), framing, bare ? 0 : Math.max(0, length));
        connection.requestArrived();
    }

    private byte[] headBytes(int code) {
        StringBuilder text = new StringBuilder("HTTP/1.1 ")
                .append(code)
                .append(' ')
                .append(HttpConnection.reason(code))
                .append("\r\nDate: ")
                .append(DateTimeFormatter.RFC_1123_DATE_TIME.format(ZonedDateTime.now(ZoneOffset.UTC)))
                .append("\r\n");
        for (Map.Entry<String, List<String>> header : responseHeaders.entrySet()) {
            for (String value : header.getValue()) {
                text.append(header.getKey()).append(": ").append(value).append("\r\n");
            }
        }
        return text.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    /** The body of the response, once {@link #begin} was called; closing it ends the response. */
    public OutputStream responseBody() {
        return response;
    }

    /**
     * From now on, until the response is complete, notices when the client leaves. Call it when the whole request has been read.
     */
    void watch() {
        if (request.ended()) {
            connection.watch();
        }
    }

    /** Sets what runs, on another thread, when the client has left; runs at once if it has. Replaces the previous action. */
    void whenGone(Runnable action) {
        connection.whenGone(action);
    }

    /** Whether the connection can have another request. */
    boolean reusable() {
        return reusable && request.ended() && response != null && response.complete();
    }
}
