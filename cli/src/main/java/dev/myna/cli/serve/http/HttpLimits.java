// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.serve.http;

import java.time.Duration;

/**
 * Bounds on connections and on how requests arrive.
 *
 * @param connections open ones; when one more comes, the one that has been idle for longest makes room
 * @param arrival for a request to arrive, header and body
 * @param idle before the first and between two requests of a connection
 * @param write how long a client may refuse to take what it is sent
 * @param linger how long a client is listened to after a response that ends its connection early
 * @param headerBytes of a request line and all headers
 * @param headers of a request
 * @param bodyBytes longest body
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

    /** The names are those of the server in the JDK: people know them. */
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

    private static int property(String name, int otherwise) {
        Integer value = Integer.getInteger(name);
        return value == null || value < 1 ? otherwise : value;
    }
}
