// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.gguf;

import dev.myna.loaders.text.Text;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;

/**
 * A position in a GGUF file that moves forward only. Each read first checks how many bytes are left, so no offset and no
 * allocation trusts the file. Errors name file, place and byte.
 */
final class GgufCursor {
    static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfDouble DOUBLE = ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final MemorySegment bytes;
    private final String file;
    private String place = "header";
    private long position;

    GgufCursor(MemorySegment bytes, String file) {
        this.bytes = bytes;
        this.file = file;
    }

    /** Names what is being read, for messages. */
    void at(String newPlace) {
        place = newPlace;
    }

    long position() {
        return position;
    }

    long size() {
        return bytes.byteSize();
    }

    long left() {
        return bytes.byteSize() - position;
    }

    int u8(String what) {
        return bytes.get(ValueLayout.JAVA_BYTE, take(1, what)) & 0xFF;
    }

    /** The 32 bits as an int; the caller decides about the sign. */
    int u32(String what) {
        return bytes.get(INT, take(4, what));
    }

    /** The 32 bits at an offset that was read before. */
    int peekInt(long offset) {
        return bytes.get(INT, offset);
    }

    /** A u64 that may not exceed {@code max}. */
    long u64(String what, long max) {
        long value = bytes.get(LONG, take(8, what));
        if (Long.compareUnsigned(value, max) > 0) {
            position -= 8;
            throw fail(what + " is " + Long.toUnsignedString(value) + "; at most " + max + " can be right here");
        }
        return value;
    }

    /** A u64 count of entries of at least {@code entryBytes} bytes that follow it, and at most {@code max} of them. */
    long count(String what, int entryBytes, long max) {
        long value = u64(what, Long.MAX_VALUE);
        long room = left() / entryBytes;
        if (value > Math.min(max, room)) {
            position -= Long.BYTES;
            String rule = what + " is " + value + "; at most " + Math.min(max, room) + " can be right here";
            throw fail(value <= max ? rule + ", or " + cut() : rule);
        }
        return value;
    }

    /** The length of a string that lies in the bytes left. */
    long stringLength(String what) {
        long length = bytes.get(LONG, take(8, what));
        if (Long.compareUnsigned(length, left()) > 0) {
            throw fail(what + " is " + Long.toUnsignedString(length) + " bytes long, but " + left()
                    + " bytes are left in the file: " + cut());
        }
        return length;
    }

    /** A string of 1 to {@code max} bytes of valid UTF-8. */
    String name(String what, int max) {
        long start = position;
        long length = stringLength(what);
        if (length == 0 || length > max) {
            position = start;
            throw fail(what + " is " + length + " bytes long; it must have 1 to " + max);
        }
        byte[] utf8 = bytes.asSlice(take(length, what), length).toArray(ValueLayout.JAVA_BYTE);
        try {
            return Text.decode(utf8);
        } catch (CharacterCodingException e) {
            position = start;
            throw fail(what + " is not valid UTF-8");
        }
    }

    void skip(long length, String what) {
        take(length, what);
    }

    private long take(long length, String what) {
        if (length > left()) {
            throw fail(what + " needs " + length + " bytes, but " + left() + " are left in the file: " + cut());
        }
        long start = position;
        position += length;
        return start;
    }

    /** The error for a header that declares more bytes than the file has. */
    private String cut() {
        return "the file is incomplete, it ends within its header after " + size() + " bytes; fetch it again";
    }

    /**
     * An exception that says how much of the file is here.
     *
     * @param needed bytes that its header declares; negative if they are more than 2^63
     * @param rule what lies beyond the end
     */
    GgufException incomplete(long needed, String rule) {
        String whole = needed < 0 ? "more than 2^63" : Long.toString(needed);
        return new GgufException(file + ": incomplete: " + size() + " of " + whole + " bytes; fetch it again (" + place
                + " at byte " + position + ": " + rule + ")");
    }

    /** The first bytes, to find out what else the file may be. */
    MemorySegment bytes() {
        return bytes;
    }

    /** An exception that names file, place and byte; {@code rule} says what is wrong. */
    GgufException fail(String rule) {
        return new GgufException(file + ": " + place + " at byte " + position + ": " + rule);
    }
}
