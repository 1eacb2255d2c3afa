// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.hub;

import dev.myna.loaders.hub.HubException.Fault;
import dev.myna.loaders.hub.net.Addresses;
import dev.myna.loaders.text.Text;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * HTTP GET. Follows at most five redirects, never from https to http, and never to this machine or its private network. The
 * token is sent only to its own server.
 */
final class HubClient implements AutoCloseable {
    private static final int MAX_REDIRECTS = 5;
    private static final int SHOWN = 200;

    private final HubOptions options;
    private final EnvironmentProxies proxies;
    private final HttpClient http;

    /**
     * A response whose body has not been read yet.
     *
     * @param commit the commit id of the file's revision, if the server sent it
     */
    record Response(int status, HttpHeaders headers, InputStream body, URI uri, Optional<String> commit)
            implements AutoCloseable {
        Optional<String> header(String name) {
            return headers.firstValue(name);
        }

        /** Closes the body after some time, even if it is incomplete. */
        void limit(Duration time) {
            Thread.ofVirtual().start(() -> {
                try {
                    Thread.sleep(time);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                close();
            });
        }

        /** Discards the rest of the body. */
        @Override
        public void close() {
            closeQuietly(body);
        }
    }

    HubClient(HubOptions options) {
        this.options = options;
        this.proxies = new EnvironmentProxies(options.environment());
        HttpClient.Builder builder = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(options.headerTimeout())
                .proxy(proxies);
        if (proxies.haveCredentials()) {
            // Only if the proxy has credentials: with an authenticator, the client turns other authentication responses
            // into errors.
            builder.authenticator(proxies.authenticator());
        }
        this.http = builder.build();
    }

    /**
     * Sends a request.
     *
     * @param headers besides the usual ones
     * @throws HubException if a redirect is not allowed
     * @throws IOException if there is no response
     */
    Response get(URI first, Map<String, String> headers) throws IOException {
        URI uri = first;
        Optional<String> commit = Optional.empty();
        for (int redirects = 0; ; redirects++) {
            HttpResponse<InputStream> response = send(request(first, uri, headers));
            commit = commit.or(() -> response.headers()
                    .firstValue("X-Repo-Commit")
                    .filter(text -> text.matches("[A-Za-z0-9._-]{1,64}")));
            if (!isRedirect(response.statusCode())) {
                return new Response(response.statusCode(), response.headers(), response.body(), uri, commit);
            }
            closeQuietly(response.body());
            if (redirects == MAX_REDIRECTS) {
                throw new HubException(Fault.DOWNLOAD, shown(first) + ": more than " + MAX_REDIRECTS + " redirects");
            }
            uri = target(first, uri, response.headers().firstValue("Location"));
        }
    }

    private HttpRequest request(URI first, URI uri, Map<String, String> headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri)
                .timeout(options.headerTimeout())
                .header("User-Agent", "myna")
                .header("Accept-Encoding", "identity");
        headers.forEach(request::header);
        if (sameOrigin(first, uri)) {
            options.token(uri).ifPresent(token -> request.header("Authorization", "Bearer " + token));
        }
        return request.build();
    }

    private HttpResponse<InputStream> send(HttpRequest request) throws IOException {
        try {
            return http.send(request, BodyHandlers.ofInputStream());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } catch (IllegalArgumentException e) {
            throw new IOException(request.uri().getHost() + ": the answer is malformed", e);
        } catch (IOException e) {
            String why = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
            throw new IOException(request.uri().getHost() + ": " + Text.line(why, SHOWN), e);
        }
    }

    private static boolean isRedirect(int status) {
        return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
    }

    private URI target(URI first, URI from, Optional<String> location) {
        URI to;
        try {
            to = from.resolve(location.orElse(""));
        } catch (IllegalArgumentException e) {
            throw refused(first, "to something that is no address");
        }
        String scheme = String.valueOf(to.getScheme());
        if (to.getHost() == null || to.getUserInfo() != null || !(scheme.equals("https") || scheme.equals("http"))) {
            throw refused(first, "to " + Text.quote(to.toString()));
        }
        if (scheme.equals("http") && !"http".equals(first.getScheme())) {
            throw refused(first, "from https to http");
        }
        if (!to.getHost().equalsIgnoreCase(first.getHost())) {
            try {
                if (!Addresses.isPublic(to.getHost(), !proxies.isProxied(to))) {
                    throw refused(first, "to " + Text.quote(to.getHost()) + ", which is no public address");
                }
            } catch (UnknownHostException e) {
                throw refused(first, "to " + Text.quote(to.getHost()) + ", which has no address");
            }
        }
        return to;
    }

    private static HubException refused(URI first, String where) {
        return new HubException(Fault.DOWNLOAD, shown(first) + ": the server redirects " + where + ": refused");
    }

    private static boolean sameOrigin(URI a, URI b) {
        return a.getScheme().equals(b.getScheme())
                && a.getHost().equalsIgnoreCase(b.getHost())
                && a.getPort() == b.getPort();
    }

    /** A URL for messages, without its query, which may hold a signature. */
    static String shown(URI uri) {
        return Text.line(uri.getScheme() + "://" + uri.getRawAuthority() + uri.getRawPath(), SHOWN);
    }

    static void closeQuietly(InputStream body) {
        try {
            body.close();
        } catch (IOException e) {
            // The response is not needed any more.
        }
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
