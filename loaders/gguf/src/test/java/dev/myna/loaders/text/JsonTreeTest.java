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
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.jr.ob.JSON;

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

    /** Huge exponents cost no time and no memory. */
    @ParameterizedTest
    @CsvSource({"1e-999999999, 0.0", "-1e-999999999, -0.0", "1e999999999, Infinity", "123e-2147483648, 0.0"})
    void hugeExponentsAreReadAsDoubles(String number, double expected) {
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
                "{\"a\":NaN} | expected a value; found 'N' (line 1, column 6)",
                "{\"a\": | the text ends too early; expected a value",
                "{\"a\":[1, | the text ends too early; expected a value",
                "{\"a\":\"x | the text ends within a string",
                "{\"a\":\"\\u12 | the text ends within a string",
                "{\"a\":\"\\x\"} | expected an escape that JSON has; found 'x'",
                "{\"a\":\"\\u12g4\"} | expected a hexadecimal digit; found 'g'",
                "{\"a\":01} | a number begins with a needless 0",
                "{\"a\":1.} | expected a digit; found '}'",
                "{\"a\":1,} | expected a name in double quotes; found '}'",
                "{\"a\":[1}} | expected ',' or ']'; found '}'",
                "{\"a\" 1} | expected ':'; found '1'",
                "{a:1} | expected a name in double quotes; found 'a'"
            })
    void messagesSayWhatIsWrongAndWhere(String json, String expected) {
        refuses(json, expected);
    }

    @Test
    void depthNumbersAndValuesAreLimited() {
        refuses("{\"a\":" + "[".repeat(1_000_000), "nested deeper than 64 levels");
        refuses("{\"a\":" + "{\"a\":".repeat(1_000_000), "nested deeper than 64 levels");
        refuses("{\"a\":" + "9".repeat(10_000_000) + "}", "a number has more than 400 characters");
        refuses("{\"a\":[" + "[],".repeat(MANY) + "[]]}", "too many values");
        refuses("{\"a\":[" + "1,".repeat(MANY) + "1]}", "too many values");
    }

    @Test
    void placesCountLinesAndCharacters() {
        refuses("{\n \"å\": [1,\n\t\"یہ\", x]}", "expected a value; found 'x' (line 3, column 8)");
    }

    @Test
    void bytesThatAreNotUtf8AreRefused() {
        byte[] bytes = {'{', '"', (byte) 0xC3, '"', ':', '1', '}'};
        InvalidUtf8Exception refusal = assertThrows(InvalidUtf8Exception.class, () -> JsonTree.object(bytes, MANY));
        assertEquals("not valid UTF-8 (at byte 2)", refusal.getMessage());
        refuses("{\"a\":\"\uD800\"}", "lone surrogate");
    }

    /** Documents with a few characters changed, removed or inserted, against Jackson as a second opinion. */
    @Test
    void agreesWithJackson() {
        JSON jackson = JSON.builder(JsonFactory.builder()
                        .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                        .build())
                .build();
        Random random = new Random(20261201);
        int read = 0;
        for (int i = 0; i < 20_000; i++) {
            String json = changed(DOCUMENTS.get(random.nextInt(DOCUMENTS.size())), random);
            Object expected;
            try {
                expected = jackson.anyFrom(json) instanceof Map<?, ?> map ? map : null;
            } catch (JacksonException e) {
                expected = null;
            }
            Object actual;
            try {
                actual = JsonTree.object(json, MANY);
                read++;
            } catch (JsonException e) {
                actual = null;
                if (e.rule().contains("lone surrogate") || e.rule().contains("something follows")) {
                    expected = null; // Jackson accepts the one, and does not look for the other
                }
            }
            assertEquals(expected, actual, json);
        }
        assertTrue(read > 2_000, read + " documents were accepted");
    }

    private static final List<String> DOCUMENTS = List.of(
            "{\"a\":[1,-2.5e3,0,\"x\"],\"b\":{\"c\":null,\"d\":true,\"e\":false},\"f\":\"\"}",
            "{ \"a\" : \"\\u00e9\\n\\\"\\\\\\/\\ud83d\\ude00\" ,\n\t\"b\" : [ [ ] , { } ] }",
            "{\"یہ\":\"🐦\",\"n\":[123456789012345678,1234567890123456789,12345678901234567890,-9223372036854775808]}",
            "{\"x\":[0.1,1E-7,-0,-0.0,1e400,3.0e+2],\"y\":{\"x\":{\"x\":[]}}}");

    private static final String CHANGES = "{}[],:\"\\0123456789.eE+-tfnu \n\tax\u0001é";

    private static String changed(String json, Random random) {
        StringBuilder text = new StringBuilder(json);
        for (int i = random.nextInt(4); i > 0; i--) {
            int at = random.nextInt(text.length());
            char c = CHANGES.charAt(random.nextInt(CHANGES.length()));
            switch (random.nextInt(3)) {
                case 0 -> text.setCharAt(at, c);
                case 1 -> text.insert(at, c);
                default -> text.deleteCharAt(at);
            }
        }
        return text.toString();
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
    void loneSurrogatesAreDetected() {
        for (String text : Arrays.asList("", "a", "\uD83D\uDE00", "\u202E")) {
            assertTrue(Text.isEncodable(text));
        }
        for (String text : List.of("\uD800", "\uDC00", "a\uD83D", "\uD83Da", "\uDE00\uD83D")) {
            assertEquals(false, Text.isEncodable(text));
        }
    }
}
