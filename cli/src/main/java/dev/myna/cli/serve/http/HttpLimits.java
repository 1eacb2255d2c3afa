// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.serve.http;

import java.time.Duration;

/**
 * Bounds on connections and on how requests arrive.
 *
 * @param connections max. open connections; one more closes the one that has been idle longest
 * @param arrival max. time for a request to arrive, header and body
 * @param idle max. time before the first and between two requests of a connection
 * @param write max. time that a client reads nothing while the server sends
 * @param linger max. time to read on after an early response
 * @param headerBytes max. bytes of request line and headers
 * @param headers max. headers of a request
 * @param bodyBytes max. bytes of a body
 */
public record HttpLimits(
        int connections,
        Duration arrival,
        Duration idle,
        Duration write,
        Duration linger,
        int headerBytes,
        int headers,
        int bodyBytes) {

    /** Properties have the names of the HTTP server in the JDK. */
    public static HttpLimits of(Limits limits) {
        return new HttpLimits(
                property("jdk.httpserver.maxConnections", 1024),
                Duration.ofSeconds(property("sun.net.httpserver.maxReqTime", 60)),
                Duration.ofSeconds(property("sun.net.httpserver.idleInterval", 30)),
                limits.write(),
                limits.linger(),
                property("sun.net.httpserver.maxReqHeaderSize", 32 << 10),
                property("sun.net.httpserver.maxReqHeaders", 100),
                limits.bodyBytes());
    }

    private static int property(String name, int fallback) {
        Integer value = Integer.getInteger(name);
        return value == null || value < 1 ? fallback : value;
    }
}
