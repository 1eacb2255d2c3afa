// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.gguf;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/** Builds GGUF files byte by byte, valid or not, without checks. Independent of the reader and the writer under test. */
final class GgufBytes {
    static final int U8 = 0;
    static final int I8 = 1;
    static final int U16 = 2;
    static final int I16 = 3;
    static final int U32 = 4;
    static final int I32 = 5;
    static final int F32 = 6;
    static final int BOOL = 7;
    static final int STRING = 8;
    static final int ARRAY = 9;
    static final int U64 = 10;
    static final int I64 = 11;
    static final int F64 = 12;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    /** Magic, version and counts. */
    static GgufBytes header(int version, long tensors, long keys) {
        return new GgufBytes().ascii("GGUF").u32(version).u64(tensors).u64(keys);
    }

    /** A v3 file with a few keys and two tensors, F32 [4, 2] holding 0..7 and Q4_0 [32]. */
    static GgufBytes valid() {
        return header(3, 2, 6)
                .key("general.architecture", STRING)
                .string("llama")
                .key("a.count", U32)
                .u32(7)
                .key("a.eps", F32)
                .f32(1e-5f)
                .key("a.flag", BOOL)
                .number(1, 1)
                .key("a.tokens", ARRAY)
                .u32(STRING)
                .u64(3)
                .string("a")
                .string("")
                .string("éß")
                .key("a.scores", ARRAY)
                .u32(F32)
                .u64(3)
                .f32(0f)
                .f32(-1f)
                .f32(-2f)
                .tensor("w", 0, 0, 4, 2)
                .tensor("q", 2, 32, 32)
                .align(32)
                .f32(0, 1, 2, 3, 4, 5, 6, 7)
                .zeros(18);
    }

    GgufBytes number(long value, int count) {
        for (int i = 0; i < count; i++) {
            bytes.write((int) (value >>> (8 * i)));
        }
        return this;
    }

    GgufBytes u32(long value) {
        return number(value, 4);
    }

    GgufBytes u64(long value) {
        return number(value, 8);
    }

    GgufBytes f32(float... values) {
        for (float value : values) {
            u32(Float.floatToRawIntBits(value));
        }
        return this;
    }

    GgufBytes f64(double value) {
        return u64(Double.doubleToRawLongBits(value));
    }

    GgufBytes ascii(String text) {
        return raw(text.getBytes(StandardCharsets.US_ASCII));
    }

    GgufBytes raw(byte[] raw) {
        bytes.writeBytes(raw);
        return this;
    }

    GgufBytes string(String text) {
        return string(text.getBytes(StandardCharsets.UTF_8));
    }

    GgufBytes string(byte[] utf8) {
        return u64(utf8.length).raw(utf8);
    }

    /** Key name and value type; the value follows. */
    GgufBytes key(String name, int type) {
        return string(name).u32(type);
    }

    /** A tensor info. */
    GgufBytes tensor(String name, int type, long offset, long... shape) {
        string(name).u32(shape.length);
        for (long dimension : shape) {
            u64(dimension);
        }
        return u32(type).u64(offset);
    }

    GgufBytes zeros(int count) {
        return raw(new byte[count]);
    }

    /** Zeros up to a multiple of {@code alignment}. */
    GgufBytes align(int alignment) {
        return zeros(-bytes.size() & (alignment - 1));
    }

    byte[] toArray() {
        return bytes.toByteArray();
    }

    /** Exactly these bytes in native memory, so that one read past them is an error. */
    static MemorySegment nativeCopy(byte[] bytes, Arena arena) {
        MemorySegment segment = arena.allocate(bytes.length);
        MemorySegment.copy(bytes, 0, segment, ValueLayout.JAVA_BYTE, 0, bytes.length);
        return segment;
    }
}
