// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.text;

import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;

/** BPE merges: (left id, right id) to rank, and rank to the merged id. */
final class MergeRanks {
    private final long[] pairs;
    private final int[] ranks;
    private final int[] merged;
    // Random per table, so that a file cannot be made with colliding pairs. It changes only the time of a look-up.
    private final long factor = ThreadLocalRandom.current().nextLong() | 1;

    /** @throws dev.myna.loaders.gguf.GgufException if a merge is not two tokens that join to a third */
    MergeRanks(Vocabulary vocabulary, PieceTable table) {
        byte[][] merges = vocabulary.merges();
        int slots = Math.max(16, Integer.highestOneBit(Math.max(1, merges.length)) * 4);
        pairs = new long[slots];
        ranks = new int[slots];
        Arrays.fill(ranks, -1);
        merged = new int[merges.length];
        for (int rank = 0; rank < merges.length; rank++) {
            byte[] merge = merges[rank];
            int space = 1;
            while (space < merge.length && merge[space] != ' ') {
                space++;
            }
            int left = space < merge.length ? table.find(merge, 0, space) : -1;
            int right = left < 0 ? -1 : table.find(merge, space + 1, merge.length);
            merged[rank] = right < 0 ? -1 : table.find(joined(merge, space));
            if (merged[rank] < 0) {
                throw vocabulary.error(
                        Vocabulary.MERGES,
                        "entry " + rank + " is not two tokens, separated by a space, that join to a token");
            }
            int slot = slot(pair(left, right));
            if (ranks[slot] < 0) {
                pairs[slot] = pair(left, right);
                ranks[slot] = rank;
            }
        }
    }

    /** Rank of merging two tokens, or -1 if they do not merge. */
    int rank(int left, int right) {
        return ranks[slot(pair(left, right))];
    }

    /** The token that results from the merge of this rank. */
    int merged(int rank) {
        return merged[rank];
    }

    private static byte[] joined(byte[] merge, int space) {
        byte[] joined = new byte[merge.length - 1];
        System.arraycopy(merge, 0, joined, 0, space);
        System.arraycopy(merge, space + 1, joined, space, joined.length - space);
        return joined;
    }

    private static long pair(int left, int right) {
        return (long) left << 32 | right;
    }

    private int slot(long pair) {
        long hash = (pair ^ pair >>> 31) * factor;
        hash = (hash ^ hash >>> 29) * factor;
        int slot = (int) (hash >>> 32) & (pairs.length - 1);
        while (ranks[slot] >= 0 && pairs[slot] != pair) {
            slot = (slot + 1) & (pairs.length - 1);
        }
        return slot;
    }
}
