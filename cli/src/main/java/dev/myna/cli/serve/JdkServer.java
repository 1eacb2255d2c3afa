// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.serve;

import java.util.Map;

/**
 * Limits that the JDK's HTTP server takes from system properties, once in the life of a process, and that are unlimited or generous
 * otherwise. A property that the user has set is left alone.
 */
final class JdkServer {
    private static final Map<String, String> PROPERTIES = Map.of(
            // Open connections; more are closed as soon as they are accepted.
            "jdk.httpserver.maxConnections", "1024",
            // Seconds for a request to arrive, header and body. Closes slow senders.
            "sun.net.httpserver.maxReqTime", "60",
            // Bytes of all headers of a request, and their number.
            "sun.net.httpserver.maxReqHeaderSize", "32768",
            "sun.net.httpserver.maxReqHeaders", "100",
            // Tokens are sent as they come.
            "sun.net.httpserver.nodelay", "true");

    private JdkServer() {}

    /** Before the first server of the process is made. */
    static void configure() {
        PROPERTIES.forEach((name, value) -> {
            if (System.getProperty(name) == null) {
                System.setProperty(name, value);
            }
        });
    }
}
