// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.judging;

import dev.myna.eval.EvalException;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/**
 * Where a judge is, and how patiently it is asked.
 *
 * @param address of chat completions
 * @param model name that the endpoint knows
 * @param key for the header {@code Authorization}
 * @param perMinute most requests a minute; 0 for any number
 * @param tries attempts for each review
 * @param timeout of one attempt, from the connection to the last byte
 * @param backoff after the first failed attempt; twice as long after each further one
 */
public record EndpointSettings(
        URI address, String model, Optional<String> key, int perMinute, int tries, Duration timeout, Duration backoff) {
    private static final String CHAT = "/chat/completions";

    /**
     * The address of chat completions that a user means: {@code http://HOST}, {@code http://HOST/v1} or the whole of it.
     *
     * @throws EvalException if it is no address of HTTP
     */
    public static URI address(String url) {
        URI given;
        try {
            given = new URI(url);
        } catch (URISyntaxException e) {
            throw unusable(url, e);
        }
        String scheme = String.valueOf(given.getScheme()).toLowerCase(Locale.ROOT);
        if (!(scheme.equals("http") || scheme.equals("https")) || given.getHost() == null) {
            throw unusable(url, null);
        }
        if (given.getRawUserInfo() != null || given.getRawFragment() != null) {
            throw new EvalException(
                    "the judge's URL has no user, password or fragment; its key comes from the environment");
        }
        String path = given.getRawPath().replaceAll("/+$", "");
        String whole = path.endsWith(CHAT) ? path : (path.isEmpty() ? "/v1" : path) + CHAT;
        String query = given.getRawQuery() == null ? "" : "?" + given.getRawQuery();
        return URI.create(scheme + "://" + given.getRawAuthority() + whole + query);
    }

    private static EvalException unusable(String url, Exception cause) {
        return new EvalException("the judge's URL is http://HOST/v1 or https://HOST/v1, not '" + url + "'", cause);
    }

    /** The model, and its host without what a query may hold. */
    String name() {
        return model + " at " + address.getScheme() + "://" + address.getRawAuthority() + address.getRawPath();
    }
}
