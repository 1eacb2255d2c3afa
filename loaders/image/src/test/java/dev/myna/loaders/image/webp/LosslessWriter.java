// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.webp;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Random;

/** Writes VP8L bitstreams piece by piece, also ones that no encoder would write. */
final class LosslessWriter {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private int pending;
    private int count;

    LosslessWriter(int width, int height) {
        bits(0x2f, 8).bits(width - 1, 14).bits(height - 1, 14).bits(0, 1).bits(0, 3);
    }

    LosslessWriter bits(int value, int size) {
        for (int i = 0; i < size; i++) {
            pending |= (value >> i & 1) << count;
            if (++count == 8) {
                bytes.write(pending);
                pending = 0;
                count = 0;
            }
        }
        return this;
    }

    /** No (further) transform, no colour cache and the same codes everywhere. */
    LosslessWriter plain() {
        return bits(0, 3);
    }

    /** Prefix codes of one symbol each: green, red, blue, alpha and distance. */
    LosslessWriter single(int... symbols) {
        for (int symbol : symbols) {
            bits(1, 1).bits(0, 1).bits(1, 1).bits(symbol, 8);
        }
        return this;
    }

    /** A prefix code that gives symbols 0 to 255 eight bits each. */
    LosslessWriter flat() {
        bits(0, 1);
        bits(12 - 4, 4); // Code lengths of code lengths, up to that of 8; only 8 has one.
        for (int i = 0; i < 12; i++) {
            bits(i == 11 ? 1 : 0, 3);
        }
        return bits(1, 1).bits(3, 3).bits(256 - 2, 8);
    }

    /** A symbol of the flat code. */
    LosslessWriter symbol(int symbol) {
        return bits(Integer.reverse(symbol) >>> 24, 8);
    }

    /** Codes for free pixels, and such pixels. */
    LosslessWriter noise(Random random, int pixels) {
        for (int i = 0; i < 4; i++) {
            flat();
        }
        single(0);
        for (int i = 0; i < 4 * pixels; i++) {
            symbol(random.nextInt(8) == 0 ? random.nextInt(256) : random.nextInt(8) - 4 & 0xff);
        }
        return this;
    }

    /** The file around the bitstream. */
    byte[] webp() {
        return webp(0);
    }

    /** The file around the bitstream without its last {@code missing} bytes, sizes fitting. */
    byte[] webp(int missing) {
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        whole.writeBytes(bytes.toByteArray());
        if (count > 0) {
            whole.write(pending);
        }
        return riff("VP8L", java.util.Arrays.copyOf(whole.toByteArray(), whole.size() - missing));
    }

    /** A WebP file of one chunk. */
    static byte[] riff(String id, byte[] data) {
        int padded = data.length + (data.length & 1);
        return ByteBuffer.allocate(20 + padded)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put("RIFF".getBytes(StandardCharsets.US_ASCII))
                .putInt(12 + padded)
                .put(("WEBP" + id).getBytes(StandardCharsets.US_ASCII))
                .putInt(data.length)
                .put(data)
                .array();
    }
}
