// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.serve.http;

import com.sun.net.httpserver.Headers;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Decides who may use the server. {@code Host} must be a name of this server, against DNS rebinding. {@code Origin}, if a browser
 * sends it, must be this server. If the server has keys, the request must have one of them.
 */
public final class Guard {
    /** {@code name}, {@code name:port} or {@code [address]:port}. */
    private static final Pattern AUTHORITY =
            Pattern.compile("(\\[[0-9a-fA-F:.]+]|[^:\\[\\]@/\\\\\\s]+)(?::([0-9]{1,5}))?");

    private static final Pattern IPV4 = Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}");

    private final Set<String> hosts = new HashSet<>();
    private final List<byte[]> keys = new ArrayList<>();

    /**
     * @param hosts names besides {@code localhost} and IP addresses, which DNS rebinding cannot use
     * @param keys empty if no key is needed
     */
    public Guard(List<String> hosts, List<String> keys) {
        hosts.forEach(host -> this.hosts.add(host.toLowerCase(Locale.ROOT)));
        keys.forEach(key -> this.keys.add(digest(key)));
    }

    /** @throws ApiException 403 if the request names another server, or comes from a page of another site */
    public void checkSite(Headers headers) {
        List<String> host = headers.getOrDefault("Host", List.of());
        if (host.size() != 1 || !known(host.getFirst())) {
            throw ApiException.forbidden(
                    "host_not_allowed",
                    "the Host header is not a name of this server; start the server with --allowed-host NAME");
        }
        List<String> origins = headers.getOrDefault("Origin", List.of());
        if (origins.size() > 1 || !origins.isEmpty() && !sameSite(origins.getFirst(), host.getFirst())) {
            throw ApiException.forbidden("origin_not_allowed", "pages of other sites may not use this server");
        }
    }

    private boolean known(String authority) {
        Matcher matcher = AUTHORITY.matcher(authority);
        if (!matcher.matches()) {
            return false;
        }
        String name = matcher.group(1).toLowerCase(Locale.ROOT);
        return name.startsWith("[") || IPV4.matcher(name).matches() || name.equals("localhost") || hosts.contains(name);
    }

    private static boolean sameSite(String origin, String host) {
        String lower = origin.toLowerCase(Locale.ROOT);
        // Behind a TLS proxy, the origin of the page is https.
        return lower.equals("http://" + host.toLowerCase(Locale.ROOT))
                || lower.equals("https://" + host.toLowerCase(Locale.ROOT));
    }

    /** @throws ApiException 401 if a key is needed and the request has none, or a wrong one */
    public void checkKey(Headers headers) {
        if (keys.isEmpty()) {
            return;
        }
        String given = key(headers);
        if (given == null) {
            throw ApiException.unauthorized(
                    "missing_api_key", "this server requires an API key: Authorization: Bearer KEY");
        }
        byte[] digest = digest(given);
        boolean known = false;
        // Constant time: digests have one length, and all keys are compared.
        for (byte[] key : keys) {
            known |= MessageDigest.isEqual(key, digest);
        }
        if (!known) {
            throw ApiException.unauthorized("invalid_api_key", "the API key is wrong");
        }
    }

    private static String key(Headers headers) {
        List<String> authorizations = headers.getOrDefault("Authorization", List.of());
        if (authorizations.size() > 1
                || headers.getOrDefault("X-Api-Key", List.of()).size() > 1) {
            // Ambiguous: a proxy may have checked another one.
            return "";
        }
        if (!authorizations.isEmpty()) {
            String authorization = authorizations.getFirst();
            return authorization.regionMatches(true, 0, "Bearer ", 0, 7)
                    ? authorization.substring(7).strip()
                    : "";
        }
        return headers.getFirst("X-Api-Key");
    }

    private static byte[] digest(String key) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
