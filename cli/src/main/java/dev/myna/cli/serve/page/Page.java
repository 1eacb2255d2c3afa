// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.serve.page;

import com.sun.net.httpserver.Headers;
import dev.myna.cli.serve.http.Exchange;
import dev.myna.cli.serve.http.Responses;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The page for people: one HTML file, which the build makes from {@code src/main/page}. A browser runs the script and the style
 * sheet of this file and no others, because the content security policy holds their digests. So an answer of the model cannot
 * bring a script into the page.
 *
 * @param html UTF-8
 * @param policy value of {@code Content-Security-Policy}
 * @param tag of this version of the page
 */
public record Page(byte[] html, String policy, String tag) {
    private static final Pattern SCRIPT = Pattern.compile("(?s)<script\\b[^>]*>(.*?)</script>");
    private static final Pattern STYLE = Pattern.compile("(?s)<style\\b[^>]*>(.*?)</style>");

    /** The page of this build. */
    public static Page load() throws IOException {
        try (InputStream in = Page.class.getResourceAsStream("index.html")) {
            if (in == null) {
                throw new IOException("this build has no page: dev/myna/cli/serve/page/index.html is missing");
            }
            return of(in.readAllBytes());
        }
    }

    static Page of(byte[] html) {
        String text = new String(html, StandardCharsets.UTF_8);
        String policy = "default-src 'none'; script-src" + digests(SCRIPT, text) + "; style-src" + digests(STYLE, text)
                + "; img-src data: blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors"
                + " 'none'; require-trusted-types-for 'script'; trusted-types 'none'";
        return new Page(html, policy, "\"" + digest(html).substring(0, 22) + "\"");
    }

    private static String digests(Pattern element, String text) {
        StringBuilder sources = new StringBuilder();
        Matcher matcher = element.matcher(text);
        while (matcher.find()) {
            sources.append(" 'sha256-")
                    .append(digest(matcher.group(1).getBytes(StandardCharsets.UTF_8)))
                    .append('\'');
        }
        return sources.isEmpty() ? " 'none'" : sources.toString();
    }

    private static String digest(byte[] bytes) {
        try {
            return Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    public void send(Exchange exchange) throws IOException {
        Headers headers = exchange.responseHeaders();
        headers.set("Content-Security-Policy", policy);
        headers.set("Referrer-Policy", "no-referrer");
        headers.set("Cross-Origin-Opener-Policy", "same-origin");
        headers.set("Permissions-Policy", "camera=(self), microphone=(), geolocation=()");
        headers.set("Cache-Control", "no-cache");
        headers.set("ETag", tag);
        if (tag.equals(exchange.requestHeaders().getFirst("If-None-Match"))) {
            exchange.begin(304, Exchange.NONE);
            exchange.responseBody().close();
            return;
        }
        Responses.send(exchange, 200, "text/html; charset=utf-8", html);
    }
}
