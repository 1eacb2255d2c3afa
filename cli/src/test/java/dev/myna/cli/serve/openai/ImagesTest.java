// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.serve.openai;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.cli.serve.TestServer;
import dev.myna.cli.serve.http.ApiException;
import dev.myna.cli.serve.http.Limits;
import dev.myna.loaders.image.ImageDecoder.Orientation;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** S-04 and S-05: only images that come with the request are looked at. */
class ImagesTest {
    private final Images images = new Images(TestServer.LIMITS, Orientation.IGNORE);

    private static byte[] encoded(String format, int width, int height) throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        assertTrue(ImageIO.write(new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB), format, out));
        return out.toByteArray();
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    private ApiException refusal(String url) {
        try (Images.Album album = images.album()) {
            ApiException refused = assertThrows(ApiException.class, () -> album.add(url, "here"), url);
            assertEquals(400, refused.status());
            assertEquals("here", refused.param());
            return refused;
        }
    }

    @Test
    void imagesOfEveryKindAreRead() throws Exception {
        try (Images.Album album = images.album()) {
            for (String type : new String[] {"png", "jpeg", "gif", "bmp"}) {
                String url = "data:image/" + type + ";base64," + base64(encoded(type, 3, 2));
                assertEquals(3, album.add(url, "here").width(), type);
            }
            // What the content is decides; browsers guess types from file names.
            assertEquals(
                    4,
                    album.add("DATA:image/webp;base64," + base64(encoded("png", 4, 4)), "here")
                            .height());
            assertEquals(3 * (4 * 6 + 16), images.held());
        }
        assertEquals(0, images.held());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://example.com/a.png",
                "HTTPS://example.com/a.png",
                "https://user:secret@example.com/a.png",
                "http://[::1]/a.png",
                "http://[::ffff:127.0.0.1]:80/a.png",
                "http://127.1/a.png",
                "http:\\\\localhost\\a.png",
                "ftp://example.com/a.png",
                "file:///etc/passwd",
                "file:C:\\a.png",
                "\\\\server\\share\\a.png",
                "/etc/passwd",
                "../cat.png",
                "blob:http://localhost/1",
                "javascript:alert(1)",
                " data:image/png;base64,AAAA",
                ""
            })
    void imageUrlsAreNeverFetched(String url) {
        assertEquals("unsupported_url", refusal(url).code());
    }

    @Test
    void wrongTypesAndWrongBase64AreRefused() throws Exception {
        String png = base64(encoded("png", 2, 2));
        for (String url : new String[] {
            "data:,hello",
            "data:image/png",
            "data:image/png," + png,
            "data:image/png;utf8," + png,
            "data:text/html;base64," + png,
            "data:image/svg+xml;base64,PHN2Zy8+",
            "data:application/pdf;base64," + png,
            "data:image/png;base64,",
            "data:image/png;base64,!!!!",
            "data:image/png;base64," + "x".repeat(300),
            "data:image/png;base64," + base64("not an image".getBytes(StandardCharsets.UTF_8)),
            "data:" + "x".repeat(100_000),
        }) {
            ApiException refused = refusal(url);
            assertEquals("invalid_image", refused.code(), url);
            assertFalse(
                    refused.getMessage().contains("0x") || refused.getMessage().contains("java."),
                    refused.getMessage());
            assertTrue(refused.getMessage().length() < 300, refused.getMessage());
        }
    }

    /** A client that has left: nobody waits for a turn in its name, or decodes for it. */
    @Test
    void interruptEndsWaitingForADecoder() throws Exception {
        String url = "data:image/png;base64," + base64(encoded("png", 3, 2));
        try (Images.Album album = images.album()) {
            Thread.currentThread().interrupt();
            try {
                assertEquals(
                        "interrupted",
                        assertThrows(ApiException.class, () -> album.add(url, "here"))
                                .code());
            } finally {
                assertTrue(Thread.interrupted());
            }
            // No turn was lost.
            for (int i = 0; i < 2 * Runtime.getRuntime().availableProcessors() && i < 6; i++) {
                assertEquals(3, album.add(url, "here").width());
            }
        }
        assertEquals(0, images.held());
    }

    @Test
    void imagesOfAllRequestsStayWithinABound() throws Exception {
        Limits small = new Limits(
                1 << 20,
                1 << 20,
                8,
                3 * 100 * 100,
                TestServer.LIMITS.heartbeat(),
                TestServer.LIMITS.write(),
                TestServer.LIMITS.linger());
        Images bounded = new Images(small, Orientation.IGNORE);
        String url = "data:image/png;base64," + base64(encoded("png", 80, 80));
        try (Images.Album second = bounded.album()) {
            try (Images.Album first = bounded.album()) {
                first.add(url, "here");
                assertEquals(
                        429,
                        assertThrows(ApiException.class, () -> second.add(url, "here"))
                                .status());
            }
            second.add(url, "here");
        }
        assertEquals(0, bounded.held());
    }
}
