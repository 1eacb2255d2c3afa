// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.machine;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * All native memory behind one segment of one constant type, addressed absolutely, so that compiled loops carry no
 * bounds or liveness checks. Nothing here checks an address: callers check ranges and scopes once, before their loops,
 * and keep the owning segments reachable until after them. Numbers are little-endian and need no alignment.
 */
public final class NativeMemory {
    /** Byte offset = address. */
    public static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /** More than any address of a process has. */
    private static final long ADDRESS_BITS = (1L << 56) - 1;

    private NativeMemory() {}

    /**
     * The same address, as one that the compiler knows to be within {@link #ALL}. An access to it, or to a few bytes beyond, needs no
     * check of its bounds. In a loop, what is added to an address must be within the call, for each turn.
     */
    public static long known(long address) {
        return address & ADDRESS_BITS;
    }

    /** The f32 at an address. */
    public static float getFloat(long address) {
        return ALL.get(FLOAT, address);
    }

    /** Stores an f32. */
    public static void putFloat(long address, float value) {
        ALL.set(FLOAT, address, value);
    }

    /** The 32-bit integer at an address. */
    public static int getInt(long address) {
        return ALL.get(INT, address);
    }

    /** Stores a 32-bit integer. */
    public static void putInt(long address, int value) {
        ALL.set(INT, address, value);
    }

    /** The 64-bit integer at an address. */
    public static long getLong(long address) {
        return ALL.get(LONG, address);
    }

    /** Stores a 64-bit integer. */
    public static void putLong(long address, long value) {
        ALL.set(LONG, address, value);
    }

    /** The 16-bit integer at an address, sign-extended. */
    public static short getShort(long address) {
        return ALL.get(SHORT, address);
    }

    /** Stores a 16-bit integer. */
    public static void putShort(long address, short value) {
        ALL.set(SHORT, address, value);
    }

    /** The f16 at an address. */
    public static float getHalf(long address) {
        return Float.float16ToFloat(getShort(address));
    }

    /** The byte at an address, sign-extended. */
    public static int getByte(long address) {
        return ALL.get(ValueLayout.JAVA_BYTE, address);
    }

    /** The byte at an address, zero-extended. */
    public static int getUnsignedByte(long address) {
        return ALL.get(ValueLayout.JAVA_BYTE, address) & 0xff;
    }

    /** Stores a byte. */
    public static void putByte(long address, byte value) {
        ALL.set(ValueLayout.JAVA_BYTE, address, value);
    }

    /** Copies bytes; the ranges may overlap. */
    public static void copy(long from, long to, long bytes) {
        MemorySegment.copy(ALL, from, ALL, to, bytes);
    }

    /** Sets {@code bytes} bytes to zero. A slice's {@code fill} would leave the slice to the compiler to remove, and it may not. */
    public static void zero(long address, long bytes) {
        long end = address + bytes;
        long at = address;
        for (; at <= end - Long.BYTES; at += Long.BYTES) {
            putLong(at, 0);
        }
        for (; at < end; at++) {
            putByte(at, (byte) 0);
        }
    }
}
