// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.webp.lossless;

import java.io.IOException;

/**
 * A canonical prefix code (RFC 9649, section 3.7.2). Codes of up to {@value #MAX_ROOT} bits are looked up at once,
 * longer ones continue bit by bit. A code of one symbol takes no bits.
 */
final class PrefixCode {
    static final int MAX_LENGTH = 15;

    private static final int MAX_ROOT = 9;

    /** Symbols fit into twelve bits: 256 + 24 + 2^11 are fewer. */
    private static final int LENGTH_BITS = 4;

    private static final int LENGTH_MASK = (1 << LENGTH_BITS) - 1;

    /** In the place of a length: the code is longer than the table's index. */
    private static final int LONGER = 15;

    private final char[] table;
    private final int root;
    private final int mask;

    /**
     * The symbols of longer codes in the order of their codes, how many there are of each length, and the first such
     * code.
     */
    private final char[] longSymbols;

    private final int[] longCounts;
    private final int firstLong;

    /** A code of one symbol. */
    PrefixCode(int symbol) {
        table = new char[] {(char) (symbol << LENGTH_BITS)};
        root = 0;
        mask = 0;
        longSymbols = new char[0];
        longCounts = new int[0];
        firstLong = 0;
    }

    /** A code of two symbols, the lower first, of one bit each. */
    PrefixCode(int low, int high) {
        table = new char[] {(char) (low << LENGTH_BITS | 1), (char) (high << LENGTH_BITS | 1)};
        root = 1;
        mask = 1;
        longSymbols = new char[0];
        longCounts = new int[0];
        firstLong = 0;
    }

    private PrefixCode(byte[] lengths, int symbols, int[] counts, int maxLength) {
        root = Math.min(maxLength, MAX_ROOT);
        mask = (1 << root) - 1;
        table = new char[1 << root];
        int longer = 0;
        for (int length = root + 1; length <= maxLength; length++) {
            longer += counts[length];
        }
        longSymbols = new char[longer];
        longCounts = new int[maxLength - root];
        System.arraycopy(counts, root + 1, longCounts, 0, longCounts.length);
        int[] next = new int[MAX_LENGTH + 1];
        int code = 0;
        for (int length = 1; length <= maxLength; length++) {
            code = code + counts[length - 1] << 1;
            next[length] = code;
        }
        firstLong = longer == 0 ? 0 : next[root + 1];
        int[] place = new int[MAX_LENGTH + 1];
        for (int length = root + 2; length <= maxLength; length++) {
            place[length] = place[length - 1] + counts[length - 1];
        }
        for (int symbol = 0; symbol < symbols; symbol++) {
            int length = lengths[symbol];
            if (length > root) {
                int first = next[length]++ >> length - root;
                table[Integer.reverse(first) >>> 32 - root] = LONGER;
                longSymbols[place[length]++] = (char) symbol;
            } else if (length > 0) {
                int first = Integer.reverse(next[length]++) >>> 32 - length;
                for (int i = first; i < table.length; i += 1 << length) {
                    table[i] = (char) (symbol << LENGTH_BITS | length);
                }
            }
        }
    }

    /**
     * The code whose symbols have the given lengths; 0 means that the symbol does not occur.
     *
     * @throws IOException if the lengths are not those of a complete code
     */
    static PrefixCode of(byte[] lengths, int symbols) throws IOException {
        int[] counts = new int[MAX_LENGTH + 1];
        int last = -1;
        for (int symbol = 0; symbol < symbols; symbol++) {
            if (lengths[symbol] != 0) {
                counts[lengths[symbol]]++;
                last = symbol;
            }
        }
        int used = 0;
        int space = 1 << MAX_LENGTH;
        int maxLength = 0;
        for (int length = 1; length <= MAX_LENGTH; length++) {
            used += counts[length];
            space -= counts[length] << MAX_LENGTH - length;
            maxLength = counts[length] > 0 ? length : maxLength;
        }
        if (used == 1) {
            return new PrefixCode(last);
        }
        if (space != 0) {
            throw new IOException("the VP8L data have a prefix code that is not complete");
        }
        return new PrefixCode(lengths, symbols, counts, maxLength);
    }

    /** Takes a symbol from loaded bits, of which it needs up to {@value #MAX_LENGTH}. */
    int read(BitReader in) {
        int bits = in.peek();
        int entry = table[bits & mask];
        int length = entry & LENGTH_MASK;
        if (length == LONGER) {
            return readLong(in, bits);
        }
        in.skip(length);
        return entry >> LENGTH_BITS;
    }

    private int readLong(BitReader in, int bits) {
        int code = Integer.reverse(bits & mask) >>> 32 - root;
        int first = firstLong;
        int index = 0;
        int length = root;
        while (true) {
            code = code << 1 | bits >> length & 1;
            int count = longCounts[length - root];
            length++;
            if (code - first < count) {
                in.skip(length);
                return longSymbols[index + code - first];
            }
            index += count;
            first = first + count << 1;
        }
    }

    /** The only symbol, or -1 if there are more. */
    int only() {
        return root == 0 ? table[0] >> LENGTH_BITS : -1;
    }
}
