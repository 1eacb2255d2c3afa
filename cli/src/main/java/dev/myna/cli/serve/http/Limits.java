// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.serve.http;

import java.time.Duration;

/**
 * Limits on clients.
 *
 * @param bodyBytes max. bytes of a body
 * @param bufferedBytes max. bytes of the bodies of all requests while they are read and parsed
 * @param images max. images of one request
 * @param imageBytes max. bytes of the decoded images of all requests, 3 bytes per pixel
 * @param heartbeat after this time without output, the server sends a heartbeat, which shows whether the client is there
 * @param write max. time that a client reads nothing while the server sends
 * @param linger max. time to read on after a refused body, so that the client reads the error
 */
public record Limits(
        int bodyBytes,
        long bufferedBytes,
        int images,
        long imageBytes,
        Duration heartbeat,
        Duration write,
        Duration linger) {
    private static final int MIB = 1 << 20;

    /** For a JVM with this heap. */
    public static Limits of(long heapBytes) {
        int body = 32 * MIB;
        return new Limits(
                body,
                Math.max(body, Math.min(256L * MIB, heapBytes / 8)),
                8,
                Math.max(64L * MIB, heapBytes / 4),
                Duration.ofSeconds(5),
                Duration.ofSeconds(30),
                Duration.ofSeconds(3));
    }
}
