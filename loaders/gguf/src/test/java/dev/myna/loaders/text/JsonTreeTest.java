// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonTreeTest {
    private static final int MANY = 1 << 20;

    @Test
    void valuesKeepTheirKinds() throws JsonException {
        Map<String, Object> object = JsonTree.object(
                "{\"a\":[1,2147483648,99999999999999999999,0.5,1e3],\"b\":{\"c\":null,\"d\":true},\"e\":\"\\ud83d\\ude00\"} ",
                MANY);
        assertEquals(List.of(1, 2147483648L, new BigInteger("99999999999999999999"), 0.5, 1000.0), object.get("a"));
        assertEquals("{c=null, d=true}", object.get("b").toString());
        assertEquals("\uD83D\uDE00", object.get("e"));
    }

    /** No number is worked out to more digits than it has, and none takes long. */
    @ParameterizedTest
    @CsvSource({"1e-999999999, 0.0", "-1e-999999999, -0.0", "1e999999999, Infinity", "123e-2147483648, 0.0"})
    void exponentsAreDoubles(String number, double expected) {
        assertTimeoutPreemptively(
                Duration.ofSeconds(20),
                () -> assertEquals(
                        expected,
                        JsonTree.object("{\"a\":" + number + "}", MANY).get("a")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'' | does not begin with",
                "null | does not begin with",
                "[] | does not begin with",
                "{} {} | something follows",
                "{\"a\":1,\"a\":2} | the name \"a\" appears twice",
                "{\"a\":\"x\\ud800\"} | the text \"x\\u{d800}\" holds a lone surrogate",
                "{\"\\udc00\\ud800\":1} | the text \"\\u{dc00}\\u{d800}\" holds a lone surrogate",
                "{\"a\":NaN} | Non-standard token 'NaN'",
                "{\"a\": | Unexpected end-of-input",
                "{\"a\":[1, | Unexpected end-of-input"
            })
    void whatIsWrongIsSaid(String json, String expected) {
        refuses(json, expected);
    }

    @Test
    void depthNumbersAndValuesAreLimited() {
        refuses("{\"a\":" + "[".repeat(1_000_000), "depth");
        refuses("{\"a\":" + "{\"a\":".repeat(1_000_000), "depth");
        refuses("{\"a\":" + "9".repeat(10_000_000) + "}", "Number value length");
        refuses("{\"a\":[" + "[],".repeat(MANY) + "[]]}", "too many values");
        refuses("{\"a\":[" + "1,".repeat(MANY) + "1]}", "too many values");
    }

    private static void refuses(String json, String expected) {
        String message = assertTimeoutPreemptively(
                        Duration.ofSeconds(20),
                        () -> assertThrows(JsonException.class, () -> JsonTree.object(json, MANY)))
                .getMessage();
        assertTrue(message.contains(expected), message);
        assertEquals(1, message.lines().count());
        assertTrue(message.length() < 300, message);
    }

    @Test
    void loneSurrogatesAreSeen() {
        for (String text : Arrays.asList("", "a", "\uD83D\uDE00", "\u202E")) {
            assertTrue(Text.isEncodable(text));
        }
        for (String text : List.of("\uD800", "\uDC00", "a\uD83D", "\uD83Da", "\uDE00\uD83D")) {
            assertEquals(false, Text.isEncodable(text));
        }
    }
}
