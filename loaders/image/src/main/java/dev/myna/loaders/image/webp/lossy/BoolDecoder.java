// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.webp.lossy;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The boolean entropy decoder of VP8 (RFC 6386, section 7). Beyond the end of its data it reads zeros, and {@link #ended}
 * returns true: an encoder writes every byte that its last symbol needs.
 */
final class BoolDecoder {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final int LOAD = 7;

    private final byte[] data;
    private final int end;
    private int next;
    /** The eight bits to compare with, followed by {@link #spare} more. */
    private long value;

    /** Below zero: that many of the eight bits are missing. */
    private int spare = -8;

    /** 128 to 255. */
    private int range = 255;

    private boolean ended;

    BoolDecoder(byte[] data, int from, int to) {
        this.data = data;
        next = from;
        end = to;
        load();
    }

    /** Whether a bit behind the last byte was needed. */
    boolean ended() {
        return ended;
    }

    /** 1 with a probability of 1 - {@code probability} / 256. */
    int bit(int probability) {
        if (spare < 0) {
            load();
        }
        int split = 1 + ((range - 1) * probability >> 8);
        long least = (long) split << spare;
        int bit;
        int rest;
        if (value >= least) {
            value -= least;
            rest = range - split;
            bit = 1;
        } else {
            rest = split;
            bit = 0;
        }
        int shift = Integer.numberOfLeadingZeros(rest) - 24;
        range = rest << shift;
        spare -= shift;
        return bit;
    }

    /** A bit whose values are equally probable. */
    boolean flag() {
        return bit(128) != 0;
    }

    /** An unsigned number, its highest bit first. */
    int number(int bits) {
        int number = 0;
        for (int i = 0; i < bits; i++) {
            number = number << 1 | bit(128);
        }
        return number;
    }

    /** A flag; if it is set, a number and its sign. Else {@code absent}. */
    int optional(int bits, int absent) {
        if (!flag()) {
            return absent;
        }
        int number = number(bits);
        return flag() ? -number : number;
    }

    private void load() {
        if (end - next >= 8) {
            value = value << 8 * LOAD | (long) LONG.get(data, next) >>> 64 - 8 * LOAD;
            next += LOAD;
            spare += 8 * LOAD;
        } else if (next < end) {
            value = value << 8 | data[next++] & 0xff;
            spare += 8;
        } else {
            value <<= 8;
            spare += 8;
            ended = true;
        }
    }
}
