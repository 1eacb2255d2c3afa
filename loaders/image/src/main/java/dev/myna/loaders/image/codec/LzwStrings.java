// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.codec;

/**
 * The strings that LZW codes stand for. The codes below {@code firstFree} are the literals, and two codes that control the stream; each
 * later code stands for the string of an earlier one and one more byte.
 */
public final class LzwStrings {
    /** As many codes as 12 bits can tell apart. */
    public static final int MAX_CODES = 4096;

    /** Maximum bits of a code. */
    public static final int MAX_WIDTH = 12;

    private final int firstFree;

    /** For each code: the code without its last byte, and that byte. */
    private final short[] prefix = new short[MAX_CODES];

    private final byte[] last = new byte[MAX_CODES];

    /** Bytes of the current code that are not delivered yet, from the end to the beginning. */
    private final byte[] pending = new byte[MAX_CODES + 1];

    private int pendingCount;
    private int codes;
    private int previous;
    private int first;

    /** @param firstFree the first code that is defined by the stream */
    public LzwStrings(int firstFree) {
        this.firstFree = firstFree;
        clear();
    }

    /** Forgets all codes that the stream has defined. */
    public void clear() {
        codes = firstFree;
        previous = -1;
    }

    /** Codes that are defined. */
    public int codes() {
        return codes;
    }

    /** Whether no code came since the last {@link #clear}: the next one defines none. */
    public boolean fresh() {
        return previous < 0;
    }

    /** Whether a code may come: it is defined, or the one that it defines itself. */
    public boolean knows(int code) {
        return code < codes || code == codes && !fresh() && codes < MAX_CODES;
    }

    /** Whether all bytes of the codes so far are delivered. */
    public boolean isEmpty() {
        return pendingCount == 0;
    }

    /** Delivers bytes into a row from {@code filled} on; returns how far the row is filled. */
    public int deliver(byte[] row, int filled) {
        int to = filled;
        while (pendingCount > 0 && to < row.length) {
            row[to++] = pending[--pendingCount];
        }
        return to;
    }

    /**
     * Takes the next code, which defines another one behind the last, while there is room.
     *
     * @param code one that {@link #knows} accepts
     * @return whether it defined one
     */
    public boolean accept(int code) {
        int at = code;
        if (code == codes) {
            pending[pendingCount++] = (byte) first;
            at = previous;
        }
        while (at >= firstFree) {
            pending[pendingCount++] = last[at];
            at = prefix[at];
        }
        first = at & 0xff;
        pending[pendingCount++] = (byte) at;
        boolean defines = !fresh() && codes < MAX_CODES;
        if (defines) {
            prefix[codes] = (short) previous;
            last[codes] = (byte) first;
            codes++;
        }
        previous = code;
        return defines;
    }
}
