// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.serve.http;

import java.time.Duration;

/**
 * Bounds on what clients may take.
 *
 * @param bodyBytes longest body of a request
 * @param bufferedBytes bodies of all requests together while they are read and parsed
 * @param images images of one request
 * @param imageBytes decoded images of all requests together, 3 bytes a pixel
 * @param heartbeat after so much silence a client is sent something, which shows whether it is still there
 * @param write how long a client may refuse to take what it is sent
 * @param linger how long the rest of a refused body is read, so that the client comes to read the refusal
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
