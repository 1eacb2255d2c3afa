// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.codec;

import java.io.EOFException;

/** Reads numbers of an encoded image in order. Reading beyond the end throws {@link EOFException}: the file ends early. */
public final class EncodedBytes {
    private final byte[] bytes;
    private final int end;
    private int at;

    public EncodedBytes(byte[] bytes) {
        this(bytes, 0, bytes.length);
    }

    /** The bytes from {@code begin} up to {@code end}. */
    public EncodedBytes(byte[] bytes, int begin, int end) {
        this.bytes = bytes;
        this.at = begin;
        this.end = end;
    }

    /** The offset of the next byte, in the whole array. */
    public int position() {
        return at;
    }

    public int remaining() {
        return end - at;
    }

    public void position(long offset) throws EOFException {
        if (offset < 0 || offset > end) {
            throw new EOFException("offset " + offset + " of " + end);
        }
        at = (int) offset;
    }

    public void skip(long count) throws EOFException {
        position(at + count);
    }

    public int u8() throws EOFException {
        require(1);
        return bytes[at++] & 0xff;
    }

    public int u16be() throws EOFException {
        return u8() << 8 | u8();
    }

    public int u16le() throws EOFException {
        return u8() | u8() << 8;
    }

    public int i32be() throws EOFException {
        return u16be() << 16 | u16be();
    }

    public int i32le() throws EOFException {
        return u16le() | u16le() << 16;
    }

    /** Copies {@code count} bytes to {@code target}. */
    public void read(byte[] target, int offset, int count) throws EOFException {
        require(count);
        System.arraycopy(bytes, at, target, offset, count);
        at += count;
    }

    private void require(int count) throws EOFException {
        if (count > end - at) {
            throw new EOFException(count + " bytes at " + at + " of " + end);
        }
    }
}
