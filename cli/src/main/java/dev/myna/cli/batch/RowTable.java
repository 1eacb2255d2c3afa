// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.batch;

import java.util.Arrays;

/** Where the row of a key lies in a journal, by the first 64 bits of the key: an open hash table of primitive arrays. */
final class RowTable {
    private static final int DIGITS = 16;

    private long[] keys = new long[1 << 10];
    /** Twice the offset, plus one for a row with an error; -1 where nothing is. */
    private long[] places = empty(keys.length);

    private int[] lengths = new int[keys.length];
    private int size;

    private static long[] empty(int length) {
        long[] places = new long[length];
        Arrays.fill(places, -1);
        return places;
    }

    /** The first 16 hexadecimal digits of a key; what are no such digits count as any. */
    static long hash(byte[] key) {
        long hash = 0;
        for (int i = 0; i < DIGITS; i++) {
            hash = hash << 4 | Character.digit(key[i], 16) & 15;
        }
        return hash;
    }

    int size() {
        return size;
    }

    /** Sets where a key's row lies; a later one replaces an earlier one. */
    void put(long key, long offset, int length, boolean error) {
        if (2 * size >= keys.length) {
            grow();
        }
        int slot = slot(key);
        size += places[slot] < 0 ? 1 : 0;
        keys[slot] = key;
        places[slot] = 2 * offset + (error ? 1 : 0);
        lengths[slot] = length;
    }

    /** The slot of a key; -1 for none. */
    int find(long key) {
        int slot = slot(key);
        return places[slot] < 0 ? -1 : slot;
    }

    long offset(int slot) {
        return places[slot] >> 1;
    }

    int length(int slot) {
        return lengths[slot];
    }

    boolean error(int slot) {
        return (places[slot] & 1) != 0;
    }

    private int slot(long key) {
        int mask = keys.length - 1;
        int slot = (int) key & mask;
        while (places[slot] >= 0 && keys[slot] != key) {
            slot = slot + 1 & mask;
        }
        return slot;
    }

    private void grow() {
        long[] oldKeys = keys;
        long[] oldPlaces = places;
        int[] oldLengths = lengths;
        keys = new long[2 * oldKeys.length];
        places = empty(keys.length);
        lengths = new int[keys.length];
        for (int i = 0; i < oldKeys.length; i++) {
            if (oldPlaces[i] >= 0) {
                int slot = slot(oldKeys[i]);
                keys[slot] = oldKeys[i];
                places[slot] = oldPlaces[i];
                lengths[slot] = oldLengths[i];
            }
        }
    }
}
