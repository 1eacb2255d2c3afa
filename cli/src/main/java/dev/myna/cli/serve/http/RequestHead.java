// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.serve.http;

import com.sun.net.httpserver.Headers;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/**
 * Request line and headers (RFC 9112). Strict: refuses what a proxy in front could read in another way.
 *
 * @param method any token
 * @param path decoded; null for none
 * @param persistent whether the client keeps the connection open
 * @param old whether the request is HTTP/1.0
 * @param length of the body in bytes, or {@link #CHUNKED}
 */
record RequestHead(String method, String path, Headers headers, boolean persistent, boolean old, long length) {
    static final long CHUNKED = -1;

    private static final String TOKEN = "!#$%&'*+-.^_`|~";
    private static final int MAX_METHOD = 32;

    /** Digits of a length that fits a long. */
    private static final int MAX_DIGITS = 18;

    /**
     * Reads a head.
     *
     * @return null if the connection ends before a request begins
     * @throws ApiException 400, 431, 501 or 505; the connection must be closed then
     */
    static RequestHead read(ByteSource in, HttpLimits limits) throws IOException {
        Lines lines = new Lines(in, limits.headerBytes());
        String request = lines.next();
        // RFC 9112, 2.2: ignore an empty line before a request.
        for (int i = 0; request != null && request.isEmpty(); i++) {
            if (i == 2) {
                throw ApiException.malformed("the request begins with empty lines");
            }
            request = lines.next();
        }
        if (request == null) {
            return null;
        }
        String[] words = request.split(" ", -1);
        if (words.length != 3 || !isToken(words[0]) || words[0].length() > MAX_METHOD || words[1].isEmpty()) {
            throw ApiException.malformed("the request line must be like GET /health HTTP/1.1");
        }
        boolean old = words[2].equals("HTTP/1.0");
        if (!old && !words[2].equals("HTTP/1.1")) {
            throw words[2].matches("HTTP/[0-9](\\.[0-9])?")
                    ? ApiException.version()
                    : ApiException.malformed("the request line must end with HTTP/1.1");
        }
        Headers headers = headers(lines, limits.headers());
        String connection =
                String.join(",", headers.getOrDefault("Connection", List.of())).toLowerCase(Locale.ROOT);
        boolean persistent = old
                ? connection.contains("keep-alive")
                : !List.of(connection.split("[,\\s]+")).contains("close");
        return new RequestHead(words[0], path(words[1], headers), headers, persistent, old, length(headers, old));
    }

    private static Headers headers(Lines lines, int max) throws IOException {
        Headers headers = new Headers();
        int count = 0;
        for (String line = lines.next(); ; line = lines.next()) {
            if (line == null) {
                throw new IOException("the client left within a header");
            }
            if (line.isEmpty()) {
                return headers;
            }
            if (++count > max) {
                throw ApiException.headerTooLarge("a request may have " + max + " headers");
            }
            int colon = line.indexOf(':');
            if (colon < 1 || !isToken(line.substring(0, colon))) {
                throw ApiException.malformed("header " + count + " must be like Name: value, in one line");
            }
            headers.add(line.substring(0, colon), line.substring(colon + 1).strip());
        }
    }

    private static boolean isToken(String word) {
        return !word.isEmpty()
                && word.chars()
                        .allMatch(c -> c >= '0' && c <= '9'
                                || c >= 'a' && c <= 'z'
                                || c >= 'A' && c <= 'Z'
                                || TOKEN.indexOf(c) >= 0);
    }

    private static long length(Headers headers, boolean old) {
        List<String> lengths = headers.getOrDefault("Content-Length", List.of());
        List<String> codings = headers.getOrDefault("Transfer-Encoding", List.of());
        if (!codings.isEmpty()) {
            if (!lengths.isEmpty() || old) {
                throw ApiException.malformed(
                        "Transfer-Encoding and " + (old ? "HTTP/1.0" : "Content-Length") + " exclude each other");
            }
            if (codings.size() != 1 || !codings.getFirst().equalsIgnoreCase("chunked")) {
                throw ApiException.transferEncoding();
            }
            return CHUNKED;
        }
        if (lengths.isEmpty()) {
            return 0;
        }
        String length = lengths.getFirst();
        if (lengths.size() != 1 || !length.matches("[0-9]{1," + MAX_DIGITS + "}")) {
            throw ApiException.malformed("Content-Length must be one number of bytes");
        }
        return Long.parseLong(length);
    }

    private static String path(String target, Headers headers) {
        String path = target;
        if (!target.startsWith("/")) {
            if (!target.regionMatches(true, 0, "http://", 0, 7)) {
                return null;
            }
            // The absolute form, as for a proxy. Its host must be that of the Host header.
            try {
                URI uri = new URI(target);
                String host = headers.getFirst("Host");
                if (host == null || !host.equalsIgnoreCase(uri.getRawAuthority())) {
                    throw ApiException.malformed("the request line names another server than Host");
                }
                path = uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
            } catch (URISyntaxException e) {
                throw ApiException.malformed("the request line names no path");
            }
        }
        int query = path.indexOf('?');
        return decoded(query < 0 ? path : path.substring(0, query));
    }

    private static String decoded(String path) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            if (c == '%') {
                int high = i + 2 < path.length() ? hexadecimal(path.charAt(i + 1)) : -1;
                int low = high < 0 ? -1 : hexadecimal(path.charAt(i + 2));
                if (low < 0) {
                    throw ApiException.malformed("the path has a % without two hexadecimal digits");
                }
                bytes.write(high << 4 | low);
                i += 2;
            } else if (c <= ' ' || c >= 0x7F || c == '#') {
                throw ApiException.malformed("the path has a character that must be percent-encoded");
            } else {
                bytes.write(c);
            }
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes.toByteArray()))
                    .toString();
        } catch (CharacterCodingException e) {
            throw ApiException.malformed("the path is not UTF-8");
        }
    }

    /** The value of a digit, or -1. */
    static int hexadecimal(int c) {
        return c < 0x80 ? Character.digit(c, 16) : -1;
    }

    /** Lines that end with CR LF, of bounded length together. */
    static final class Lines {
        private final ByteSource in;
        private int left;

        Lines(ByteSource in, int max) {
            this.in = in;
            left = max;
        }

        /** The next line, or null if the bytes end before it has begun. */
        String next() throws IOException {
            StringBuilder line = new StringBuilder();
            while (true) {
                int c = in.read();
                if (c < 0) {
                    if (line.isEmpty()) {
                        return null;
                    }
                    throw new IOException("the client left within a line");
                }
                if (--left < 0) {
                    throw ApiException.headerTooLarge("the header is too long");
                }
                if (c == '\r') {
                    if (in.read() != '\n') {
                        throw ApiException.malformed("a line of the header ends without a line feed");
                    }
                    left--;
                    return line.toString();
                }
                if (c < ' ' && c != '\t' || c == 0x7F) {
                    throw ApiException.malformed("the header has a control character; its lines end with CR LF");
                }
                line.append((char) c);
            }
        }
    }
}
