// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.text;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Cuts special tokens out of a text, longest first, then leftmost (docs/spec/tokenizers.md 2). Control and unknown tokens are
 * recognized in parsed spans only, user-defined tokens everywhere.
 */
final class SpecialTokens {

    /**
     * A special token, or raw text between special tokens.
     *
     * @param from first byte
     * @param to byte after the last
     * @param special a special token's id, or -1 for raw text
     */
    record Fragment(int from, int to, int special) {}

    private record Special(byte[] text, int id, boolean userDefined) {}

    private final Special[] sorted;
    private final boolean[] first = new boolean[256];

    SpecialTokens(Vocabulary vocabulary) {
        List<Special> specials = new ArrayList<>();
        for (int id = 0; id < vocabulary.size(); id++) {
            byte[] piece = vocabulary.pieces()[id];
            int type = vocabulary.types()[id];
            if (type == TokenType.USER_DEFINED && vocabulary.isSpm()) {
                // They match text, in which a space is a space.
                piece = SpmTokenizer.unmark(piece);
            }
            // An ill-formed piece would split characters.
            if (TokenType.isSpecial(type) && piece.length > 0 && Utf8.isWellFormed(piece)) {
                specials.add(new Special(piece, id, type == TokenType.USER_DEFINED));
            }
        }
        specials.sort(
                Comparator.comparing(Special::text, Arrays::compareUnsigned).thenComparingInt(Special::id));
        List<Special> distinct = new ArrayList<>(specials.size());
        for (Special special : specials) {
            if (distinct.isEmpty() || !Arrays.equals(distinct.getLast().text(), special.text())) {
                distinct.add(special);
                first[special.text()[0] & 0xff] = true;
            }
        }
        sorted = distinct.toArray(Special[]::new);
    }

    /** The id of the special token with this text, or -1. */
    int find(byte[] text) {
        int at = Arrays.binarySearch(
                sorted, new Special(text, 0, false), Comparator.comparing(Special::text, Arrays::compareUnsigned));
        return at < 0 ? -1 : sorted[at].id();
    }

    /** The text as special tokens and the raw text between them, in order. No fragment is empty. */
    List<Fragment> split(JoinedText text) {
        byte[] bytes = text.bytes();
        TreeMap<Integer, Special> found = find(text);
        List<Fragment> fragments = new ArrayList<>();
        int raw = 0;
        for (Map.Entry<Integer, Special> entry : found.entrySet()) {
            int from = entry.getKey();
            int to = from + entry.getValue().text().length;
            if (raw < from) {
                fragments.add(new Fragment(raw, from, -1));
            }
            fragments.add(new Fragment(from, to, entry.getValue().id()));
            raw = to;
        }
        if (raw < bytes.length) {
            fragments.add(new Fragment(raw, bytes.length, -1));
        }
        return fragments;
    }

    private TreeMap<Integer, Special> find(JoinedText text) {
        byte[] bytes = text.bytes();
        LongHeap candidates = new LongHeap(16);
        for (int i = 0; i < bytes.length; i++) {
            if (first[bytes[i] & 0xff]) {
                offer(candidates, i, longest(text, i, bytes.length));
            }
        }
        TreeMap<Integer, Special> found = new TreeMap<>();
        BitSet taken = new BitSet(bytes.length);
        while (!candidates.isEmpty()) {
            long key = candidates.poll();
            int from = (int) key;
            int to = from - (int) (key >> 32);
            int blocked = taken.nextSetBit(from);
            if (blocked < 0 || blocked >= to) {
                found.put(from, longest(text, from, to));
                taken.set(from, to);
            } else {
                // A longer or earlier token covers a part of this one. A shorter token may still fit before it.
                offer(candidates, from, longest(text, from, blocked));
            }
        }
        return found;
    }

    private static void offer(LongHeap candidates, int from, Special special) {
        if (special != null) {
            candidates.add((long) -special.text().length << 32 | from);
        }
    }

    /** The longest special token that begins at {@code from} and ends at or before {@code end}, or null. */
    private Special longest(JoinedText text, int from, int end) {
        byte[] bytes = text.bytes();
        int parsable = -1;
        Special best = null;
        int low = 0;
        int high = sorted.length;
        for (int depth = 0; from + depth < end && low < high; depth++) {
            int value = bytes[from + depth] & 0xff;
            low = bound(low, high, depth, value);
            high = bound(low, high, depth, value + 1);
            if (low < high && sorted[low].text().length == depth + 1) {
                if (!sorted[low].userDefined() && parsable < 0) {
                    parsable = text.parsableUntil(from);
                }
                if (sorted[low].userDefined() || from + depth < parsable) {
                    best = sorted[low];
                }
            }
        }
        return best;
    }

    /**
     * First of {@code sorted[low, high)}, which share {@code depth} bytes, whose next byte is at least {@code value}.
     */
    private int bound(int low, int high, int depth, int value) {
        while (low < high) {
            int middle = (low + high) >>> 1;
            byte[] text = sorted[middle].text();
            if (text.length > depth && (text[depth] & 0xff) >= value) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }
}
