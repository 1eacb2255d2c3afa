// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.serve.http;

import com.sun.net.httpserver.Headers;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;

/** Reads bodies within bounds, for one body and for all bodies in memory. */
public final class RequestBodies {
    private static final int FIRST_BYTES = 16 << 10;

    private final Limits limits;
    private final AtomicLong buffered = new AtomicLong();

    public RequestBodies(Limits limits) {
        this.limits = limits;
    }

    /** Bytes of all bodies in memory. */
    public long buffered() {
        return buffered.get();
    }

    /** A body, and its share of the memory for bodies, until it is closed. */
    public final class Body implements AutoCloseable {
        private final ContentCoding coding;
        private byte[] bytes;
        private long share;
        private boolean closed;

        private Body(ContentCoding coding) {
            this.coding = coding;
        }

        /**
         * The decompressed bytes. This object keeps no reference to them, so that the caller can free them early.
         *
         * @throws ApiException if they are damaged, or too many
         */
        public byte[] take() {
            byte[] taken = bytes;
            bytes = null;
            return coding.decode(taken, limits.bodyBytes(), this::grow);
        }

        private synchronized void grow(long more) {
            if (closed) {
                throw ApiException.interrupted();
            }
            if (buffered.addAndGet(more) > limits.bufferedBytes()) {
                buffered.addAndGet(-more);
                throw ApiException.busy("too many large requests are being read: try again later");
            }
            share += more;
        }

        @Override
        public synchronized void close() {
            closed = true;
            buffered.addAndGet(-share);
            share = 0;
        }
    }

    /**
     * Reads the body of a request to its end. The connection limits the time.
     *
     * @throws ApiException 413 if it is too long, 415 for an unsupported content coding or a multipart form, 429 if there is no
     *     memory for it now
     * @throws IOException if the client goes away or takes too long
     */
    public Body read(Exchange exchange) throws IOException {
        long declared = exchange.declaredLength();
        if (declared > limits.bodyBytes()) {
            throw ApiException.bodyTooLong(limits.bodyBytes());
        }
        requireJson(exchange.requestHeaders());
        Body body = new Body(ContentCoding.of(exchange.requestHeaders().getOrDefault("Content-Encoding", List.of())));
        try {
            byte[] bytes = new byte[(int) Math.min(declared < 0 ? FIRST_BYTES : declared, FIRST_BYTES)];
            body.grow(bytes.length);
            int length = 0;
            InputStream in = exchange.requestBody();
            while (true) {
                int n = in.readNBytes(bytes, length, bytes.length - length);
                length += n;
                if (length < bytes.length || declared == length) {
                    break;
                }
                // Memory grows as the body arrives, not by the declared length.
                int next = (int) Math.min(2L * Math.max(bytes.length, FIRST_BYTES), limits.bodyBytes() + 1L);
                if (declared > 0) {
                    next = (int) Math.min(next, declared);
                }
                if (length > limits.bodyBytes()) {
                    throw ApiException.bodyTooLong(limits.bodyBytes());
                }
                body.grow(next - bytes.length);
                bytes = Arrays.copyOf(bytes, next);
            }
            body.bytes = length == bytes.length ? bytes : Arrays.copyOf(bytes, length);
            return body;
        } catch (RuntimeException | IOException | Error e) {
            body.close();
            throw e;
        }
    }

    /** Refuses multipart forms. Other content types are accepted: curl sends JSON as a form. */
    private static void requireJson(Headers headers) {
        String type = headers.getFirst("Content-Type");
        if (type != null && type.toLowerCase(Locale.ROOT).strip().startsWith("multipart/")) {
            throw ApiException.contentType("the body must be JSON (Content-Type: application/json), not multipart");
        }
    }
}
