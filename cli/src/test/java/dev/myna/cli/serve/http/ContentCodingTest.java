// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.serve.http;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

/** Bodies with a {@code Content-Encoding}: decoded within the bounds of a body, or 415 with what is accepted. */
class ContentCodingTest {
    private static final int MOST = 1 << 20;

    private static byte[] text(int length) {
        byte[] text = new byte[length];
        Arrays.fill(text, (byte) 'x');
        return text;
    }

    private static byte[] gzip(byte[] bytes) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (OutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(bytes);
        }
        return out.toByteArray();
    }

    private static byte[] deflate(byte[] bytes, boolean raw) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (OutputStream deflate = new DeflaterOutputStream(out, new Deflater(Deflater.DEFAULT_COMPRESSION, raw))) {
            deflate.write(bytes);
        }
        return out.toByteArray();
    }

    private static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    private static byte[] decode(ContentCoding coding, byte[] body) {
        return coding.decode(body, MOST, _ -> {});
    }

    private static ApiException refusal(ContentCoding coding, byte[] body) {
        return assertThrows(ApiException.class, () -> decode(coding, body));
    }

    @Test
    void contentEncodingHeadersAreParsed() {
        assertSame(ContentCoding.NONE, ContentCoding.of(List.of()));
        assertSame(ContentCoding.NONE, ContentCoding.of(List.of("identity", "")));
        assertSame(ContentCoding.GZIP, ContentCoding.of(List.of("GZip")));
        assertSame(ContentCoding.GZIP, ContentCoding.of(List.of(" x-gzip , identity")));
        assertSame(ContentCoding.DEFLATE, ContentCoding.of(List.of("deflate")));
        for (String other : new String[] {"br", "zstd", "gzip, gzip", "gzip, deflate", "compress", "\u202ex"}) {
            ApiException refused = assertThrows(ApiException.class, () -> ContentCoding.of(List.of(other)), other);
            assertEquals(415, refused.status());
            assertTrue(refused.getMessage().contains("gzip or deflate"), refused.getMessage());
        }
    }

    @Test
    void everyContentCodingIsDecoded() throws IOException {
        for (int length : new int[] {0, 1, 1000, 16 << 10, 16 << 10 | 1, 100_000, MOST}) {
            byte[] text = text(length);
            assertArrayEquals(text, decode(ContentCoding.GZIP, gzip(text)));
            assertArrayEquals(text, decode(ContentCoding.DEFLATE, deflate(text, false)));
            assertArrayEquals(text, decode(ContentCoding.DEFLATE, deflate(text, true)));
        }
        assertArrayEquals(text(5), decode(ContentCoding.GZIP, joined(gzip(text(2)), gzip(text(0)), gzip(text(3)))));
        // All optional fields of a header.
        byte[] plain = gzip(text(7));
        byte[] header = {0x1F, (byte) 0x8B, 8, 2 | 4 | 8 | 16, 0, 0, 0, 0, 0, 3, 2, 0, 9, 9, 'n', 0, 'c', 0, 7, 7};
        assertArrayEquals(
                text(7), decode(ContentCoding.GZIP, joined(header, Arrays.copyOfRange(plain, 10, plain.length))));
    }

    @Test
    void decompressionBombsStopAtTheLimit() throws IOException {
        for (byte[] bomb : new byte[][] {gzip(text(50 << 20)), joined(gzip(text(MOST)), gzip(text(1)))}) {
            assertEquals(413, refusal(ContentCoding.GZIP, bomb).status());
        }
        assertEquals(
                413,
                refusal(ContentCoding.DEFLATE, deflate(text(MOST + 1), true)).status());
        long[] taken = {0};
        assertThrows(
                ApiException.class,
                () -> ContentCoding.GZIP.decode(gzip(text(50 << 20)), MOST, more -> taken[0] += more));
        assertTrue(taken[0] <= MOST + 1, taken[0] + " bytes");
        byte[][] members = new byte[100_000][];
        Arrays.fill(members, gzip(text(0)));
        assertEquals(
                "invalid_encoding", refusal(ContentCoding.GZIP, joined(members)).code());
    }

    @Test
    void damagedBodiesAreRefused() throws IOException {
        byte[] good = gzip(text(1000));
        for (int length = 0; length < good.length; length++) {
            assertEquals(
                    400,
                    refusal(ContentCoding.GZIP, Arrays.copyOf(good, length)).status(),
                    "cut at " + length);
        }
        byte[] deflated = deflate(text(1000), false);
        for (int length = 0; length < deflated.length; length++) {
            assertEquals(
                    400,
                    refusal(ContentCoding.DEFLATE, Arrays.copyOf(deflated, length))
                            .status());
        }
        assertEquals(400, refusal(ContentCoding.GZIP, joined(good, new byte[3])).status());
        assertEquals(
                400,
                refusal(ContentCoding.DEFLATE, joined(deflated, new byte[3])).status());
        assertEquals(400, refusal(ContentCoding.GZIP, text(100)).status());
        SplittableRandom random = new SplittableRandom(1);
        int decoded = 0;
        for (int i = 0; i < 5000; i++) {
            byte[] changed = (random.nextBoolean() ? good : deflated).clone();
            for (int n = random.nextInt(4); n >= 0; n--) {
                changed[random.nextInt(changed.length)] = (byte) random.nextInt();
            }
            try {
                decode(random.nextBoolean() ? ContentCoding.GZIP : ContentCoding.DEFLATE, changed);
                decoded++;
            } catch (ApiException e) {
                assertTrue(e.status() == 400 || e.status() == 413, e.getMessage());
            }
        }
        assertTrue(decoded < 1000, "checksums are looked at: " + decoded);
    }

    @Test
    void interruptEndsDecompression() throws IOException {
        byte[] body = gzip(text(MOST));
        Thread.currentThread().interrupt();
        try {
            assertEquals("interrupted", refusal(ContentCoding.GZIP, body).code());
        } finally {
            assertTrue(Thread.interrupted());
        }
        assertEquals("x", new String(decode(ContentCoding.GZIP, gzip(text(1))), StandardCharsets.US_ASCII));
    }
}
