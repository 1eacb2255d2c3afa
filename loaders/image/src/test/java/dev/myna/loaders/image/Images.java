// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.DeflaterOutputStream;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** Small encoded images made on the spot. */
final class Images {
    static final int WIDTH = 24;
    static final int HEIGHT = 16;

    /** 24x16 {@link #gradient()} as lossless WebP. */
    static final byte[] WEBP_LOSSLESS =
            base64("UklGRjwAAABXRUJQVlA4TDAAAAAvF8ADAAmASNofe4mI/qcWAEH43zYR0f8UhASEB/4/FsVRIJC06Z" + "952x8TgJNabAY=");
    /** The same with the left half transparent, colours kept. */
    static final byte[] WEBP_ALPHA =
            base64("UklGRkYAAABXRUJQVlA4TDkAAAAvF8ADEAmASNofe4mI/qcWAEH43zYR0f8UiLRt6uD+DQ8fjgKBpE3/zN"
                    + "t+AUGR/6NNAE9UWdTBzQAA");
    /** The same gradient, lossy. */
    static final byte[] WEBP_LOSSY =
            base64("UklGRmYAAABXRUJQVlA4IFoAAABQBACdASoYABAAPtFipk0oJiOiMAgBABoJbACdMoRwN6BEgAGBRS9OZU"
                    + "QAAP7sPbL+xnXMAB/+ObLmSwO5sO9x5Yv/rZa64cWo+lrp+5e/mfxIMYOJTAFwAAA=");
    /** Two 24x16 frames, red then blue. */
    static final byte[] WEBP_ANIMATED =
            base64("UklGRoQAAABXRUJQVlA4WAoAAAACAAAAFwAADwAAQU5JTQYAAAD/////AABBTk1GKAAAAAAAAAAAABcA"
                    + "AA8AAGQAAABWUDhMDwAAAC8XwAMABxD9j/4HIqL/AQBBTk1GKAAAAAAAAAAAABcAAA8AAGQ"
                    + "AAABWUDhMDwAAAC8XwAMABxDR//4HIqL/AQA=");
    /** An 8x6 red frame at (4,2) of a 24x16 canvas, then a blue one. */
    static final byte[] WEBP_ANIMATED_OFFSET = base64(
            "UklGRogAAABXRUJQVlA4WAoAAAACAAAAFwAADwAAQU5JTQYAAAD/////AABBTk1GLAAAAAIAAAEAAAcAAAUAAGQAAABWUDhMFAAAAC"
                    + "8HQAEABxD9j/4HAILwv20iov8hQU5NRigAAAAAAAAAAAAXAAAPAABkAAAAVlA4TA8AAAAvF8ADAAcQ0f/+ByKi/wEA");
    /** Lossy colours with a lossless alpha plane, left half transparent. */
    static final byte[] WEBP_LOSSY_ALPHA =
            base64("UklGRpoAAABXRUJQVlA4WAoAAAAQAAAAFwAADwAAQUxQSBQAAAABDzD/ERFCSED4v9YD3YKI/gc2"
                    + "A1ZQOCBgAAAA8AMAnQEqGAAQAD61VqFLLiUjIbAIAcAWiWwAnTKEcDegASxz8GPuAAD+/dt"
                    + "B5epuP+Y9D1ktJJlM5v/8tC46pafkDU9iX4hf"
                    + "IKvr0c7rCnikn6bkyZFSv3HxM61gAAAA");

    private Images() {}

    /** One valid file of every kind Myna reads, by name. */
    static Map<String, byte[]> ofEveryFormat() {
        Map<String, byte[]> all = new LinkedHashMap<>();
        all.put("png", encode("png", buffered(gradient())));
        all.put("palette.png", encode("png", palette()));
        all.put("jpeg", encode("jpeg", buffered(gradient())));
        all.put("gif", encode("gif", palette()));
        all.put("bmp", encode("bmp", buffered(gradient())));
        all.put("palette.bmp", encode("bmp", palette()));
        all.put("lossless.webp", WEBP_LOSSLESS);
        all.put("lossy.webp", WEBP_LOSSY);
        all.put("alpha.webp", WEBP_LOSSY_ALPHA);
        all.put("animated.webp", WEBP_ANIMATED);
        return all;
    }

    static RgbImage gradient() {
        byte[] rgb = new byte[WIDTH * HEIGHT * 3];
        for (int y = 0; y < HEIGHT; y++) {
            for (int x = 0; x < WIDTH; x++) {
                int at = (y * WIDTH + x) * 3;
                rgb[at] = (byte) (x * 10);
                rgb[at + 1] = (byte) (y * 15);
                rgb[at + 2] = (byte) (255 - x * 5 - y * 5);
            }
        }
        return new RgbImage(WIDTH, HEIGHT, rgb);
    }

    static BufferedImage buffered(RgbImage image) {
        BufferedImage buffered = new BufferedImage(image.width(), image.height(), BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < image.width() * image.height(); i++) {
            buffered.setRGB(i % image.width(), i / image.width(), color(image, i % image.width(), i / image.width()));
        }
        return buffered;
    }

    static BufferedImage palette() {
        BufferedImage image = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_BYTE_INDEXED);
        image.createGraphics().drawImage(buffered(gradient()), 0, 0, null);
        return image;
    }

    /** The pixel as 0xRRGGBB. */
    static int color(RgbImage image, int x, int y) {
        int at = (y * image.width() + x) * 3;
        return (image.rgb()[at] & 0xff) << 16 | (image.rgb()[at + 1] & 0xff) << 8 | image.rgb()[at + 2] & 0xff;
    }

    static byte[] encode(String format, BufferedImage image) {
        return encode(format, new IIOImage(image, null, null));
    }

    static byte[] encode(String format, IIOImage image) {
        ImageWriter writer = writer(format);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
            writer.setOutput(out);
            writer.write(null, image, null);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }

    /** The JDK's own writer. */
    static ImageWriter writer(String format) {
        for (Iterator<ImageWriter> writers = ImageIO.getImageWritersByFormatName(format); writers.hasNext(); ) {
            ImageWriter writer = writers.next();
            if (writer.getClass().getName().startsWith("com.sun.")) {
                return writer;
            }
        }
        throw new IllegalStateException("no writer for " + format);
    }

    /** A PNG of unfiltered rows (each with its leading filter byte), with chunks placed before the pixels. */
    static byte[] png(int width, int height, int bits, int colorType, byte[] rows, byte[]... chunks) {
        byte[] header = ByteBuffer.allocate(13)
                .putInt(width)
                .putInt(height)
                .put((byte) bits)
                .put((byte) colorType)
                .array();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'});
        out.writeBytes(chunk("IHDR", header));
        for (byte[] chunk : chunks) {
            out.writeBytes(chunk);
        }
        out.writeBytes(chunk("IDAT", deflate(rows)));
        out.writeBytes(chunk("IEND", new byte[0]));
        return out.toByteArray();
    }

    static byte[] chunk(String type, byte[] data) {
        byte[] body = join(type.getBytes(StandardCharsets.ISO_8859_1), data);
        CRC32 crc = new CRC32();
        crc.update(body);
        return ByteBuffer.allocate(body.length + 8)
                .putInt(data.length)
                .put(body)
                .putInt((int) crc.getValue())
                .array();
    }

    static byte[] deflate(byte[] bytes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (DeflaterOutputStream deflater = new DeflaterOutputStream(out)) {
            deflater.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    /** A JPEG segment with its marker and length. */
    static byte[] segment(int marker, byte[] data) {
        return ByteBuffer.allocate(data.length + 4)
                .putShort((short) (0xff00 | marker))
                .putShort((short) (data.length + 2))
                .put(data)
                .array();
    }

    /** The JPEG with a segment right behind its first marker. */
    static byte[] withSegment(byte[] jpeg, byte[] segment) {
        return join(new byte[] {jpeg[0], jpeg[1]}, segment, java.util.Arrays.copyOfRange(jpeg, 2, jpeg.length));
    }

    static byte[] join(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    static byte[] base64(String text) {
        return Base64.getDecoder().decode(text);
    }
}
