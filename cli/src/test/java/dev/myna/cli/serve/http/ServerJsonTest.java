// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.serve.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** S-03: hostile JSON ends in one 400, without a parser's insides. */
class ServerJsonTest {
    private final ServerJson json = new ServerJson();

    private Map<String, Object> read(String text) {
        return json.object(text.getBytes(StandardCharsets.UTF_8));
    }

    private String refusal(byte[] body) {
        ApiException refused = assertThrows(ApiException.class, () -> json.object(body));
        assertEquals(400, refused.status());
        assertEquals("invalid_json", refused.code());
        String message = refused.getMessage();
        assertFalse(
                message.contains("tools.jackson") || message.contains("Source:") || message.contains("\n"), message);
        assertTrue(message.length() < 400, message);
        return message;
    }

    private String refusal(String text) {
        return refusal(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void jsonObjectsAreRead() {
        assertEquals(Map.of("a", 1, "b", "نمونہ 🐦"), read("{\"a\":1,\"b\":\"نمونہ \\ud83d\\udc26\"}"));
    }

    @Test
    void byteOrderMarksAndUtf16AreRecognized() {
        assertEquals(Map.of("a", 1), read("\uFEFF{\"a\":1}"));
        for (Charset other : new Charset[] {
            StandardCharsets.UTF_16, StandardCharsets.UTF_16LE, StandardCharsets.UTF_16BE, StandardCharsets.UTF_32LE
        }) {
            assertTrue(refusal("{\"a\":1}".getBytes(other)).contains("UTF-16"), other.name());
        }
        assertTrue(
                refusal("{\"a\":\"é\"}".getBytes(StandardCharsets.ISO_8859_1)).contains("UTF-8"));
        assertTrue(refusal("").contains("empty"));
    }

    @Test
    void unpairedSurrogatesAreRefused() {
        for (String half : new String[] {"\\ud800", "\\udc00", "\\udc00\\ud800", "\\ud800\\ud800\\udc00", "a\\ud83d"}) {
            assertTrue(refusal("{\"a\":\"" + half + "\"}").contains("surrogate"), half);
            assertTrue(refusal("{\"a\":[{\"" + half + "\":1}]}").contains("surrogate"), half);
        }
        assertEquals(Map.of("a", "\ud800\udc00"), read("{\"a\":\"\\ud800\\udc00\"}"));
    }

    @Test
    void depth10000IsRefused() {
        refusal("{\"a\":" + "[".repeat(10_000) + "]".repeat(10_000) + "}");
        refusal("{\"a\":".repeat(10_000) + "1" + "}".repeat(10_000));
        read("{\"a\":" + "[".repeat(60) + "]".repeat(60) + "}");
    }

    @Test
    void duplicateKeysAreRefused() {
        assertTrue(refusal("{\"a\":1,\"b\":2,\"a\":3}").contains("'a'")
                || refusal("{\"a\":1,\"a\":3}").contains("\"a\""));
        refusal("{\"m\":[{\"x\":1,\"x\":1}]}");
    }

    @Test
    void badUtf8IsRefused() {
        byte[] body = "{\"a\":\"__\"}".getBytes(StandardCharsets.US_ASCII);
        byte[][] bad = {{(byte) 0xFF, 'x'}, {(byte) 0xC0, (byte) 0x80}, {(byte) 0xC3, 'x'}, {(byte) 0xED, (byte) 0xA0}};
        for (byte[] pair : bad) {
            System.arraycopy(pair, 0, body, 6, 2);
            assertTrue(refusal(body).contains("UTF-8"));
        }
    }

    @Test
    void otherJsonValuesAreRefused() {
        for (String text : new String[] {
            "",
            " ",
            "7",
            "[]",
            "\"a\"",
            "null",
            "{",
            "{\"a\"}",
            "{\"a\":}",
            "{\"a\":1,}",
            "{a:1}",
            "{\"a\":NaN}",
            "{\"a\":+1}",
            "{\"a\":01}",
            "{\"a\":'b'}",
            "{\"a\":1}{\"b\":2}",
            "// x\n{}"
        }) {
            refusal(text);
        }
    }

    @Test
    void numbersNamesAndCountsAreBounded() {
        refusal("{\"a\":" + "1".repeat(1000) + "}");
        refusal("{\"a\":1e" + "9".repeat(100) + "}");
        refusal("{\"" + "n".repeat(2000) + "\":1}");
        refusal("{\"a\":[" + "1,".repeat(300_000) + "1]}");
    }

    @Test
    void errorsHaveTheFieldsThatClientsExpect() {
        String body =
                new String(json.bytes(json.error(ApiException.value("top_p", "too much"))), StandardCharsets.UTF_8);
        assertEquals(
                "{\"error\":{\"message\":\"too much\",\"type\":\"invalid_request_error\",\"param\":\"top_p\","
                        + "\"code\":\"invalid_value\"}}",
                body);
    }
}
