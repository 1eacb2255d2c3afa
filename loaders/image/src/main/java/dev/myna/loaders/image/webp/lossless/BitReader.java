// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.webp.lossless;

import java.io.EOFException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Bits of a VP8L bitstream, lowest first (RFC 9649, section 3.1). */
final class BitReader {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final byte[] data;
    private final int end;
    private int next;
    private long bits;

    /** How many bits are loaded; below zero, how many were taken that do not exist. */
    private int count;

    BitReader(byte[] data, int from, int to) {
        this.data = data;
        next = from;
        end = to;
    }

    /** Loads at least 56 bits, as far as there are any. */
    void fill() {
        if (end - next >= 8) {
            if (count < 56) {
                bits |= (long) LONG.get(data, next) << count;
                int bytes = 63 - count >> 3;
                next += bytes;
                count += 8 * bytes;
            }
        } else {
            while (count >= 0 && count <= 56 && next < end) {
                bits |= (data[next++] & 0xffL) << count;
                count += 8;
            }
        }
    }

    /** The next loaded bits, zeros behind the end. */
    int peek() {
        return (int) bits;
    }

    /** Takes loaded bits. What is taken behind the end is noticed by {@link #ended}. */
    void skip(int taken) {
        bits >>>= taken;
        count -= taken;
    }

    /** Whether bits were taken that do not exist. */
    boolean ended() {
        return count < 0;
    }

    /** How many bits are left. */
    long left() {
        return count + 8L * (end - next);
    }

    /** An unsigned number of at most 24 bits. */
    int number(int size) throws EOFException {
        fill();
        int number = (int) bits & (1 << size) - 1;
        skip(size);
        requireMore();
        return number;
    }

    /** Checks that all bits that were taken exist. */
    void requireMore() throws EOFException {
        if (count < 0) {
            throw new EOFException("the VP8L data end before their pixels");
        }
    }

    boolean flag() throws EOFException {
        return number(1) != 0;
    }
}
