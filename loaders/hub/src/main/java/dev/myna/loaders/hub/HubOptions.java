// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.hub;

import dev.myna.loaders.hub.HubException.Fault;
import dev.myna.loaders.hub.net.Addresses;
import dev.myna.loaders.text.Text;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * How files are fetched.
 *
 * @param mirror replaces {@code https://huggingface.co/} in all URLs
 * @param environment environment variables, for proxies and tokens
 * @param connections at most, to one file, at least 1
 * @param chunkBytes bytes that one of several connections fetches at a time
 * @param headerTimeout limit for connecting, and again until the response begins
 * @param window in which {@code windowBytes} must arrive on a connection
 * @param attempts without progress before the download fails, at least 1
 * @param backoff before the second attempt; doubled before each further one
 */
public record HubOptions(
        Optional<URI> mirror,
        Map<String, String> environment,
        int connections,
        long chunkBytes,
        Duration headerTimeout,
        Duration window,
        long windowBytes,
        int attempts,
        Duration backoff) {
    /** The host of the URLs in manifests. */
    public static final String HUB = "https://huggingface.co/";

    /** Defaults for ordinary networks. */
    public static HubOptions defaults(Map<String, String> environment) {
        return new HubOptions(
                Optional.empty(),
                environment,
                4,
                32L << 20,
                Duration.ofSeconds(30),
                Duration.ofSeconds(30),
                30 * 1024,
                6,
                Duration.ofSeconds(1));
    }

    /**
     * A copy with a mirror.
     *
     * @throws HubException if it is not an http or https URL
     */
    public HubOptions withMirror(String base) {
        try {
            URI uri = URI.create(base.endsWith("/") ? base : base + "/");
            boolean web = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
            if (web && uri.getHost() != null && uri.getUserInfo() == null && uri.getQuery() == null) {
                return new HubOptions(
                        Optional.of(uri),
                        environment,
                        connections,
                        chunkBytes,
                        headerTimeout,
                        window,
                        windowBytes,
                        attempts,
                        backoff);
            }
        } catch (IllegalArgumentException e) {
            // The error follows below.
        }
        throw new HubException(
                Fault.REQUEST, "a mirror is an address such as https://mirror.example/, not " + Text.quote(base));
    }

    /** A copy with another number of connections. */
    public HubOptions withConnections(int count) {
        return new HubOptions(
                mirror, environment, count, chunkBytes, headerTimeout, window, windowBytes, attempts, backoff);
    }

    /** The URL to fetch: on the mirror, if there is one and the URL is the hub's. */
    URI resolve(URI url) {
        String text = url.toString();
        return mirror.isPresent() && text.startsWith(HUB)
                ? URI.create(mirror.get() + text.substring(HUB.length()))
                : url;
    }

    /** The token for the server of a URL, from the environment; only for https or this machine. */
    Optional<String> token(URI url) {
        boolean safe = "https".equals(url.getScheme()) || Addresses.isLoopbackName(url.getHost());
        if (!safe) {
            return Optional.empty();
        }
        if (mirror.isPresent() && url.toString().startsWith(mirror.get().toString())) {
            return variable("MYNA_MIRROR_TOKEN");
        }
        return url.toString().startsWith(HUB)
                ? variable("HF_TOKEN").or(() -> variable("HUGGING_FACE_HUB_TOKEN"))
                : Optional.empty();
    }

    private Optional<String> variable(String name) {
        return Optional.ofNullable(environment.get(name))
                .map(String::strip)
                .filter(text -> text.matches("[\\x21-\\x7e]+"));
    }
}
