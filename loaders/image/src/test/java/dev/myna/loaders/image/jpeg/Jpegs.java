// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.jpeg;

import dev.myna.loaders.image.codec.Pixels;
import dev.myna.loaders.image.codec.WorkBudget;
import dev.myna.loaders.image.jpeg.segments.Marker;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** JPEG files for tests: small samples of every kind, files built from segments, and surgery on both. */
final class Jpegs {
    /** One component of 64 steps of 1 each; table 0. */
    static final byte[] STEPS = segment(Marker.DQT, bytes(0), filled(64, 1));

    /** DC and AC tables whose only code is the bit 0, of value 0: a flat block takes the bits 00. */
    static final byte[] FLAT_TABLES =
            segment(Marker.DHT, bytes(0x00, 1), filled(15, 0), bytes(0), bytes(0x10, 1), filled(15, 0), bytes(0));

    private Jpegs() {}

    /**
     * A sample of {@code samples.txt}, which {@code bench/images/jpeg-samples} writes.
     *
     * @param sha256 of the RGB bytes that Pillow decodes, in hexadecimal digits
     */
    record Sample(String name, int width, int height, String sha256, byte[] jpeg) {
        @Override
        public String toString() {
            return name;
        }
    }

    static List<Sample> samples() {
        try (InputStream in = Jpegs.class.getResourceAsStream("samples.txt")) {
            List<Sample> samples = new ArrayList<>();
            for (String line : new String(in.readAllBytes(), StandardCharsets.US_ASCII).split("\n")) {
                String[] f = line.split(" ");
                samples.add(new Sample(
                        f[0],
                        Integer.parseInt(f[1]),
                        Integer.parseInt(f[2]),
                        f[3],
                        Base64.getDecoder().decode(f[4])));
            }
            return samples;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static byte[] sample(String name) {
        return samples().stream()
                .filter(s -> s.name().equals(name))
                .findFirst()
                .orElseThrow()
                .jpeg();
    }

    static Pixels decode(byte[] jpeg) throws IOException {
        return JpegDecoder.decode(jpeg, WorkBudget.ofBytes(jpeg.length));
    }

    /** Encodes by the JDK's writer, whose files have the typical Huffman tables unless progressive. */
    static byte[] encode(BufferedImage image, float quality, boolean progressive) {
        ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (MemoryCacheImageOutputStream stream = new MemoryCacheImageOutputStream(out)) {
            ImageWriteParam param = writer.getDefaultWriteParam();
            param.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
            param.setCompressionQuality(quality);
            param.setProgressiveMode(progressive ? ImageWriteParam.MODE_DEFAULT : ImageWriteParam.MODE_DISABLED);
            writer.setOutput(stream);
            writer.write(null, new IIOImage(image, null, null), param);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            writer.dispose();
        }
        return out.toByteArray();
    }

    /** A file of one gray component: start, steps, frame of the given process, then the parts. */
    static byte[] gray(int frameMarker, int width, int height, byte[]... parts) {
        byte[] frame = segment(frameMarker, bytes(8, height >> 8, height, width >> 8, width, 1, 1, 0x11, 0));
        return join(bytes(0xff, Marker.SOI), STEPS, frame, join(parts));
    }

    /** The header of a scan of component 1 with tables 0. */
    static byte[] scan(int first, int last, int high, int low) {
        return segment(Marker.SOS, bytes(1, 1, 0, first, last, high << 4 | low));
    }

    static byte[] segment(int marker, byte[]... parts) {
        byte[] data = join(parts);
        int length = data.length + 2;
        return join(bytes(0xff, marker, length >> 8, length), data);
    }

    static byte[] end() {
        return bytes(0xff, Marker.EOI);
    }

    /** Where the {@code n}-th marker of this kind begins, counted from 0. */
    static int find(byte[] jpeg, int marker, int n) {
        int left = n;
        for (int i = 0; i + 1 < jpeg.length; i++) {
            if (jpeg[i] == (byte) 0xff && (jpeg[i + 1] & 0xff) == marker && left-- == 0) {
                return i;
            }
        }
        throw new AssertionError("no marker " + Integer.toHexString(marker));
    }

    /** Where the entropy-coded data of the {@code n}-th scan end: at the next marker but restart markers. */
    static int endOfScan(byte[] jpeg, int n) {
        int at = find(jpeg, Marker.SOS, n) + 2;
        while (jpeg[at] != (byte) 0xff || jpeg[at + 1] == 0 || (jpeg[at + 1] & 0xf8) == Marker.RST0) {
            at++;
        }
        return at;
    }

    static byte[] insert(byte[] jpeg, int at, byte[]... parts) {
        return join(Arrays.copyOf(jpeg, at), join(parts), Arrays.copyOfRange(jpeg, at, jpeg.length));
    }

    static byte[] remove(byte[] jpeg, int at, int count) {
        return join(Arrays.copyOf(jpeg, at), Arrays.copyOfRange(jpeg, at + count, jpeg.length));
    }

    static byte[] set(byte[] jpeg, int at, int... values) {
        byte[] changed = jpeg.clone();
        System.arraycopy(bytes(values), 0, changed, at, values.length);
        return changed;
    }

    static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }

    static byte[] filled(int count, int value) {
        byte[] bytes = new byte[count];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }

    static byte[] join(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }
}
