// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Images in texts, in the forms found in practice. */
class DataUrlTest {
    /** Bytes whose base64 has both of the alphabet's last digits. */
    private static final byte[] BYTES = bytes(200, 1);

    private static byte[] bytes(int count, long seed) {
        byte[] bytes = new byte[count];
        new SplittableRandom(seed).nextBytes(bytes);
        bytes[0] = 0;
        return bytes;
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    private static String percent(byte[] bytes) {
        StringBuilder text = new StringBuilder();
        for (byte b : bytes) {
            text.append(b >= 'a' && b <= 'z' ? "" + (char) b : "%%%02x".formatted(b));
        }
        return text.toString();
    }

    @Test
    void allSpellingsGiveTheSameImage() {
        String data = base64(BYTES);
        assertTrue(data.contains("+") && data.contains("/"));
        String urlSafe = data.replace('+', '-').replace('/', '_');
        String unpadded = data.replace("=", "");
        for (String url : List.of(
                "data:image/png;base64," + data,
                "DATA:IMAGE/PNG;BASE64," + data,
                "data:;base64," + data,
                "data:application/octet-stream;base64," + data,
                "data:binary/octet-stream;base64," + data,
                "data:image/jpg;base64," + data,
                "data:image/png;charset=utf-8;base64," + data,
                "data:image/png; name=a.png; base64," + data,
                "data:image/png;base64;," + data,
                "data:image/heic;base64," + data,
                "data:image/png;base64," + data.replaceAll("(.{76})", "$1\r\n") + "\n",
                "data:image/png;base64, " + data.replaceAll("(.{10})", "$1 \t\n"),
                "data:image/png;base64," + unpadded,
                "data:image/png;base64," + urlSafe,
                "data:image/png;base64," + urlSafe.replace("=", ""),
                "data:image/png;base64,"
                        + data.replace("+", "%2B").replace("/", "%2f").replace("=", "%3D"),
                "data:image/png;base64," + data.replaceAll("(.{76})", "$1%0A"),
                "data:image/png," + percent(BYTES))) {
            assertArrayEquals(BYTES, DataUrl.decode(url), url);
        }
        assertArrayEquals(BYTES, DataUrl.base64(data));
    }

    @Test
    void everyLengthWithAndWithoutPadding() {
        for (int length = 1; length < 20; length++) {
            byte[] bytes = bytes(length, length);
            assertArrayEquals(bytes, DataUrl.base64(base64(bytes)));
            assertArrayEquals(bytes, DataUrl.base64(base64(bytes).replace("=", "")));
        }
    }

    @Test
    void messagesSayWhatIsWrong() {
        String data = base64(BYTES);
        for (String[] wrong : new String[][] {
            {"data:image/png;base64,", "no image"},
            {"data:image/png;base64, \n", "no image"},
            {"data:image/png;base64,!!!!", "character 1 is U+0021"},
            {"data:image/png;base64,AAAA\u202eAAA", "character 5 is U+202E"},
            {"data:image/png;base64,AAAAA", "end early"},
            {"data:image/png;base64,AA==AAAA", "behind the padding"},
            {"data:image/png;base64,AA%4", "%"},
            {"data:image/png;base64,AA%zz", "%"},
            {"data:image/png", "must look like"},
            {"data:" + "x".repeat(100_000), "must look like"},
            {"data:image/png;" + "x".repeat(5000) + ";base64," + data, "must look like"},
            {"data:image/png," + data, "not said to be base64"},
            {"data:image/png;utf8," + data, "not said to be base64"},
            {"data:text/html;base64," + data, "not 'text/html'"},
            {"data:text\u0007/h\u202etml;base64," + data, "not 'text?/h?tml'"},
            {"data:text/plain;charset=utf-8,hello", "MIME type"},
            {"data:application/pdf;base64," + data, "MIME type"},
            {"data:video/mp4;base64," + data, "MIME type"},
        }) {
            String message = assertThrows(ImageException.class, () -> DataUrl.decode(wrong[0]), wrong[1])
                    .getMessage();
            assertTrue(message.contains(wrong[1]), message);
            assertTrue(message.length() < 300, message);
        }
    }

    @Test
    void tooLargeImagesAreRefused() {
        char[] digits = new char[ImageDecoder.MAX_ENCODED_BYTES / 3 * 4 + 8];
        Arrays.fill(digits, 'A');
        String message = assertThrows(ImageException.class, () -> DataUrl.base64(new String(digits)))
                .getMessage();
        assertTrue(message.contains("larger than 32 MiB"), message);
    }

    @Test
    void base64WithoutUriIsRecognized() {
        assertTrue(DataUrl.isBareBase64("iVBORw0KGgoAAAA"));
        assertTrue(DataUrl.isBareBase64("/9j/4AAQ"));
        assertFalse(DataUrl.isBareBase64("/etc/passwd"));
        assertFalse(DataUrl.isBareBase64(""));
        assertFalse(DataUrl.is(" data:image/png;base64,AAAA"));
        assertTrue(DataUrl.is("dAtA:"));
    }

    /** Random texts give bytes or the typed exception. */
    @Test
    void randomTextsEndInTypedExceptions() {
        SplittableRandom random = new SplittableRandom(1);
        String[] parts = {
            "data:", ";", ",", "base64", "image/", "png", "%", "%4", "41", "=", "A", "-", " ", "\n", "é", "\ud800", "+"
        };
        int decoded = 0;
        for (int i = 0; i < 20_000; i++) {
            StringBuilder text = new StringBuilder(random.nextBoolean() ? "data:image/png;base64," : "data:");
            for (int n = random.nextInt(12); n > 0; n--) {
                text.append(parts[random.nextInt(parts.length)]);
            }
            try {
                DataUrl.decode(text.toString());
                decoded++;
            } catch (ImageException e) {
                assertEquals(-1, e.getMessage().indexOf('\n'));
            }
        }
        assertTrue(decoded > 100, "only " + decoded);
        assertEquals("A", new String(DataUrl.base64("QQ"), StandardCharsets.US_ASCII));
    }
}
