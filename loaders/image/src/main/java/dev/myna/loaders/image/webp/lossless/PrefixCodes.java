// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.webp.lossless;

import dev.myna.loaders.image.codec.WorkBudget;
import java.io.IOException;
import java.util.Arrays;

/**
 * The five prefix codes of a region (RFC 9649, sections 3.6 and 3.7): green values, lengths of copies and entries of
 * the colour cache share one; red, blue, alpha and distances have one each.
 */
final class PrefixCodes {
    static final int LITERALS = 256;
    static final int LENGTHS = 24;

    /** So many lengths and distances are symbols of their own, without further bits. */
    static final int EXACT = 4;

    private static final int DISTANCES = 40;

    private static final int[] ORDER = {17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    private static final int REPEAT = 16;
    private static final int ZEROS = 17;

    final PrefixCode green;
    final PrefixCode red;
    final PrefixCode blue;
    final PrefixCode alpha;
    final PrefixCode distance;

    /** Whether a literal's red, blue and alpha take no bits; then {@link #literal} holds them. */
    final boolean constant;

    final int literal;

    /** Whether every pixel is {@link #literal}. */
    final boolean solid;

    /** Whether a symbol may take no bits at all. */
    final boolean free;

    private PrefixCodes(PrefixCode green, PrefixCode red, PrefixCode blue, PrefixCode alpha, PrefixCode distance) {
        this.green = green;
        this.red = red;
        this.blue = blue;
        this.alpha = alpha;
        this.distance = distance;
        constant = red.only() >= 0 && blue.only() >= 0 && alpha.only() >= 0;
        solid = constant && green.only() >= 0 && green.only() < LITERALS;
        free = solid || green.only() >= LITERALS && takesNoMore(green.only() - LITERALS);
        int others = constant ? alpha.only() << 24 | red.only() << 16 | blue.only() : 0;
        literal = solid ? others | green.only() << 8 : others;
    }

    /** Reads the five codes. */
    static PrefixCodes read(BitReader in, int cacheSize, WorkBudget budget) throws IOException {
        byte[] lengths = new byte[LITERALS + LENGTHS + cacheSize];
        PrefixCode green = code(in, lengths, lengths.length, budget);
        PrefixCode red = code(in, lengths, LITERALS, budget);
        PrefixCode blue = code(in, lengths, LITERALS, budget);
        PrefixCode alpha = code(in, lengths, LITERALS, budget);
        return new PrefixCodes(green, red, blue, alpha, code(in, lengths, DISTANCES, budget));
    }

    /** Whether a copy of this length symbol, or an entry of the cache, takes no bits behind its symbol. */
    private boolean takesNoMore(int symbol) {
        return symbol >= LENGTHS || symbol < EXACT && distance.only() >= 0 && distance.only() < EXACT;
    }

    private static PrefixCode code(BitReader in, byte[] lengths, int symbols, WorkBudget budget) throws IOException {
        if (in.flag()) {
            return simple(in, symbols);
        }
        budget.spend(symbols / 4);
        byte[] lengthLengths = new byte[ORDER.length];
        int written = 4 + in.number(4);
        for (int i = 0; i < written; i++) {
            lengthLengths[ORDER[i]] = (byte) in.number(3);
        }
        PrefixCode lengthCode = PrefixCode.of(lengthLengths, lengthLengths.length);
        int max = symbols;
        if (in.flag()) {
            max = 2 + in.number(2 + 2 * in.number(3));
            if (max > symbols) {
                throw new IOException("the VP8L data have more code lengths than symbols");
            }
        }
        Arrays.fill(lengths, (byte) 0);
        int symbol = 0;
        byte previous = 8;
        for (int i = 0; i < max && symbol < symbols; i++) {
            in.fill();
            int read = lengthCode.read(in);
            in.requireMore();
            if (read < REPEAT) {
                lengths[symbol++] = (byte) read;
                previous = read != 0 ? (byte) read : previous;
                continue;
            }
            // The third is 18: more zeros.
            int count = read == REPEAT ? 3 + in.number(2) : read == ZEROS ? 3 + in.number(3) : 11 + in.number(7);
            if (symbol + count > symbols) {
                throw new IOException("the VP8L data have more code lengths than symbols");
            }
            Arrays.fill(lengths, symbol, symbol + count, read == REPEAT ? previous : 0);
            symbol += count;
        }
        return PrefixCode.of(lengths, symbols);
    }

    /** One symbol, or two of one bit each. */
    private static PrefixCode simple(BitReader in, int symbols) throws IOException {
        boolean two = in.flag();
        int first = in.number(in.flag() ? 8 : 1);
        int second = two ? in.number(8) : first;
        int low = Math.min(first, second);
        int high = Math.max(first, second);
        if (low >= symbols) {
            throw new IOException("the VP8L data have a prefix code without symbols");
        }
        return high >= symbols || low == high ? new PrefixCode(low) : new PrefixCode(low, high);
    }
}
