// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.serve.http;

import com.sun.net.httpserver.Headers;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Map;

/** Whole responses. */
public final class Responses {
    public static final String JSON = "application/json; charset=utf-8";

    private static final int DISCARDED_AT_ONCE = 16 << 10;

    private Responses() {}

    /** Headers of every response: no content sniffing, no use by other sites, no caching. */
    public static void prepare(Headers headers) {
        headers.set("X-Content-Type-Options", "nosniff");
        headers.set("Cross-Origin-Resource-Policy", "same-origin");
        headers.set("Cache-Control", "no-store");
    }

    /** Sends a response of known length and ends the exchange. */
    public static void send(Exchange exchange, int status, String contentType, byte[] body) throws IOException {
        exchange.responseHeaders().set("Content-Type", contentType);
        if (exchange.method().equals("HEAD")) {
            exchange.responseHeaders().set("Content-Length", Integer.toString(body.length));
            exchange.begin(status, Exchange.NONE);
            exchange.responseBody().close();
            return;
        }
        exchange.begin(status, body.length);
        try (OutputStream out = exchange.responseBody()) {
            out.write(body);
        }
    }

    public static void json(Exchange exchange, int status, ServerJson json, Map<String, Object> body)
            throws IOException {
        send(exchange, status, JSON, json.bytes(body));
    }

    /**
     * Sends an error. Reads on for a while if the client is still sending: most clients read no response before they have sent
     * everything.
     */
    public static void error(Exchange exchange, ServerJson json, ApiException problem, Limits limits, Watchdog watchdog)
            throws IOException {
        Headers headers = exchange.responseHeaders();
        headers.set("Content-Type", JSON);
        if (problem.retryAfterSeconds() > 0) {
            headers.set("Retry-After", Integer.toString(problem.retryAfterSeconds()));
        }
        if (problem.status() == 415) {
            headers.set("Accept-Encoding", ContentCoding.ACCEPTED);
        }
        if (problem.status() == 401) {
            headers.set("WWW-Authenticate", "Bearer");
        }
        byte[] body = json.bytes(json.error(problem));
        boolean head = exchange.method().equals("HEAD");
        exchange.begin(problem.status(), head ? Exchange.NONE : body.length);
        try (OutputStream out = exchange.responseBody()) {
            if (!head) {
                out.write(body);
                out.flush();
            }
            try (Watchdog.Limit _ = watchdog.limit(limits.linger())) {
                discard(exchange.requestBody(), 8L * limits.bodyBytes());
            } catch (ApiException e) {
                // The rest of the body is malformed: it ends here.
            }
        }
    }

    private static void discard(InputStream in, long max) throws IOException {
        byte[] buffer = new byte[DISCARDED_AT_ONCE];
        long discarded = 0;
        int n = in.read(buffer);
        while (n >= 0 && discarded <= max) {
            discarded += n;
            n = in.read(buffer);
        }
    }
}
