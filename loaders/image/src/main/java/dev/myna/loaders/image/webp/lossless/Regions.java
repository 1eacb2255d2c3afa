// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.webp.lossless;

import dev.myna.loaders.image.codec.WorkBudget;
import java.io.IOException;
import java.util.BitSet;

/** The prefix codes by position (RFC 9649, section 3.7.2.2): the same everywhere, or chosen per square block of pixels. */
final class Regions {
    private static final int MIN_BITS = 2;

    private final PrefixCodes[] codes;

    /** By block, an index of {@link #codes}; null where there is one. */
    private final char[] map;

    private final int bits;
    private final int columns;

    private Regions(PrefixCodes[] codes, char[] map, int bits, int columns) {
        this.codes = codes;
        this.map = map;
        this.bits = bits;
        this.columns = columns;
    }

    static Regions read(BitReader in, int width, int height, int cacheSize, boolean regional, WorkBudget budget)
            throws IOException {
        if (!regional || !in.flag()) {
            return new Regions(new PrefixCodes[] {PrefixCodes.read(in, cacheSize, budget)}, null, 31, 1);
        }
        int bits = MIN_BITS + in.number(3);
        int columns = blocks(width, bits);
        int[] image = new EntropyImage(in, columns, blocks(height, bits), false, budget).all();
        char[] map = new char[image.length];
        BitSet used = new BitSet();
        for (int i = 0; i < image.length; i++) {
            map[i] = (char) (image[i] >> 8);
            used.set(map[i]);
        }
        PrefixCodes[] codes = new PrefixCodes[used.length()];
        for (int i = 0; i < codes.length; i++) {
            budget.spend(64);
            PrefixCodes read = PrefixCodes.read(in, cacheSize, budget);
            codes[i] = used.get(i) ? read : null;
        }
        return new Regions(codes, map, bits, columns);
    }

    /** How many blocks of 2^bits pixels cover a length. */
    static int blocks(int length, int bits) {
        return length + (1 << bits) - 1 >> bits;
    }

    PrefixCodes at(int x, int y) {
        return map == null ? codes[0] : codes[map[(y >> bits) * columns + (x >> bits)]];
    }

    /** The first column behind the block of column {@code x}. */
    int end(int x) {
        return map == null ? Integer.MAX_VALUE : (x >> bits) + 1 << bits;
    }

    /** Whether there are symbols that take no bits. */
    boolean free() {
        for (PrefixCodes code : codes) {
            if (code != null && code.free) {
                return true;
            }
        }
        return false;
    }
}
