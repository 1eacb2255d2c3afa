// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image;

import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.loaders.image.ImageDecoder.Orientation;
import dev.myna.testing.Allocation;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** TIFF beyond what the JDK writes, and hostile directories. */
class TiffTest {
    private static final ByteOrder[] ORDERS = {ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN};

    @Test
    void bothByteOrdersAndBigTiff() {
        byte[] pixels = {10, 20, 30, 40, 50, 60};
        for (ByteOrder order : ORDERS) {
            Tiff tiff = new Tiff(order, 2, 1)
                    .set(262, 2)
                    .set(258, 8, 8, 8)
                    .set(277, 3)
                    .strip(pixels);
            assertColors(tiff.encode(), 0x0a141e, 0x28323c);
            assertColors(tiff.encodeBig(), 0x0a141e, 0x28323c);
        }
    }

    @Test
    void inksGraysAndPlanes() {
        for (ByteOrder order : ORDERS) {
            byte[] inks = {(byte) 255, 0, 0, 0, 0, 0, 0, (byte) 200};
            assertColors(
                    new Tiff(order, 2, 1)
                            .set(262, 5)
                            .set(258, 8, 8, 8, 8)
                            .set(277, 4)
                            .strip(inks)
                            .encode(),
                    0x00ffff,
                    0x373737);
            assertColors(
                    new Tiff(order, 8, 1)
                            .set(262, 0)
                            .set(258, 1)
                            .strip(new byte[] {(byte) 0b1000_0000})
                            .encode(),
                    0,
                    0xffffff,
                    0xffffff,
                    0xffffff,
                    0xffffff,
                    0xffffff,
                    0xffffff,
                    0xffffff);
            Tiff planes = new Tiff(order, 2, 1)
                    .set(262, 2)
                    .set(258, 8, 8, 8)
                    .set(277, 3)
                    .set(284, 2);
            assertColors(
                    planes.strip(new byte[] {1, 2}, new byte[] {3, 4}, new byte[] {5, 6})
                            .encode(),
                    0x010305,
                    0x020406);
            byte[] reversed = {(byte) 0b1000_0000, 0, 0};
            assertColors(
                    new Tiff(order, 1, 1)
                            .set(262, 2)
                            .set(258, 8, 8, 8)
                            .set(277, 3)
                            .set(266, 2)
                            .strip(reversed)
                            .encode(),
                    0x010000);
            byte[] premultiplied = {50, 100, 0, (byte) 128};
            assertColors(
                    new Tiff(order, 1, 1)
                            .set(262, 2)
                            .set(258, 8, 8, 8, 8)
                            .set(277, 4)
                            .set(338, 1)
                            .strip(premultiplied)
                            .encode(),
                    0x63c700);
            assertColors(
                    new Tiff(order, 1, 1)
                            .set(262, 2)
                            .set(258, 8, 8, 8, 8)
                            .set(277, 4)
                            .set(338, 2)
                            .strip(premultiplied)
                            .encode(),
                    0x326400);
        }
    }

    @Test
    void differencesOfSixteenBits() {
        for (ByteOrder order : ORDERS) {
            ByteBuffer row =
                    ByteBuffer.allocate(4).order(order).putShort((short) 0x12f0).putShort((short) 0x0120);
            Tiff tiff =
                    new Tiff(order, 2, 1).set(262, 1).set(258, 16).set(259, 8).set(317, 2);
            assertColors(tiff.strip(Images.deflate(row.array())).encode(), 0x121212, 0x141414);
        }
    }

    @Test
    void theOrientationIsApplied() {
        Tiff tiff = new Tiff(ByteOrder.BIG_ENDIAN, 2, 1)
                .set(262, 1)
                .set(258, 8)
                .set(274, 6)
                .strip(new byte[] {1, 2});
        for (byte[] encoded : new byte[][] {tiff.encode(), tiff.encodeBig()}) {
            assertEquals(
                    2, ImageDecoder.decode(encoded, "x", Orientation.IGNORE).width());
            RgbImage upright = ImageDecoder.decode(encoded, "x");
            assertEquals(1, upright.width());
            assertArrayEquals(new byte[] {1, 1, 1, 2, 2, 2}, upright.rgb());
        }
    }

    @Test
    void unsupportedFeaturesAreNamed() {
        Map<Integer, String> compressions = Map.of(
                2,
                "fax",
                4,
                "fax",
                6,
                "JPEG",
                7,
                "JPEG",
                34_712,
                "JPEG 2000",
                50_000,
                "Zstandard",
                50_001,
                "WebP",
                34_925,
                "LZMA",
                12_345,
                "number 12345");
        compressions.forEach((number, name) -> assertRefused(name, gray().set(259, number)));
        assertRefused("YCbCr", gray().set(262, 6).set(277, 3).set(258, 8, 8, 8));
        assertRefused("L*a*b*", gray().set(262, 8).set(277, 3).set(258, 8, 8, 8));
        assertRefused("floating-point samples of 32 bits", gray().set(258, 32).set(339, 3));
        assertRefused("different widths", gray().set(262, 2).set(277, 3).set(258, 5, 6, 5));
        assertRefused("predictor 3", gray().set(317, 3));
        assertRefused("40000 samples", gray().set(277, 40_000));
        assertRefused("inks other than CMYK", gray().set(262, 5).set(332, 2).set(277, 4));
    }

    @Test
    void hostileDirectories() {
        assertRefused("Mpixel", gray().set(256, 1 << 18).set(257, 1 << 18));
        assertRefused("nothing to see", gray().set(256, 0));
        assertRefused("tiles of", gray().set(324, 8).set(325, 1).set(322, 0).set(323, 16));
        assertRefused("end early", gray().set(273, 1 << 30));
        assertRefused("has no value", gray().set(278, 1).set(257, 4));
        byte[] loop = gray().encode();
        ByteBuffer.wrap(loop).order(ByteOrder.LITTLE_ENDIAN).putInt(loop.length - 4, 8);
        ImageDecoder.decode(loop, "x");
        byte[] nowhere = gray().encode();
        ByteBuffer.wrap(nowhere).order(ByteOrder.LITTLE_ENDIAN).putInt(4, -1);
        assertTrue(refused(nowhere).contains("end early"));
    }

    @Test
    void allocationIsBoundedByTheBytes() {
        for (int compression : new int[] {1, 5, 8, 32_773}) {
            byte[] file = new Tiff(ByteOrder.LITTLE_ENDIAN, 8192, 8192)
                    .set(262, 1)
                    .set(258, 8)
                    .set(259, compression)
                    .strip(new byte[2000])
                    .encode();
            long before = Allocation.bytes();
            assertTrue(refused(file).contains("end early"));
            assertTrue(Allocation.bytes() - before < 4 << 20);
        }
    }

    @Test
    void tileLargerThanTheImageCostsWork() {
        // Sixteen columns of an image whose tiles are a million columns wide, each decoded row by row.
        int rows = 1 << 16;
        Tiff tiff = new Tiff(ByteOrder.LITTLE_ENDIAN, 16, rows)
                .set(262, 1)
                .set(258, 8)
                .set(259, 8);
        tiff.set(322, 1 << 20)
                .set(323, rows)
                .strip(Images.deflate(new byte[1 << 22]))
                .tiled();
        long before = Allocation.bytes();
        String message = assertTimeoutPreemptively(ofSeconds(60), () -> refused(tiff.encode()));
        assertTrue(message.contains("more work") || message.contains("end early"), message);
        assertTrue(Allocation.bytes() - before < 64 << 20);
    }

    @Test
    void stripsThatShareTheirBytesAreBounded() {
        // Each of many one-row strips is the same megabyte of codes that mean nothing.
        byte[] clears = new byte[1 << 20];
        for (int i = 0; i < clears.length; i++) {
            clears[i] = (byte) (0b100000000_100000000L >> 7 - i % 8 & 0xff);
        }
        int rows = 50_000;
        int[] offsets = new int[rows];
        int[] counts = new int[rows];
        java.util.Arrays.fill(offsets, 8);
        java.util.Arrays.fill(counts, clears.length);
        Tiff tiff = new Tiff(ByteOrder.BIG_ENDIAN, 16, rows)
                .set(262, 1)
                .set(258, 8)
                .set(259, 32_773)
                .set(278, 1);
        byte[] padding = new byte[1 << 20];
        java.util.Arrays.fill(padding, (byte) 128);
        byte[] encoded = tiff.strip(padding).set(273, offsets).set(279, counts).encode();
        String message = assertTimeoutPreemptively(ofSeconds(60), () -> refused(encoded));
        assertTrue(message.contains("end early") || message.contains("more work"), message);
    }

    private static Tiff gray() {
        return new Tiff(ByteOrder.LITTLE_ENDIAN, 1, 1).set(262, 1).set(258, 8).strip(new byte[] {7});
    }

    private static void assertColors(byte[] encoded, int... colors) {
        RgbImage image = ImageDecoder.decode(encoded, "x");
        for (int i = 0; i < colors.length; i++) {
            assertEquals(Integer.toHexString(colors[i]), Integer.toHexString(Images.color(image, i, 0)));
        }
    }

    private static void assertRefused(String why, Tiff tiff) {
        String message = refused(tiff.encode());
        assertTrue(message.contains(why), message);
        message = refused(tiff.encodeBig());
        assertTrue(message.contains(why), message);
    }

    private static String refused(byte[] encoded) {
        return assertThrows(ImageException.class, () -> ImageDecoder.decode(encoded, "x"))
                .getMessage();
    }

    /** A file of one directory; all values are 32 bits wide. */
    private static final class Tiff {
        private final ByteOrder order;
        private final Map<Integer, int[]> tags = new TreeMap<>();
        private final List<byte[]> strips = new ArrayList<>();
        private boolean tiles;

        Tiff(ByteOrder order, int width, int height) {
            this.order = order;
            set(256, width).set(257, height).set(259, 1).set(278, height);
        }

        Tiff set(int tag, int... values) {
            tags.put(tag, values);
            return this;
        }

        Tiff strip(byte[]... data) {
            strips.clear();
            strips.addAll(List.of(data));
            return this;
        }

        Tiff tiled() {
            tiles = true;
            return this;
        }

        byte[] encode() {
            return encode(8, 2, 12, 4);
        }

        byte[] encodeBig() {
            return encode(16, 8, 20, 8);
        }

        private byte[] encode(int headerBytes, int countBytes, int entryBytes, int valueBytes) {
            int at = headerBytes;
            int[] offsets = new int[strips.size()];
            int[] counts = new int[strips.size()];
            for (int i = 0; i < offsets.length; i++) {
                offsets[i] = at;
                counts[i] = strips.get(i).length;
                at += counts[i];
            }
            Map<Integer, int[]> all = new TreeMap<>(tags);
            all.putIfAbsent(tiles ? 324 : 273, offsets);
            all.putIfAbsent(tiles ? 325 : 279, counts);
            int values = 0;
            for (int[] v : all.values()) {
                values += 4 * v.length;
            }
            int directory = at + values;
            ByteBuffer file = ByteBuffer.allocate(directory + countBytes + entryBytes * all.size() + valueBytes)
                    .order(order);
            file.put((byte) (order == ByteOrder.BIG_ENDIAN ? 'M' : 'I')).put(file.get(0));
            if (valueBytes == 8) {
                file.putShort((short) 43)
                        .putShort((short) 8)
                        .putShort((short) 0)
                        .putLong(directory);
            } else {
                file.putShort((short) 42).putInt(directory);
            }
            strips.forEach(file::put);
            file.position(directory);
            if (countBytes == 8) {
                file.putLong(all.size());
            } else {
                file.putShort((short) all.size());
            }
            for (Map.Entry<Integer, int[]> tag : all.entrySet()) {
                file.putShort(tag.getKey().shortValue()).putShort((short) 4);
                int[] v = tag.getValue();
                if (valueBytes == 8) {
                    file.putLong(v.length);
                } else {
                    file.putInt(v.length);
                }
                int place = 4 * v.length > valueBytes ? at : file.position();
                if (4 * v.length > valueBytes) {
                    if (valueBytes == 8) {
                        file.putLong(at);
                    } else {
                        file.putInt(at);
                    }
                    at += 4 * v.length;
                } else {
                    file.position(place + valueBytes);
                }
                for (int i = 0; i < v.length; i++) {
                    file.putInt(place + 4 * i, v[i]);
                }
            }
            return file.array();
        }
    }
}
