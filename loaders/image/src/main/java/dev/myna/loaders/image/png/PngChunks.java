// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.png;

import dev.myna.loaders.image.codec.DamagedImageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/** Walks the chunks of a PNG, {@code length type data crc} each, without copying. The last may be cut. */
final class PngChunks {
    private static final int SIGNATURE = 8;
    private static final int TYPE = 4;
    private static final int FRAME = 12;

    private final ByteBuffer png;
    private int at = -1;
    private int next = SIGNATURE;

    PngChunks(byte[] png) {
        this.png = ByteBuffer.wrap(png);
    }

    /** Goes to the next chunk; false if the file has none that begins. */
    boolean next() throws IOException {
        at = next;
        if (at > png.limit() - 8) {
            return false;
        }
        long length = png.getInt(at) & 0xffffffffL;
        if (length > Integer.MAX_VALUE) {
            throw new DamagedImageException("the chunk at " + at + " has " + length + " bytes");
        }
        next = (int) Math.min(at + length + FRAME, png.limit());
        return true;
    }

    boolean is(String type) {
        for (int i = 0; i < TYPE; i++) {
            if (png.get(at + 4 + i) != type.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** Bytes the chunk declares. */
    int length() {
        return png.getInt(at);
    }

    /** Where its data begin. */
    int begin() {
        return at + 8;
    }

    /** Bytes of its data that the file has. */
    int available() {
        return Math.min(length(), png.limit() - begin());
    }

    /** Bytes from this chunk's data to the end of the file: at least as many as all later IDAT chunks have. */
    int rest() {
        return png.limit() - begin();
    }

    /** Fails if the checksum is present and wrong. */
    void verify() throws IOException {
        if (available() > png.limit() - begin() - 4) {
            return;
        }
        CRC32 crc = new CRC32();
        crc.update(png.array(), at + 4, TYPE + length());
        if ((int) crc.getValue() != png.getInt(begin() + length())) {
            String type = new String(png.array(), at + 4, TYPE, StandardCharsets.US_ASCII);
            throw new DamagedImageException("the checksum of chunk " + type + " at " + at + " is wrong");
        }
    }
}
