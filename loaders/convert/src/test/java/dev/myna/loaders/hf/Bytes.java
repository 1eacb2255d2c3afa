// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.hf;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Builds bytes of files, valid or not. */
final class Bytes {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    /** A safetensors file with this header and data. */
    static byte[] safetensors(String header, byte[] data) {
        return new Bytes()
                .number(header.getBytes(StandardCharsets.UTF_8).length, 8)
                .text(header)
                .raw(data)
                .toArray();
    }

    /** A little-endian number of {@code count} bytes. */
    Bytes number(long value, int count) {
        for (int i = 0; i < count; i++) {
            bytes.write((int) (value >>> (8 * i)));
        }
        return this;
    }

    Bytes u8(int... values) {
        for (int value : values) {
            bytes.write(value);
        }
        return this;
    }

    Bytes text(String text) {
        return raw(text.getBytes(StandardCharsets.UTF_8));
    }

    Bytes raw(byte[] raw) {
        bytes.writeBytes(raw);
        return this;
    }

    Bytes floats(float... values) {
        for (float value : values) {
            number(Float.floatToRawIntBits(value), 4);
        }
        return this;
    }

    int size() {
        return bytes.size();
    }

    byte[] toArray() {
        return bytes.toByteArray();
    }
}
