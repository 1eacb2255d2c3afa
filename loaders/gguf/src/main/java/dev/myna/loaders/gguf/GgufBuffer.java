// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.gguf;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** A growing buffer with the encodings of GGUF: little-endian numbers, and strings after a u64 length. */
final class GgufBuffer {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    /** The low {@code count} bytes of {@code value}, lowest first. */
    GgufBuffer number(long value, int count) {
        for (int i = 0; i < count; i++) {
            bytes.write((int) (value >>> (8 * i)));
        }
        return this;
    }

    GgufBuffer u32(int value) {
        return number(value, Integer.BYTES);
    }

    GgufBuffer u64(long value) {
        return number(value, Long.BYTES);
    }

    GgufBuffer string(byte[] utf8) {
        u64(utf8.length);
        bytes.writeBytes(utf8);
        return this;
    }

    GgufBuffer append(GgufBuffer other) {
        bytes.writeBytes(other.toArray());
        return this;
    }

    GgufBuffer append(MemorySegment raw) {
        bytes.writeBytes(raw.toArray(ValueLayout.JAVA_BYTE));
        return this;
    }

    byte[] toArray() {
        return bytes.toByteArray();
    }
}
