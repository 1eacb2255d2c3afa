// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.convert.tokenizer;

import dev.myna.loaders.hf.CheckpointException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;

/**
 * Reads the fields of a Protocol Buffers message. {@link #next} moves to a field; then one of the other methods reads its
 * value, or {@link #skip} skips it. Errors name file and byte.
 */
final class ProtobufReader {
    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int BYTES = 2;
    private static final int FIXED32 = 5;

    private final Path path;
    private final ByteBuffer bytes;
    /** Offset of {@code bytes} in the file. */
    private final int base;

    private int field;
    private int wireType;

    private ProtobufReader(Path path, ByteBuffer bytes, int base) {
        this.path = path;
        this.bytes = bytes.order(ByteOrder.LITTLE_ENDIAN);
        this.base = base;
    }

    static ProtobufReader of(Path path, byte[] message) {
        return new ProtobufReader(path, ByteBuffer.wrap(message), 0);
    }

    /** Moves to the next field; false at the end of the message. */
    boolean next() {
        if (!bytes.hasRemaining()) {
            return false;
        }
        long key = varint();
        if (key >>> 3 == 0 || key >>> 3 > Integer.MAX_VALUE) {
            throw fail("field number " + (key >>> 3) + " is out of range");
        }
        field = (int) (key >>> 3);
        wireType = (int) (key & 7);
        return true;
    }

    /** Number of the field. */
    int field() {
        return field;
    }

    /** The field's value as an integer or an enum's number. */
    long integer() {
        require(VARINT, "an integer");
        return varint();
    }

    /** The field's value as a float. */
    float number() {
        require(FIXED32, "a float");
        need(Float.BYTES);
        return bytes.getFloat();
    }

    /** The field's value as bytes. */
    byte[] bytes() {
        byte[] value = new byte[length()];
        bytes.get(value);
        return value;
    }

    /** The field's value as a message of its own. */
    ProtobufReader message() {
        int length = length();
        int start = bytes.position();
        bytes.position(start + length);
        return new ProtobufReader(path, bytes.slice(start, length), base + start);
    }

    /** Skips the field's value. */
    void skip() {
        switch (wireType) {
            case VARINT -> varint();
            case FIXED64 -> advance(Long.BYTES);
            case FIXED32 -> advance(Float.BYTES);
            case BYTES -> advance(length());
            default -> throw fail("wire type " + wireType + " is not supported");
        }
    }

    /** An exception that names file and byte; {@code rule} says what is wrong. */
    CheckpointException fail(String rule) {
        return new CheckpointException(path + ": at byte " + (base + bytes.position()) + ": " + rule);
    }

    private int length() {
        require(BYTES, "bytes or a message");
        long length = varint();
        if (length < 0 || length > bytes.remaining()) {
            throw fail("a value of " + Long.toUnsignedString(length) + " bytes does not fit; the file is cut short or "
                    + "damaged");
        }
        return (int) length;
    }

    private void advance(int length) {
        need(length);
        bytes.position(bytes.position() + length);
    }

    private void require(int expected, String kind) {
        if (wireType != expected) {
            throw fail("field " + field + " must be " + kind);
        }
    }

    private void need(int length) {
        if (bytes.remaining() < length) {
            throw fail("the message ends within a value; the file is cut short or damaged");
        }
    }

    private long varint() {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            need(1);
            byte next = bytes.get();
            value |= (long) (next & 0x7F) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw fail("an integer has more than ten bytes");
    }
}
