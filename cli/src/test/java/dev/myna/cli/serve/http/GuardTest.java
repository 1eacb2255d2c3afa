// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.serve.http;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.sun.net.httpserver.Headers;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** S-06 and S-07: who may ask. */
class GuardTest {
    private static final Guard OPEN = new Guard(List.of("myna.example"), List.of());
    private static final Guard LOCKED = new Guard(List.of(), List.of("sesame", "open-42"));

    private static Headers headers(String... values) {
        Headers headers = new Headers();
        for (int i = 0; i < values.length; i += 2) {
            headers.add(values[i], values[i + 1]);
        }
        return headers;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost",
                "LOCALHOST:8080",
                "127.0.0.1:8080",
                "[::1]:8080",
                "192.168.1.7:80",
                "myna.example",
                "Myna.Example:443"
            })
    void ownNamesAndAddressesAreAccepted(String host) {
        assertDoesNotThrow(() -> OPEN.checkSite(headers("Host", host)));
        assertDoesNotThrow(() -> OPEN.checkSite(headers("Host", host, "Origin", "http://" + host)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "evil.example",
                "evil.example:8080",
                "localhost.evil.example",
                "127.0.0.1.evil.example",
                "myna.example.evil",
                "localhost@evil.example",
                "localhost:8080@evil.example",
                "evil.example\\localhost",
                "localhost:port",
                "[::1",
                ""
            })
    void foreignHostsAreRefused(String host) {
        ApiException refused = assertThrows(ApiException.class, () -> OPEN.checkSite(headers("Host", host)));
        assertEquals(403, refused.status());
        assertEquals("host_not_allowed", refused.code());
    }

    @Test
    void exactlyOneHostHeaderIsRequired() {
        assertThrows(ApiException.class, () -> OPEN.checkSite(headers()));
        assertThrows(ApiException.class, () -> OPEN.checkSite(headers("Host", "localhost", "Host", "evil.example")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://evil.example",
                "http://localhost",
                "http://localhost:3000",
                "http://127.0.0.1:8080",
                "null",
                "file://",
                "ftp://localhost:8080",
                "http://localhost:8080.evil.example"
            })
    void pagesOfOtherSitesAreRefused(String origin) {
        ApiException refused = assertThrows(
                ApiException.class, () -> OPEN.checkSite(headers("Host", "localhost:8080", "Origin", origin)));
        assertEquals("origin_not_allowed", refused.code());
    }

    /** The first of several may be looked at by one program and the last by another. */
    @Test
    void duplicateHeadersAreRefused() {
        String own = "http://localhost:8080";
        for (String[] origins :
                new String[][] {{own, "http://evil.example"}, {"http://evil.example", own}, {own, own}}) {
            ApiException refused = assertThrows(
                    ApiException.class,
                    () -> OPEN.checkSite(
                            headers("Host", "localhost:8080", "Origin", origins[0], "Origin", origins[1])));
            assertEquals("origin_not_allowed", refused.code());
        }
        assertThrows(
                ApiException.class,
                () -> OPEN.checkSite(headers("Host", "localhost:8080", "Origin", own + ", http://evil.example")));
        for (String header : new String[] {"Authorization", "X-Api-Key"}) {
            String key = header.equals("Authorization") ? "Bearer sesame" : "sesame";
            assertEquals(
                    "invalid_api_key",
                    assertThrows(
                                    ApiException.class,
                                    () -> LOCKED.checkKey(headers(header, key, header, "Bearer other")))
                            .code());
        }
    }

    @Test
    void validKeysAreAccepted() {
        assertDoesNotThrow(() -> LOCKED.checkKey(headers("Authorization", "Bearer sesame")));
        assertDoesNotThrow(() -> LOCKED.checkKey(headers("Authorization", "bearer open-42")));
        assertDoesNotThrow(() -> LOCKED.checkKey(headers("X-Api-Key", "sesame")));
        assertDoesNotThrow(() -> OPEN.checkKey(headers()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"Bearer", "Bearer ", "Bearer sesam", "Bearer sesamee", "Bearer SESAME", "sesame", "Basic sesame"
            })
    void wrongKeysAreRefused(String authorization) {
        ApiException refused =
                assertThrows(ApiException.class, () -> LOCKED.checkKey(headers("Authorization", authorization)));
        assertEquals(401, refused.status());
        assertEquals("invalid_api_key", refused.code());
    }

    @Test
    void missingKeyIsRefused() {
        assertEquals(
                "missing_api_key",
                assertThrows(ApiException.class, () -> LOCKED.checkKey(headers()))
                        .code());
    }
}
