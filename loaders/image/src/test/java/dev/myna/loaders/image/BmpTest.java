// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.loaders.image.ImageDecoder.Orientation;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Features of common BMP writers, and malformed files. */
class BmpTest {
    private static final int[] COLORS = {0x000000, 0x112233, 0x445566, 0x778899};

    @Test
    void runsOfFourBits() {
        byte[] runs = {5, 0x12, 0, 0, 0, 5, 0x33, 0x21, 0x10, 0, 0, 1};
        assertPixels("33211/12121", decode(bmp(5, 2, 4, 2, runs)));
    }

    @Test
    void movesAndEndsLeaveColorZero() {
        byte[] runs = {1, 1, 0, 2, 1, 1, 1, 2, 0, 0, 1, 3, 0, 1};
        assertPixels("0000/3000/0020/1000", decode(bmp(4, 4, 8, 1, runs)));
        assertPixels("0000/1100", decode(bmp(4, 2, 8, 1, new byte[] {2, 1, 0, 1})));
    }

    @Test
    void runsBeyondARowAreDropped() {
        assertPixels("22/11", decode(bmp(2, 2, 8, 1, new byte[] {9, 1, 0, 0, 9, 2, 0, 1})));
    }

    @Test
    void runsThatEndEarlyOrNever() {
        assertRefused("end early", bmp(4, 4, 8, 1, new byte[] {4, 1, 0, 0, 4, 1}));
        assertRefused("end early", bmp(4, 2, 8, 1, new byte[] {4, 1}));
        byte[] noise = new byte[1 << 16];
        for (int i = 0; i < noise.length; i += 4) {
            noise[i + 1] = 2;
        }
        // Endless moves by zero.
        assertRefused("end early", bmp(4, 4, 8, 1, noise));
    }

    @Test
    void masks() {
        byte[] pixels = ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(0x3ff00001)
                .array();
        ByteBuffer bmp = header(1, 1, 32, 3, 40, 0, 12).put(new byte[0]);
        bmp.putInt(0x3ff00000).putInt(0x000ffc00).putInt(1).put(pixels);
        assertEquals(0xff00ff, Images.color(decode(bmp.array()), 0, 0));
        ByteBuffer green =
                header(1, 1, 16, 3, 40, 0, 12).putInt(0xf800).putInt(0x07e0).putInt(0x1f);
        green.putShort((short) 0b00001_100000_11111).putShort((short) 0);
        assertEquals(0x0881ff, Images.color(decode(green.array()), 0, 0));
        ByteBuffer holes = header(1, 1, 16, 3, 40, 0, 12)
                .putInt(0b101)
                .putInt(0x07e0)
                .putInt(0x1f)
                .putInt(0);
        assertRefused("holes", holes.array());
    }

    @Test
    void headerOfOs2() {
        ByteBuffer bmp = ByteBuffer.allocate(14 + 12 + 12 + 4).order(ByteOrder.LITTLE_ENDIAN);
        bmp.put((byte) 'B').put((byte) 'M').putInt(bmp.limit()).putInt(0).putInt(14 + 12 + 12);
        bmp.putInt(12)
                .putShort((short) 2)
                .putShort((short) 1)
                .putShort((short) 1)
                .putShort((short) 2);
        for (int color : COLORS) {
            bmp.put((byte) color).put((byte) (color >> 8)).put((byte) (color >> 16));
        }
        bmp.put((byte) 0b11_01_0000);
        assertPixels("31", decode(bmp.array()));
    }

    @Test
    void wrongPixelOffsetIsTolerated() {
        byte[] plain = bmp(4, 1, 8, 0, new byte[] {0, 1, 2, 3});
        for (int offset : new int[] {0, 54}) {
            byte[] wrong = plain.clone();
            ByteBuffer.wrap(wrong).order(ByteOrder.LITTLE_ENDIAN).putInt(10, offset);
            assertPixels("0123", decode(wrong));
        }
        byte[] beyond = plain.clone();
        ByteBuffer.wrap(beyond).order(ByteOrder.LITTLE_ENDIAN).putInt(10, 1 << 20);
        assertRefused("end early", beyond);
    }

    @Test
    void indexBeyondThePaletteIsGray() {
        assertEquals(0x090909, Images.color(decode(bmp(4, 1, 8, 0, new byte[] {9, 1, 2, 3})), 0, 0));
    }

    @Test
    void otherFormatsInsideABmpAreNamed() {
        assertRefused("JPEG inside a BMP", header(1, 1, 0, 4, 40, 0, 0).array());
        assertRefused("PNG inside a BMP", header(1, 1, 0, 5, 40, 0, 0).array());
        assertRefused("compression 77", header(1, 1, 24, 77, 40, 0, 0).array());
        assertRefused("Huffman", header(1, 1, 1, 3, 64, 0, 0).array());
        assertRefused("Mpixel", header(1 << 19, 1 << 19, 24, 0, 40, 0, 0).array());
        assertRefused(
                "nothing to see", header(1, Integer.MIN_VALUE, 24, 0, 40, 0, 0).array(), "Mpixel");
        assertRefused("damaged", header(1, 1, 8, 2, 40, 0, 0).array());
    }

    private static byte[] bmp(int width, int height, int bits, int compression, byte[] data) {
        ByteBuffer bmp = header(width, height, bits, compression, 40, COLORS.length, 4 * COLORS.length + data.length);
        bmp.putInt(10, 54 + 4 * COLORS.length);
        for (int color : COLORS) {
            bmp.putInt(color);
        }
        return bmp.put(data).array();
    }

    private static ByteBuffer header(int width, int height, int bits, int compression, int size, int colors, int more) {
        int pixels = bits == 16 ? 4 : bits == 32 && compression == 3 ? 4 : 0;
        ByteBuffer bmp = ByteBuffer.allocate(14 + size + more + pixels).order(ByteOrder.LITTLE_ENDIAN);
        bmp.put((byte) 'B').put((byte) 'M').putInt(bmp.limit()).putInt(0).putInt(14 + size + (pixels > 0 ? 12 : 0));
        bmp.putInt(size)
                .putInt(width)
                .putInt(height)
                .putShort((short) 1)
                .putShort((short) bits)
                .putInt(compression);
        return bmp.putInt(34, 0).putInt(46, colors).position(14 + size);
    }

    /** Rows of palette indices, top to bottom. */
    private static void assertPixels(String rows, RgbImage image) {
        String[] expected = rows.split("/");
        StringBuilder actual = new StringBuilder();
        for (int y = 0; y < image.height(); y++) {
            for (int x = 0; x < image.width(); x++) {
                int color = Images.color(image, x, y);
                actual.append(Arrays.stream(COLORS).boxed().toList().indexOf(color));
            }
            actual.append(y + 1 < image.height() ? "/" : "");
        }
        assertEquals(String.join("/", expected), actual.toString());
    }

    private static RgbImage decode(byte[] encoded) {
        return ImageDecoder.decode(encoded, "x", Orientation.IGNORE);
    }

    private static void assertRefused(String why, byte[] encoded, String... orWhy) {
        String message =
                assertThrows(ImageException.class, () -> decode(encoded)).getMessage();
        assertTrue(message.contains(why) || Arrays.stream(orWhy).anyMatch(message::contains), message);
    }
}
