// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.bench;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.zip.CRC32;
import java.util.zip.DeflaterOutputStream;

/** Writes sample images. */
public final class SampleImages {
    /** A gradient of 96x96 pixels. */
    private static final String JPEG =
            "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDACgcHiMeGSgjISMtKygwPGRBPDc3PHtYXUlkkYCZlo+AjIqgtObDoKrarYqMyP/L2u71"
                    + "////m8H////6/+b9//j/2wBDASstLTw1PHZBQXb4pYyl+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4"
                    + "+Pj4+Pj4+Pj/wAARCABgAGADASIAAhEBAxEB/8QAFwABAQEBAAAAAAAAAAAAAAAAAQAEBf/EABUQAQEAAAAAAAAAAAAAAAAAAAAR"
                    + "/8QAGAEBAQEBAQAAAAAAAAAAAAAAAgEFAwT/xAAWEQEBAQAAAAAAAAAAAAAAAAAAARH/2gAMAwEAAhEDEQA/AOVDFDHr0ZRDDDE0"
                    + "5RDDDE05RDDDB05RDDDE05RDDDE05WaGGGOms6UQwwxNOUQwwxNOUQwwxNOUQwwxNOUQwwxNOVmhhhh6zZRDDDE05RDDDE05RDDD"
                    + "E05RDDDE05RDDFE05WeGGGHrOlEMMMTTlEMMUTTlUMUMTTlEMMMTTlEMMMTTlZ4YoYes2UQwwxNOUQwwxNOUQwwxNOUQwwxNOUQw"
                    + "wxNOVmhhhh6zpRDDDE05RDDDE05RDDDE05RDDDE05RDDDE05X//Z";

    private SampleImages() {}

    /** Writes a gradient of this size as PNG. */
    public static void writePng(Path file, int width, int height) throws IOException {
        ByteArrayOutputStream rows = new ByteArrayOutputStream();
        try (DeflaterOutputStream deflater = new DeflaterOutputStream(rows)) {
            byte[] row = new byte[1 + 3 * width];
            for (int y = 0; y < height; y++) {
                for (int x = 0; x < width; x++) {
                    row[1 + 3 * x] = (byte) (x * 255 / width);
                    row[2 + 3 * x] = (byte) (y * 255 / height);
                    row[3 + 3 * x] = (byte) (x * y);
                }
                deflater.write(row);
            }
        }
        ByteArrayOutputStream header = new ByteArrayOutputStream();
        DataOutputStream fields = new DataOutputStream(header);
        fields.writeInt(width);
        fields.writeInt(height);
        fields.write(new byte[] {8, 2, 0, 0, 0});
        try (DataOutputStream out = new DataOutputStream(Files.newOutputStream(file))) {
            out.writeLong(0x89504e470d0a1a0aL);
            writeChunk(out, "IHDR", header.toByteArray());
            writeChunk(out, "IDAT", rows.toByteArray());
            writeChunk(out, "IEND", new byte[0]);
        }
    }

    /** Writes a small JPEG. */
    public static void writeJpeg(Path file) throws IOException {
        Files.write(file, Base64.getDecoder().decode(JPEG));
    }

    private static void writeChunk(DataOutputStream out, String type, byte[] data) throws IOException {
        byte[] name = type.getBytes(StandardCharsets.US_ASCII);
        CRC32 crc = new CRC32();
        crc.update(name);
        crc.update(data);
        out.writeInt(data.length);
        out.write(name);
        out.write(data);
        out.writeInt((int) crc.getValue());
    }
}
