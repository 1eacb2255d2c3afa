// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.hf;

import dev.myna.loaders.text.Text;
import java.lang.foreign.ValueLayout;
import java.nio.charset.CharacterCodingException;

/** A position in a pickle. It moves forward only, and never beyond the end. */
final class PickleCursor {
    private static final int MAX_LINE = 256;

    private final MappedFile file;
    private final long end;
    private long position;
    private long step;

    /** A cursor over the bytes {@code begin} to {@code end} of a file. */
    PickleCursor(MappedFile file, long begin, long end) {
        this.file = file;
        this.position = begin;
        this.end = end;
    }

    /** The next opcode; errors from here on name its byte. */
    int opcode() {
        step = position;
        return u8();
    }

    long left() {
        return end - position;
    }

    int u8() {
        return file.bytes().get(ValueLayout.JAVA_BYTE, take(1)) & 0xFF;
    }

    int u16() {
        return file.bytes().get(MappedFile.SHORT, take(2)) & 0xFFFF;
    }

    int i32() {
        return file.bytes().get(MappedFile.INT, take(4));
    }

    long u32() {
        return Integer.toUnsignedLong(i32());
    }

    long u64() {
        return file.bytes().get(MappedFile.LONG, take(8));
    }

    /** A little-endian integer in two's complement of at most 8 bytes; 0 for none. */
    long integer(int bytes) {
        if (bytes > Long.BYTES) {
            throw fail("an integer of " + bytes + " bytes; at most " + Long.BYTES + " are read");
        }
        long value = 0;
        long start = take(bytes);
        for (int i = 0; i < bytes; i++) {
            value |= (file.bytes().get(ValueLayout.JAVA_BYTE, start + i) & 0xFFL) << (8 * i);
        }
        int unused = Long.SIZE - 8 * bytes;
        return bytes == 0 ? 0 : value << unused >> unused;
    }

    /** UTF-8 of a length given in the file. */
    String text(long bytes, int max) {
        if (bytes > max) {
            throw fail("a string of " + bytes + " bytes; at most " + max + " are read");
        }
        return decode(take(bytes), (int) bytes);
    }

    /** Text up to the next line feed, which is skipped. */
    String line() {
        long start = position;
        while (u8() != '\n') {
            if (position - start > MAX_LINE) {
                throw fail("a name of more than " + MAX_LINE + " bytes");
            }
        }
        return decode(start, (int) (position - 1 - start));
    }

    /** An exception that names the file and the byte of the opcode; {@code rule} says what is wrong. */
    CheckpointException fail(String rule) {
        return file.fail("pickle at byte " + step + ": " + rule);
    }

    private String decode(long start, int length) {
        try {
            return Text.decode(file.copy(start, length));
        } catch (CharacterCodingException e) {
            throw fail("a string that is not valid UTF-8");
        }
    }

    private long take(long bytes) {
        if (bytes < 0 || bytes > left()) {
            throw fail(Long.toUnsignedString(bytes) + " bytes are needed, but " + left() + " are left in the pickle");
        }
        long start = position;
        position += bytes;
        return start;
    }
}
