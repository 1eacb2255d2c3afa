// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.text;

import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Ids of a vocabulary's text tokens (normal and user-defined) by their bytes: an open-addressing hash over byte
 * slices.
 */
final class PieceTable {
    private final byte[][] pieces;
    private final int[] slots;
    private final int longest;
    // Random per table, so that a file cannot be made with colliding tokens. It changes only the time of a look-up.
    private final long start = ThreadLocalRandom.current().nextLong();
    private final long factor = ThreadLocalRandom.current().nextLong() | 1;

    /** Of tokens with equal text, the lowest id is used. Empty tokens are left out. */
    PieceTable(byte[][] pieces, int[] types) {
        this.pieces = pieces;
        slots = new int[Math.max(16, Integer.highestOneBit(pieces.length) * 4)];
        Arrays.fill(slots, -1);
        int max = 0;
        for (int id = 0; id < pieces.length; id++) {
            if (!TokenType.isText(types[id]) || pieces[id].length == 0) {
                continue;
            }
            byte[] piece = pieces[id];
            int slot = slot(piece, 0, piece.length);
            if (slots[slot] < 0) {
                slots[slot] = id;
                max = Math.max(max, piece.length);
            }
        }
        longest = max;
    }

    /** The id of the token that is exactly {@code text[from, to)}, or -1. */
    int find(byte[] text, int from, int to) {
        return to - from > longest ? -1 : slots[slot(text, from, to)];
    }

    int find(byte[] text) {
        return find(text, 0, text.length);
    }

    private int slot(byte[] text, int from, int to) {
        long hash = start;
        for (int i = from; i < to; i++) {
            hash = (hash ^ text[i]) * factor;
            hash ^= hash >>> 29;
        }
        int slot = (int) hash & (slots.length - 1);
        while (slots[slot] >= 0) {
            byte[] piece = pieces[slots[slot]];
            if (Arrays.equals(piece, 0, piece.length, text, from, to)) {
                break;
            }
            slot = (slot + 1) & (slots.length - 1);
        }
        return slot;
    }
}
