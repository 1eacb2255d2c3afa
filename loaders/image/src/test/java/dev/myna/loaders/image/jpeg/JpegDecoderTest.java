// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.jpeg;

import static dev.myna.loaders.image.jpeg.Jpegs.bytes;
import static dev.myna.loaders.image.jpeg.Jpegs.decode;
import static dev.myna.loaders.image.jpeg.Jpegs.filled;
import static dev.myna.loaders.image.jpeg.Jpegs.find;
import static dev.myna.loaders.image.jpeg.Jpegs.insert;
import static dev.myna.loaders.image.jpeg.Jpegs.join;
import static dev.myna.loaders.image.jpeg.Jpegs.remove;
import static dev.myna.loaders.image.jpeg.Jpegs.sample;
import static dev.myna.loaders.image.jpeg.Jpegs.segment;
import static dev.myna.loaders.image.jpeg.Jpegs.set;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.loaders.image.codec.Pixels;
import dev.myna.loaders.image.jpeg.segments.Marker;
import java.awt.image.BufferedImage;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.MemoryCacheImageInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Pixels of whole files, of every process and form that Myna reads. */
class JpegDecoderTest {
    static List<Jpegs.Sample> samples() {
        return Jpegs.samples();
    }

    @ParameterizedTest
    @MethodSource("samples")
    void sampleHasTheBytesThatPillowDecodes(Jpegs.Sample sample) throws Exception {
        Pixels pixels = decode(sample.jpeg());
        assertEquals(sample.width(), pixels.width());
        assertEquals(sample.height(), pixels.height());
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(pixels.rgb());
        assertEquals(sample.sha256(), HexFormat.of().formatHex(digest));
    }

    @Test
    void grayEqualsTheJdksReader() throws IOException {
        Random random = new Random(20);
        for (int i = 0; i < 40; i++) {
            BufferedImage image = noise(random, BufferedImage.TYPE_BYTE_GRAY);
            byte[] jpeg = Jpegs.encode(image, random.nextFloat(), i % 2 == 0);
            Raster expected = readByJdk(jpeg);
            Pixels actual = decode(jpeg);
            for (int p = 0; p < actual.rgb().length; p++) {
                int x = p / 3 % actual.width();
                int y = p / 3 / actual.width();
                assertEquals(expected.getSample(x, y, 0), actual.rgb()[p] & 0xff, image + " " + x + "," + y);
            }
        }
    }

    /** The JDK's reader gives Y, Cb and Cr, upsampled; the conversion here is that of JFIF in floating point. */
    @Test
    void colorsEqualTheJdksReaderAndTheFormulasOfJfif() throws IOException {
        Random random = new Random(21);
        for (int i = 0; i < 40; i++) {
            BufferedImage image = noise(random, BufferedImage.TYPE_INT_RGB);
            byte[] jpeg = Jpegs.encode(image, random.nextFloat(), i % 2 == 0);
            Raster expected = readByJdk(jpeg);
            Pixels actual = decode(jpeg);
            int[] ycc = new int[3];
            for (int p = 0; p < actual.rgb().length; p += 3) {
                expected.getPixel(p / 3 % actual.width(), p / 3 / actual.width(), ycc);
                double cb = ycc[1] - 128;
                double cr = ycc[2] - 128;
                assertClose(ycc[0] + 1.402 * cr, actual.rgb()[p]);
                assertClose(ycc[0] - 0.344136 * cb - 0.714136 * cr, actual.rgb()[p + 1]);
                assertClose(ycc[0] + 1.772 * cb, actual.rgb()[p + 2]);
            }
        }
    }

    /** Within the rounding to whole numbers and to 16 fractional bits. */
    private static void assertClose(double expected, byte actual) {
        assertEquals(Math.clamp(expected, 0, 255), actual & 0xff, 0.51);
    }

    @Test
    void imageWithoutItsEndMarkerIsComplete() throws IOException {
        for (Jpegs.Sample sample : samples()) {
            byte[] cut = Arrays.copyOf(sample.jpeg(), sample.jpeg().length - 2);
            assertArrayEquals(decode(sample.jpeg()).rgb(), decode(cut).rgb(), sample.name());
            cut = Arrays.copyOf(sample.jpeg(), sample.jpeg().length - 1);
            assertArrayEquals(decode(sample.jpeg()).rgb(), decode(cut).rgb(), sample.name());
        }
    }

    @Test
    void bytesAroundSegmentsAreSkipped() throws IOException {
        for (Jpegs.Sample sample : samples()) {
            byte[] jpeg = sample.jpeg();
            byte[] expected = decode(jpeg).rgb();
            byte[] junk = {1, 2, (byte) 0xff, 0, 77};
            int end = jpeg.length - 2;
            assertArrayEquals(expected, decode(insert(jpeg, end, junk)).rgb(), sample + " junk before the end");
            assertArrayEquals(
                    expected, decode(insert(jpeg, end, filled(9, 0xff))).rgb(), sample + " fill bytes");
            assertArrayEquals(expected, decode(insert(jpeg, 2, junk)).rgb(), sample + " junk at the start");
            int scan = find(jpeg, Marker.SOS, 0);
            assertArrayEquals(expected, decode(insert(jpeg, scan, junk)).rgb(), sample + " junk before the scan");
            assertArrayEquals(
                    expected, decode(insert(jpeg, scan, filled(3, 0xff))).rgb(), sample + " fill bytes");
            byte[] comment = segment(0xfe, "any\u00ff\u00d8 text".getBytes(StandardCharsets.ISO_8859_1));
            assertArrayEquals(expected, decode(insert(jpeg, scan, comment)).rgb(), sample + " comment");
            assertArrayEquals(expected, decode(join(jpeg, jpeg)).rgb(), sample + " another image behind it");
        }
    }

    @Test
    void fillBytesBeforeRestartMarkersAreSkipped() throws IOException {
        byte[] jpeg = sample("restart-1-mcu");
        byte[] filled = insert(jpeg, find(jpeg, Marker.RST0 + 1, 0), bytes(0xff, 0xff));
        assertArrayEquals(decode(jpeg).rgb(), decode(filled).rgb());
    }

    @Test
    void framesOfMotionJpegMeanTheTypicalTables() throws IOException {
        byte[] jpeg = Jpegs.encode(noise(new Random(22), BufferedImage.TYPE_INT_RGB), 0.8f, false);
        byte[] stripped = jpeg;
        for (int at = find(stripped, Marker.DHT, 0); at < find(stripped, Marker.SOS, 0); ) {
            if ((stripped[at + 1] & 0xff) == Marker.DHT) {
                stripped = remove(stripped, at, length(stripped, at));
            } else {
                at += length(stripped, at);
            }
        }
        assertTrue(jpeg.length - stripped.length > 400, "the tables were there");
        assertArrayEquals(decode(jpeg).rgb(), decode(stripped).rgb());
    }

    private static int length(byte[] jpeg, int at) {
        return 2 + ((jpeg[at + 2] & 0xff) << 8 | jpeg[at + 3] & 0xff);
    }

    @Test
    void heightMayFollowTheFirstScan() throws IOException {
        for (String name : List.of("baseline-2x2", "progressive", "restart-1-row", "component-by-component")) {
            byte[] jpeg = sample(name);
            byte[] expected = decode(jpeg).rgb();
            int frame = find(jpeg, name.equals("progressive") ? Marker.SOF2 : Marker.SOF0, 0);
            byte[] height = {jpeg[frame + 5], jpeg[frame + 6]};
            int behind = Jpegs.endOfScan(jpeg, 0);
            byte[] open = set(insert(jpeg, behind, segment(Marker.DNL, height)), frame + 5, 0, 0);
            assertArrayEquals(expected, decode(open).rgb(), name);
        }
    }

    @Test
    void componentsOfOneIdAreTakenInOrder() throws IOException {
        byte[] jpeg = sample("baseline-2x2");
        int frame = find(jpeg, Marker.SOF0, 0) + 10;
        int scan = find(jpeg, Marker.SOS, 0) + 5;
        byte[] same = jpeg;
        for (int i = 0; i < 3; i++) {
            same = set(set(same, frame + 3 * i, 7), scan + 2 * i, 7);
        }
        assertArrayEquals(decode(jpeg).rgb(), decode(same).rgb());
    }

    /** T.81 B.2.4.1 lets a table change between scans; a component keeps the one of its first scan. */
    @Test
    void stepsAreThoseBeforeTheFirstScan() throws IOException {
        byte[] jpeg = sample("component-by-component");
        byte[] other = segment(Marker.DQT, bytes(0), filled(64, 99));
        byte[] changed = insert(jpeg, find(jpeg, Marker.SOS, 1), other);
        assertArrayEquals(decode(jpeg).rgb(), decode(changed).rgb());
    }

    @Test
    void jfifOutweighsAdobe() throws IOException {
        byte[] jpeg = sample("baseline-1x1");
        byte[] adobe = segment(Marker.APP14, "Adobe".getBytes(StandardCharsets.US_ASCII), bytes(0, 100, 0, 0, 0, 0, 0));
        int at = find(jpeg, Marker.DQT, 0);
        assertArrayEquals(decode(jpeg).rgb(), decode(insert(jpeg, at, adobe)).rgb());
        byte[] withoutJfif = remove(insert(jpeg, at, adobe), 2, length(jpeg, 2));
        byte[] plain = decode(withoutJfif).rgb();
        assertTrue(!Arrays.equals(decode(jpeg).rgb(), plain), "transform 0 means RGB");
    }

    @Test
    void progressiveImageThatStopsEarlyWithItsEndMarkerIsAnImage() throws IOException {
        byte[] jpeg = sample("progressive");
        byte[] coarse = join(Arrays.copyOf(jpeg, find(jpeg, Marker.DHT, 3)), Jpegs.end());
        Pixels pixels = decode(coarse);
        assertEquals(35 * 21 * 3, pixels.rgb().length);
        assertTrue(!Arrays.equals(decode(jpeg).rgb(), pixels.rgb()), "coarser");
    }

    @Test
    void flatImageOfTwoBitsABlock() throws IOException {
        byte[] jpeg = join(
                Jpegs.gray(Marker.SOF0, 800, 8, Jpegs.FLAT_TABLES, Jpegs.scan(0, 63, 0, 0), filled(25, 0)),
                Jpegs.end());
        assertArrayEquals(filled(800 * 8 * 3, 128), decode(jpeg).rgb());
    }

    private static BufferedImage noise(Random random, int type) {
        BufferedImage image = new BufferedImage(1 + random.nextInt(60), 1 + random.nextInt(60), type);
        int color = random.nextInt();
        for (int y = 0; y < image.getHeight(); y++) {
            for (int x = 0; x < image.getWidth(); x++) {
                if (random.nextInt(8) == 0) {
                    color = random.nextInt();
                }
                image.setRGB(x, y, color + 3 * x + 512 * y);
            }
        }
        return image;
    }

    private static Raster readByJdk(byte[] jpeg) throws IOException {
        ImageReader reader = ImageIO.getImageReadersByFormatName("jpeg").next();
        try {
            reader.setInput(new MemoryCacheImageInputStream(new ByteArrayInputStream(jpeg)), true, true);
            return reader.readRaster(0, null);
        } finally {
            reader.dispose();
        }
    }
}
