// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.loaders.image.ImageDecoder.Orientation;
import dev.myna.testing.Allocation;
import java.awt.Point;
import java.awt.color.ColorSpace;
import java.awt.color.ICC_Profile;
import java.awt.image.BufferedImage;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import javax.imageio.IIOImage;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriter;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.metadata.IIOMetadataNode;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The decode rules of docs/spec/models.md 4.1, and the image cases I-04 to I-06 of the safety contract. */
class ImageDecoderTest {
    private static final int RED = 0xff0000;

    @ParameterizedTest
    @ValueSource(strings = {"png", "bmp"})
    void losslessFormatsReturnTheirPixels(String format) {
        RgbImage gradient = Images.gradient();
        assertSamePixels(gradient, decode(Images.encode(format, Images.buffered(gradient))));
    }

    @Test
    void webp() {
        assertSamePixels(Images.gradient(), decode(Images.WEBP_LOSSLESS));
        assertSamePixels(Images.gradient(), decode(Images.WEBP_ALPHA));
        assertTrue(meanDifference(Images.gradient(), decode(Images.WEBP_LOSSY)) < 12);
    }

    @Test
    void jpegIsCloseToItsSource() {
        RgbImage decoded = decode(Images.encode("jpeg", Images.buffered(Images.gradient())));
        assertTrue(meanDifference(Images.gradient(), decoded) < 6);
    }

    @Test
    void i04AnimatedGifGivesTheFirstFrameOnItsScreen() throws Exception {
        RgbImage image = decode(animatedGif(3));
        assertEquals(10, image.width());
        assertEquals(8, image.height());
        assertEquals(RED, Images.color(image, 2, 3));
        assertEquals(RED, Images.color(image, 7, 6));
        assertEquals(0x010203, Images.color(image, 1, 3));
        assertEquals(0x010203, Images.color(image, 8, 6));
    }

    @Test
    void i04ManyFramesCostNoMoreThanOne() throws Exception {
        byte[] many = animatedGif(3000);
        long before = Allocation.bytes();
        assertEquals(RED, Images.color(decode(many), 2, 3));
        assertTrue(Allocation.bytes() - before < many.length + (8 << 20));
    }

    @Test
    void i04AnimatedWebpGivesTheFirstFrame() {
        RgbImage image = decode(Images.WEBP_ANIMATED);
        assertEquals(24, image.width());
        assertEquals(16, image.height());
        assertEquals(RED, Images.color(image, 0, 0));
        assertEquals(RED, Images.color(image, 23, 15));
        RgbImage offset = decode(Images.WEBP_ANIMATED_OFFSET);
        assertEquals(24, offset.width());
        assertEquals(RED, Images.color(offset, 4, 2));
        assertEquals(RED, Images.color(offset, 11, 7));
        assertEquals(0, Images.color(offset, 3, 2));
        assertEquals(0, Images.color(offset, 12, 7));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
    void i05Orientation(int tag) {
        // What each tag says of the stored corner: where it belongs in the upright image.
        String[] stored = {"ab", "ba", "dc", "cd", "ac", "bd", "db", "ca"};
        String[] below = {"cd", "dc", "ba", "ab", "bd", "ac", "ca", "db"};
        String upright = "abcd";
        RgbImage image = letters(stored[tag - 1] + below[tag - 1]);
        byte[] plain = Images.encode("png", Images.buffered(image));
        for (ByteOrder order : new ByteOrder[] {ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN}) {
            byte[] tagged = withExif(plain, exif(order, tag));
            assertSamePixels(image, ImageDecoder.decode(tagged, "x", Orientation.IGNORE));
            assertSamePixels(expected(tag, upright), ImageDecoder.decode(tagged, "x", Orientation.APPLY));
        }
    }

    @Test
    void i05OrientationOfJpegAndWebp() {
        byte[] exif = exif(ByteOrder.BIG_ENDIAN, 6);
        byte[] jpeg = Images.encode("jpeg", Images.buffered(Images.gradient()));
        byte[] prefix = "Exif\0\0".getBytes(StandardCharsets.ISO_8859_1);
        byte[] tagged = Images.withSegment(jpeg, Images.segment(0xe1, Images.join(prefix, exif)));
        assertEquals(24, decode(tagged).width());
        assertEquals(16, ImageDecoder.decode(tagged, "x", Orientation.APPLY).width());
        assertSamePixels(decode(jpeg), decode(tagged));
        byte[] webp = extendedWebp(0x08, new byte[0], exif);
        assertEquals(24, decode(webp).width());
        assertEquals(16, ImageDecoder.decode(webp, "x", Orientation.APPLY).width());
        assertEquals(16, ImageDecoder.decode(webp, "x").width());
    }

    @Test
    void i05AbsurdExifIsIgnored() {
        byte[] plain = Images.encode("png", Images.buffered(Images.gradient()));
        byte[] valid = exif(ByteOrder.BIG_ENDIAN, 6);
        for (int i = 0; i < valid.length; i++) {
            for (int value : new int[] {0, 0x7f, 0xff}) {
                byte[] absurd = valid.clone();
                absurd[i] = (byte) value;
                ImageDecoder.decode(withExif(plain, absurd), "x", Orientation.APPLY);
            }
            ImageDecoder.decode(withExif(plain, Arrays.copyOf(valid, i)), "x", Orientation.APPLY);
        }
        byte[] jpeg = Images.encode("jpeg", Images.buffered(Images.gradient()));
        byte[] segment = Images.segment(0xe1, Images.join("Exif\0\0".getBytes(StandardCharsets.US_ASCII), valid));
        for (int i = 10; i < segment.length; i++) {
            byte[] absurd = segment.clone();
            absurd[i] = (byte) 0xff;
            ImageDecoder.decode(Images.withSegment(jpeg, absurd), "x", Orientation.APPLY);
        }
    }

    @Test
    void i06CmykAndYcckJpeg() {
        WritableRaster inks = Raster.createInterleavedRaster(0, 16, 16, 4, new Point());
        for (int i = 0; i < 256; i++) {
            inks.setPixel(i % 16, i / 16, new int[] {200, 100, 50, 180});
        }
        byte[] stored = Images.encode("jpeg", new IIOImage(inks, null, null));
        // No Adobe segment or transform 0: inverted CMYK. 180 - (255 - 200) * 180 / 255 = 141 and so on.
        assertNear(0x8d4723, decode(stored));
        assertNear(0x8d4723, decode(Images.withSegment(stored, adobe(0))));
        // Transform 2: Y = 200, Cb = 100, Cr = 50 are the upright inks (91, 255, 150), under 180.
        assertNear(180 - 91 * 180 / 255 << 16 | 180 - 150 * 180 / 255, decode(Images.withSegment(stored, adobe(2))));
    }

    @Test
    void i06ThreeComponentsWithoutMarkersAreYcc() {
        WritableRaster samples = Raster.createInterleavedRaster(0, 16, 16, 3, new Point());
        for (int i = 0; i < 256; i++) {
            samples.setPixel(i % 16, i / 16, new int[] {150, 128, 128});
        }
        byte[] stored = Images.encode("jpeg", new IIOImage(samples, null, null));
        assertNear(0x969696, decode(Images.withSegment(stored, adobe(1))));
        assertNear(0x968080, decode(Images.withSegment(stored, adobe(0))));
    }

    @Test
    void i06SixteenBitsTakeTheHighByte() {
        byte[] rgb = {0, 0x12, (byte) 0xff, 0x34, (byte) 0x80, 0x00, 0x7f};
        assertEquals(0x123400, Images.color(decode(Images.png(1, 1, 16, 2, rgb)), 0, 0));
        byte[] gray = {0, (byte) 0xab, (byte) 0xff};
        assertEquals(0xababab, Images.color(decode(Images.png(1, 1, 16, 0, gray)), 0, 0));
        byte[] grayAlpha = {0, (byte) 0xab, (byte) 0xff, 0, 0};
        assertEquals(0xababab, Images.color(decode(Images.png(1, 1, 16, 4, grayAlpha)), 0, 0));
    }

    @Test
    void i06GrayKeepsItsSamples() {
        byte[] row = new byte[257];
        for (int i = 0; i < 256; i++) {
            row[i + 1] = (byte) i;
        }
        RgbImage png = decode(Images.png(256, 1, 8, 0, row));
        BufferedImage gray = new BufferedImage(256, 1, BufferedImage.TYPE_BYTE_GRAY);
        gray.getRaster().setDataElements(0, 0, 256, 1, Arrays.copyOfRange(row, 1, 257));
        RgbImage bmp = decode(Images.encode("bmp", gray));
        RgbImage gif = decode(Images.encode("gif", gray));
        for (int i = 0; i < 256; i++) {
            assertEquals(i * 0x010101, Images.color(png, i, 0));
            assertEquals(i * 0x010101, Images.color(bmp, i, 0));
            assertEquals(i * 0x010101, Images.color(gif, i, 0));
        }
        RgbImage twoBits = decode(Images.png(4, 1, 2, 0, new byte[] {0, 0b00_01_10_11}));
        assertEquals(0x555555, Images.color(twoBits, 1, 0));
        assertEquals(0xffffff, Images.color(twoBits, 3, 0));
    }

    @Test
    void i06AlphaIsDroppedAndColoursKept() {
        byte[] rgba = {0, 10, 20, 30, 0, 40, 50, 60, (byte) 128};
        RgbImage image = decode(Images.png(2, 1, 8, 6, rgba));
        assertEquals(0x0a141e, Images.color(image, 0, 0));
        assertEquals(0x28323c, Images.color(image, 1, 0));
        byte[] transparentColour = Images.chunk("tRNS", new byte[] {0, 10, 0, 20, 0, 30});
        assertEquals(
                0x0a141e,
                Images.color(decode(Images.png(1, 1, 8, 2, new byte[] {0, 10, 20, 30}, transparentColour)), 0, 0));
    }

    @Test
    void i06PaletteIsExpandedAndIndicesBeyondItAreHarmless() {
        byte[] palette = Images.chunk("PLTE", new byte[] {1, 2, 3, 4, 5, 6});
        byte[] transparent = Images.chunk("tRNS", new byte[] {0, 77});
        RgbImage image = decode(Images.png(3, 1, 8, 3, new byte[] {0, 0, 1, 9}, palette, transparent));
        assertEquals(0x010203, Images.color(image, 0, 0));
        assertEquals(0x040506, Images.color(image, 1, 0));
    }

    @Test
    void i06ProfilesAreNotApplied() {
        byte[] profile = ICC_Profile.getInstance(ColorSpace.CS_LINEAR_RGB).getData();
        byte[] iccp = Images.chunk("iCCP", Images.join(new byte[] {'x', 0, 0}, Images.deflate(profile)));
        byte[] pixel = {0, 10, 100, (byte) 200};
        assertEquals(0x0a64c8, Images.color(decode(Images.png(1, 1, 8, 2, pixel, iccp)), 0, 0));

        byte[] jpeg = Images.encode("jpeg", Images.buffered(Images.gradient()));
        byte[] tag = "ICC_PROFILE\0\1\1".getBytes(StandardCharsets.ISO_8859_1);
        byte[] withProfile = Images.withSegment(jpeg, Images.segment(0xe2, Images.join(tag, profile)));
        assertSamePixels(decode(jpeg), decode(withProfile));

        assertSamePixels(Images.gradient(), decode(extendedWebp(0x20, profile, new byte[0])));
    }

    @Test
    void i06SixteenBitBmpIsStretched() {
        BufferedImage image = new BufferedImage(2, 1, BufferedImage.TYPE_USHORT_555_RGB);
        image.setRGB(0, 0, 0xffffff);
        image.setRGB(1, 0, 0xff0000);
        RgbImage decoded = decode(Images.encode("bmp", image));
        assertEquals(0xffffff, Images.color(decoded, 0, 0));
        assertEquals(0xff0000, Images.color(decoded, 1, 0));
    }

    @Test
    void i06ProfileFileNamedByABmpIsNotOpened() {
        byte[] plain = Images.encode("bmp", Images.buffered(Images.gradient()));
        int pixels = ByteBuffer.wrap(plain).order(ByteOrder.LITTLE_ENDIAN).getInt(10);
        byte[] name = "/nowhere/profile.icc\0".getBytes(StandardCharsets.US_ASCII);
        ByteBuffer v5 = ByteBuffer.allocate(14 + 124 + plain.length - pixels + name.length)
                .order(ByteOrder.LITTLE_ENDIAN);
        v5.put(plain, 0, 14).putInt(2, v5.limit()).putInt(10, 14 + 124).putInt(14, 124);
        v5.put(18, plain, 18, 36);
        v5.put(70, new byte[] {'K', 'N', 'I', 'L'});
        v5.putInt(14 + 112, 124 + plain.length - pixels).putInt(14 + 116, name.length);
        v5.put(14 + 124, plain, pixels, plain.length - pixels);
        v5.put(v5.limit() - name.length, name);
        assertSamePixels(Images.gradient(), decode(v5.array()));
    }

    private static RgbImage decode(byte[] encoded) {
        return ImageDecoder.decode(encoded, "x", Orientation.IGNORE);
    }

    private static void assertSamePixels(RgbImage expected, RgbImage actual) {
        assertEquals(expected.width(), actual.width());
        assertEquals(expected.height(), actual.height());
        assertArrayEquals(expected.rgb(), actual.rgb());
    }

    private static void assertNear(int color, RgbImage image) {
        for (int i = 0; i < image.rgb().length; i++) {
            int expected = color >> 16 - 8 * (i % 3) & 0xff;
            int actual = image.rgb()[i] & 0xff;
            assertTrue(Math.abs(expected - actual) <= 2, "channel " + i % 3 + ": " + expected + ", got " + actual);
        }
    }

    private static double meanDifference(RgbImage expected, RgbImage actual) {
        long sum = 0;
        for (int i = 0; i < expected.rgb().length; i++) {
            sum += Math.abs((expected.rgb()[i] & 0xff) - (actual.rgb()[i] & 0xff));
        }
        return (double) sum / expected.rgb().length;
    }

    private static byte[] adobe(int transform) {
        byte[] data = {'A', 'd', 'o', 'b', 'e', 0, 100, 0, 0, 0, 0, (byte) transform};
        return Images.segment(0xee, data);
    }

    /** Two by two blocks of 3x2 pixels, one colour per letter. */
    private static RgbImage letters(String letters) {
        return letters(letters, 3, 2);
    }

    private static RgbImage letters(String letters, int blockWidth, int blockHeight) {
        int width = 2 * blockWidth;
        byte[] rgb = new byte[width * 2 * blockHeight * 3];
        for (int i = 0; i < rgb.length / 3; i++) {
            int letter = letters.charAt(i / width / blockHeight * 2 + i % width / blockWidth);
            rgb[i * 3] = (byte) (letter * 37);
            rgb[i * 3 + 1] = (byte) (letter * 91);
            rgb[i * 3 + 2] = (byte) letter;
        }
        return new RgbImage(width, 2 * blockHeight, rgb);
    }

    private static RgbImage expected(int tag, String letters) {
        return tag >= 5 ? letters(letters, 2, 3) : letters(letters, 3, 2);
    }

    /** A TIFF structure with an unrelated entry and the orientation. */
    private static byte[] exif(ByteOrder order, int orientation) {
        ByteBuffer tiff = ByteBuffer.allocate(8 + 2 + 24 + 4).order(order);
        tiff.put((byte) (order == ByteOrder.BIG_ENDIAN ? 'M' : 'I'))
                .put(tiff.get(0))
                .putShort((short) 42)
                .putInt(8);
        tiff.putShort((short) 2);
        tiff.putShort((short) 0x0100).putShort((short) 4).putInt(1).putInt(24);
        tiff.putShort((short) 0x0112)
                .putShort((short) 3)
                .putInt(1)
                .putShort((short) orientation)
                .putShort((short) 0);
        return tiff.putInt(0).array();
    }

    private static byte[] withExif(byte[] png, byte[] exif) {
        int afterHeader = 8 + 25;
        return Images.join(
                Arrays.copyOf(png, afterHeader),
                Images.chunk("eXIf", exif),
                Arrays.copyOfRange(png, afterHeader, png.length));
    }

    private static byte[] extendedWebp(int flags, byte[] profile, byte[] exif) {
        byte[] header = new byte[10];
        header[0] = (byte) flags;
        header[4] = Images.WIDTH - 1;
        header[7] = Images.HEIGHT - 1;
        byte[] chunks = Images.join(
                riffChunk("VP8X", header),
                profile.length == 0 ? profile : riffChunk("ICCP", profile),
                Arrays.copyOfRange(Images.WEBP_LOSSLESS, 12, Images.WEBP_LOSSLESS.length),
                exif.length == 0 ? exif : riffChunk("EXIF", exif));
        byte[] webp = "WEBP".getBytes(StandardCharsets.US_ASCII);
        return riffChunk("RIFF", Images.join(webp, chunks));
    }

    private static byte[] riffChunk(String id, byte[] data) {
        ByteBuffer chunk =
                ByteBuffer.allocate(8 + data.length + data.length % 2).order(ByteOrder.LITTLE_ENDIAN);
        return chunk.put(id.getBytes(StandardCharsets.US_ASCII))
                .putInt(data.length)
                .put(data)
                .array();
    }

    /** A red 6x4 frame at (2,3) of a 10x8 screen, then blue ones. */
    private static byte[] animatedGif(int frames) throws Exception {
        ImageWriter writer = Images.writer("gif");
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        byte[][] map = {{1, (byte) 255, 0, 0}, {2, 0, 0, 0}, {3, 0, (byte) 255, 0}};
        var palette = new java.awt.image.IndexColorModel(2, 4, map[0], map[1], map[2]);
        try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
            writer.setOutput(out);
            BufferedImage frame = new BufferedImage(6, 4, BufferedImage.TYPE_BYTE_INDEXED, palette);
            ImageTypeSpecifier type = ImageTypeSpecifier.createFromRenderedImage(frame);
            IIOMetadata stream = writer.getDefaultStreamMetadata(null);
            IIOMetadataNode screen = new IIOMetadataNode("LogicalScreenDescriptor");
            set(
                    screen,
                    "logicalScreenWidth",
                    10,
                    "logicalScreenHeight",
                    8,
                    "colorResolution",
                    8,
                    "pixelAspectRatio",
                    0);
            merge(stream, screen);
            writer.prepareWriteSequence(stream);
            for (int i = 0; i < frames; i++) {
                byte[] pixels = new byte[24];
                Arrays.fill(pixels, (byte) (i == 0 ? 1 : 2));
                frame.getRaster().setDataElements(0, 0, 6, 4, pixels);
                IIOMetadata metadata = writer.getDefaultImageMetadata(type, null);
                IIOMetadataNode descriptor = new IIOMetadataNode("ImageDescriptor");
                set(descriptor, "imageLeftPosition", 2, "imageTopPosition", 3, "imageWidth", 6, "imageHeight", 4);
                descriptor.setAttribute("interlaceFlag", "FALSE");
                merge(metadata, descriptor);
                writer.writeToSequence(new IIOImage(frame, null, metadata), null);
            }
            writer.endWriteSequence();
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }

    private static void merge(IIOMetadata metadata, IIOMetadataNode node) throws Exception {
        IIOMetadataNode root = new IIOMetadataNode(metadata.getNativeMetadataFormatName());
        root.appendChild(node);
        metadata.mergeTree(metadata.getNativeMetadataFormatName(), root);
    }

    private static void set(IIOMetadataNode node, Object... namesAndValues) {
        for (int i = 0; i < namesAndValues.length; i += 2) {
            node.setAttribute((String) namesAndValues[i], String.valueOf(namesAndValues[i + 1]));
        }
    }
}
