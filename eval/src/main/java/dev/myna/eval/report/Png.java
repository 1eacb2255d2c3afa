// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.report;

import dev.myna.loaders.image.RgbImage;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;

/** Writes PNG: 8-bit RGB, each row as the difference from the pixel on its left. */
final class Png {
    private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
    private static final int CHANNELS = 3;

    private Png() {}

    static byte[] of(RgbImage image) {
        try {
            ByteArrayOutputStream header = new ByteArrayOutputStream();
            DataOutputStream fields = new DataOutputStream(header);
            fields.writeInt(image.width());
            fields.writeInt(image.height());
            // Bit depth 8, colour type RGB, the only compression and filter methods, not interlaced.
            fields.write(new byte[] {8, 2, 0, 0, 0});
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            out.write(SIGNATURE);
            chunk(out, "IHDR", header.toByteArray());
            chunk(out, "IDAT", compressed(image));
            chunk(out, "IEND", new byte[0]);
            return out.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] compressed(RgbImage image) throws IOException {
        Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int width = image.width() * CHANNELS;
        byte[] row = new byte[1 + width];
        row[0] = 1;
        try (DeflaterOutputStream stream = new DeflaterOutputStream(out, deflater)) {
            for (int y = 0; y < image.height(); y++) {
                for (int x = 0; x < width; x++) {
                    int at = y * width + x;
                    row[1 + x] = (byte) (image.rgb()[at] - (x < CHANNELS ? 0 : image.rgb()[at - CHANNELS]));
                }
                stream.write(row);
            }
        } finally {
            deflater.end();
        }
        return out.toByteArray();
    }

    private static void chunk(ByteArrayOutputStream out, String type, byte[] data) throws IOException {
        byte[] name = type.getBytes(StandardCharsets.US_ASCII);
        CRC32 crc = new CRC32();
        crc.update(name);
        crc.update(data);
        DataOutputStream fields = new DataOutputStream(out);
        fields.writeInt(data.length);
        fields.write(name);
        fields.write(data);
        fields.writeInt((int) crc.getValue());
    }
}
