// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.webp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.loaders.image.codec.Pixels;
import dev.myna.loaders.image.codec.WorkBudget;
import dev.myna.loaders.image.webp.container.WebpHeader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Pixels: the same as libwebp's, to the bit. */
@Timeout(60)
class WebpDecoderTest {
    private static final long SEED = 20_260_102;

    static List<GoldenWebp> golden() {
        return GoldenWebp.all();
    }

    @ParameterizedTest
    @MethodSource("golden")
    void sameAsLibwebp(GoldenWebp golden) throws IOException {
        Pixels pixels = decode(golden.webp());
        assertEquals(golden.width() + "x" + golden.height(), pixels.width() + "x" + pixels.height());
        assertEquals(Integer.toHexString(golden.crc32()), checksum(pixels));
    }

    @Test
    void allPredictorsAndBothWithoutMeaning() throws IOException {
        Random random = new Random(SEED);
        LosslessWriter out = new LosslessWriter(64, 9);
        out.bits(1, 1).bits(0, 2).bits(0, 3); // Predictors by blocks of 4x4.
        out.bits(0, 1);
        modes(out, 16 * 3);
        out.plain().noise(random, 64 * 9);
        // What dwebp makes of this file.
        assertEquals("e747e29a", checksum(decode(out.webp())));
    }

    @Test
    void regionsWithCodesOfTheirOwn() throws IOException {
        LosslessWriter out = new LosslessWriter(10, 6).bits(0, 2).bits(1, 1).bits(0, 3);
        // Blocks of 4x4 pixels: 3x2 of them, with codes 1, 0, 2 and 2, 1, 0; the number is in red and green.
        out.bits(0, 1);
        out.flat().single(0, 0, 0, 0);
        for (int code : new int[] {1, 0, 2, 2, 1, 0}) {
            out.symbol(code);
        }
        int[] colors = {0x102030, 0x405060, 0x708090};
        for (int color : colors) {
            out.single(color >> 8 & 0xff, color >> 16, color & 0xff, 255, 0);
        }
        Pixels pixels = decode(out.webp());
        int[][] expected = {{1, 0, 2}, {2, 1, 0}};
        for (int y = 0; y < 6; y++) {
            for (int x = 0; x < 10; x++) {
                assertEquals(colors[expected[y / 4][x / 4]], color(pixels, x, y), x + "," + y);
            }
        }
    }

    /** Ten million pixels of one colour are a few bytes: every symbol takes no bits. */
    @Test
    void largeImageOfOneColor() throws IOException {
        byte[] webp = new LosslessWriter(8191, 1300)
                .plain()
                .single(7, 200, 31, 255, 0)
                .webp();
        assertTrue(webp.length < 40);
        Pixels pixels = decode(webp);
        assertEquals(8191 * 1300 * 3, pixels.rgb().length);
        for (int i = 0; i < pixels.rgb().length; i += 3 * 997) {
            assertEquals(0xc8071f, (pixels.rgb()[i] & 0xff) << 16 | pixels.rgb()[i + 1] << 8 | pixels.rgb()[i + 2]);
        }
    }

    /**
     * Copies reach back a million pixels, which is more than a large image's decoder keeps of rows that are finished.
     */
    @Test
    void copiesOverTheLargestDistance() throws IOException {
        int width = 1 << 13;
        int height = 400;
        // The first row is noise of two colours, bit by bit; then one copy after the other.
        LosslessWriter out = new LosslessWriter(width, height).plain();
        out.bits(0, 1).bits(19 - 4, 4);
        int[] lengths = new int[280];
        lengths[0] = 1;
        lengths[1] = 2;
        lengths[256 + 23] = 2;
        writeLengths(out, lengths);
        out.single(0, 0, 255);
        out.bits(1, 1).bits(0, 1).bits(1, 1).bits(39, 8); // Distances: only the largest magnitude.
        Random random = new Random(SEED);
        int[] first = new int[1 << 20];
        for (int i = 0; i < first.length; i++) {
            first[i] = random.nextInt(2);
            out.bits(first[i] == 0 ? 0 : 1, first[i] == 0 ? 1 : 2);
        }
        int left = width * height - first.length;
        while (left > 0) {
            int length = Math.min(left, 4096);
            out.bits(3, 2).bits(length - 3073, 10).bits((1 << 20) - 1 - (3 << 18), 18);
            left -= length;
        }
        Pixels pixels = decode(out.webp());
        // Distance code 2^20 is 2^20 - 120 pixels back.
        int distance = (1 << 20) - 120;
        for (int i = 0; i < width * height; i++) {
            int from = i;
            while (from >= first.length) {
                from -= distance;
            }
            if (pixels.rgb()[3 * i + 1] != first[from]) {
                throw new AssertionError("pixel " + i);
            }
        }
    }

    @Test
    void headerTellsSizesWithoutDecoding() throws IOException {
        WebpHeader header = WebpHeader.of(GoldenWebp.named("animation-offset"));
        assertEquals("12x15", header.width() + "x" + header.height());
        assertEquals(
                "4x1 at 8,6",
                header.imageWidth() + "x" + header.imageHeight() + " at " + header.left() + "," + header.top());
        assertTrue(header.lossless());
        byte[] large = new LosslessWriter(16384, 16384).webp();
        assertEquals(16384, WebpHeader.of(large).width());
    }

    @Test
    void firstFrameLiesOnBlack() throws IOException {
        Pixels pixels = decode(GoldenWebp.named("animation-offset"));
        for (int y = 0; y < pixels.height(); y++) {
            for (int x = 0; x < pixels.width(); x++) {
                if (x < 8 || y != 6) {
                    assertEquals(0, color(pixels, x, y), x + "," + y);
                }
            }
        }
        assertTrue(color(pixels, 8, 6) != 0 || color(pixels, 9, 6) != 0);
    }

    @Test
    void bytesBehindTheContainerAreIgnored() throws IOException {
        byte[] webp = GoldenWebp.named("alpha");
        assertArrayEquals(
                decode(webp).rgb(),
                decode(Arrays.copyOf(webp, webp.length + 1001)).rgb());
    }

    /** Alpha is dropped, so its data may be anything; colours stay as they are. */
    @Test
    void alphaDataAreNotDecoded() throws IOException {
        byte[] webp = GoldenWebp.named("alpha-filtered");
        byte[] expected = decode(webp).rgb();
        byte[] damaged = webp.clone();
        int alpha = index(webp, "ALPH") + 8;
        int size = ByteBuffer.wrap(webp).order(ByteOrder.LITTLE_ENDIAN).getInt(alpha - 4);
        new Random(SEED).ints(size).forEach(new java.util.function.IntConsumer() {
            private int at = alpha;

            @Override
            public void accept(int value) {
                damaged[at++] = (byte) value;
            }
        });
        assertArrayEquals(expected, decode(damaged).rgb());
    }

    @Test
    void sizesMustAgree() {
        byte[] animated = GoldenWebp.named("animation-offset");
        byte[] outside = animated.clone();
        outside[index(outside, "ANMF") + 8] = 100;
        assertTrue(assertThrows(IOException.class, () -> decode(outside))
                .getMessage()
                .contains("beyond"));
        byte[] other = animated.clone();
        other[index(other, "ANMF") + 8 + 6]++;
        assertTrue(assertThrows(IOException.class, () -> decode(other))
                .getMessage()
                .contains("declares 5x1"));
    }

    static int index(byte[] webp, String id) {
        return new String(webp, java.nio.charset.StandardCharsets.ISO_8859_1).indexOf(id);
    }

    private static void modes(LosslessWriter out, int blocks) {
        out.flat().single(0, 0, 0, 0);
        for (int i = 0; i < blocks; i++) {
            out.symbol(i % 16);
        }
    }

    /** Code lengths, each in five bits: the code of code lengths is flat over 0, 1, 2 and 18. */
    private static void writeLengths(LosslessWriter out, int[] lengths) {
        int[] order = {17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
        for (int code : order) {
            out.bits(code <= 2 ? 2 : code == 18 ? 2 : 0, 3);
        }
        out.bits(0, 1);
        for (int length : lengths) {
            out.bits(Integer.reverse(length) >>> 30, 2);
        }
    }

    static Pixels decode(byte[] webp) throws IOException {
        return WebpDecoder.decode(webp, new WorkBudget(1L << 40, 60_000_000_000L));
    }

    private static int color(Pixels pixels, int x, int y) {
        int at = (y * pixels.width() + x) * 3;
        byte[] rgb = pixels.rgb();
        return (rgb[at] & 0xff) << 16 | (rgb[at + 1] & 0xff) << 8 | rgb[at + 2] & 0xff;
    }

    private static String checksum(Pixels pixels) {
        CRC32 crc = new CRC32();
        crc.update(pixels.rgb());
        return Long.toHexString(crc.getValue());
    }
}
