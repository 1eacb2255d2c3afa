// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.webp.lossy;

import java.util.Arrays;

/** Reads the coefficients of macroblocks and undoes their quantization (RFC 6386, section 13). */
final class Residuals {
    /** Of a block: no coefficient, the first alone, or more. */
    static final int NONE = 0;

    static final int DC_ONLY = 1;
    static final int FULL = 2;

    /** Coefficients of a block. */
    static final int BLOCK = 16;

    /** Blocks of a macroblock: 16 of luma, then four of each chroma plane. */
    static final int BLOCKS = 24;

    // Kinds of blocks, as the probabilities are ordered.
    private static final int LUMA_AFTER_SECOND = 0;
    private static final int SECOND = CoefficientProbabilities.KIND;
    private static final int CHROMA = 2 * CoefficientProbabilities.KIND;
    private static final int LUMA = 3 * CoefficientProbabilities.KIND;

    /** Contexts of a macroblock's side: four luma blocks, two of each chroma plane, and the second-order block. */
    private static final int CONTEXTS = 9;

    private static final int SECOND_CONTEXT = 8;

    private static final int[] ZIGZAG = {0, 1, 4, 8, 5, 2, 3, 6, 9, 12, 13, 10, 7, 11, 14, 15};

    /** Where the probabilities of each position begin, by its band; the last is behind the last position. */
    private static final int[] BAND = bands(0, 1, 2, 3, 6, 4, 5, 6, 6, 6, 6, 6, 6, 6, 6, 7, 0);

    private static final int[][] LARGE = {
        {173, 148, 140},
        {176, 155, 140, 135},
        {180, 157, 141, 134, 130},
        {254, 254, 243, 230, 196, 177, 153, 140, 133, 130, 129}
    };

    /** The coefficients of the macroblock that was read last, block by block, in rows. Zero where nothing was read. */
    final short[] coefficients = new short[BLOCKS * BLOCK];

    /** Of each block, how much there is. */
    final byte[] extent = new byte[BLOCKS];

    private final int[] probabilities;
    private final Quantizers quantizers;
    private final byte[] above;
    private final byte[] left = new byte[CONTEXTS];
    private final short[] second = new short[BLOCK];
    private boolean dirty;

    Residuals(FrameHeader header, int columns) {
        probabilities = header.probabilities;
        quantizers = header.quantizers;
        above = new byte[CONTEXTS * columns];
    }

    private static int[] bands(int... bands) {
        return Arrays.stream(bands)
                .map(band -> band * CoefficientProbabilities.BAND)
                .toArray();
    }

    void beginRow() {
        Arrays.fill(left, (byte) 0);
    }

    /** Takes a macroblock without coefficients. */
    void skip(int column, boolean split) {
        clear();
        int at = CONTEXTS * column;
        int contexts = split ? SECOND_CONTEXT : CONTEXTS;
        Arrays.fill(above, at, at + contexts, (byte) 0);
        Arrays.fill(left, 0, contexts, (byte) 0);
    }

    /** Reads a macroblock; false if all its coefficients are zero. */
    boolean read(BoolDecoder in, int column, boolean split, int segment) {
        clear();
        int at = CONTEXTS * column;
        int first = 0;
        int kind = LUMA;
        if (!split) {
            first = 1;
            kind = LUMA_AFTER_SECOND;
            readSecond(in, at, segment);
        }
        boolean any = false;
        int block = 0;
        for (int y = 0; y < 4; y++) {
            for (int x = 0; x < 4; x++, block++) {
                int context = left[y] + above[at + x];
                int count = tokens(
                        in,
                        kind,
                        context,
                        first,
                        quantizers.lumaDc[segment],
                        quantizers.lumaAc[segment],
                        coefficients,
                        block * BLOCK);
                left[y] = above[at + x] = (byte) (count > first ? 1 : 0);
                any |= note(block, count);
            }
        }
        for (int side = 4; side < SECOND_CONTEXT; side += 2) {
            for (int y = side; y < side + 2; y++) {
                for (int x = side; x < side + 2; x++, block++) {
                    int context = left[y] + above[at + x];
                    int count = tokens(
                            in,
                            CHROMA,
                            context,
                            0,
                            quantizers.chromaDc[segment],
                            quantizers.chromaAc[segment],
                            coefficients,
                            block * BLOCK);
                    left[y] = above[at + x] = (byte) (count > 0 ? 1 : 0);
                    any |= note(block, count);
                }
            }
        }
        dirty = any;
        return any;
    }

    private boolean note(int block, int count) {
        extent[block] = (byte) (count > 1 ? FULL : coefficients[block * BLOCK] != 0 ? DC_ONLY : NONE);
        return extent[block] != NONE;
    }

    /** The first coefficients of the luma blocks are coefficients of a block of their own. */
    private void readSecond(BoolDecoder in, int at, int segment) {
        Arrays.fill(second, (short) 0);
        int context = left[SECOND_CONTEXT] + above[at + SECOND_CONTEXT];
        int count =
                tokens(in, SECOND, context, 0, quantizers.secondDc[segment], quantizers.secondAc[segment], second, 0);
        left[SECOND_CONTEXT] = above[at + SECOND_CONTEXT] = (byte) (count > 0 ? 1 : 0);
        if (count > 0) {
            InverseTransform.walshHadamard(second, coefficients);
        }
    }

    private void clear() {
        if (dirty) {
            Arrays.fill(coefficients, (short) 0);
            Arrays.fill(extent, (byte) NONE);
            dirty = false;
        }
    }

    /** Reads a block; returns the position behind its last token. */
    private int tokens(BoolDecoder in, int kind, int context, int first, int dc, int ac, short[] to, int at) {
        int[] p = probabilities;
        int n = first;
        int node = kind + BAND[n] + context * CoefficientProbabilities.NODES;
        while (n < BLOCK) {
            if (in.bit(p[node]) == 0) {
                return n;
            }
            while (in.bit(p[node + 1]) == 0) {
                n++;
                if (n == BLOCK) {
                    return BLOCK;
                }
                node = kind + BAND[n];
            }
            int next = kind + BAND[n + 1];
            int value;
            if (in.bit(p[node + 2]) == 0) {
                value = 1;
                node = next + CoefficientProbabilities.NODES;
            } else {
                value = large(in, p, node);
                node = next + 2 * CoefficientProbabilities.NODES;
            }
            int signed = in.bit(128) != 0 ? -value : value;
            to[at + ZIGZAG[n]] = (short) (signed * (n == 0 ? dc : ac));
            n++;
        }
        return BLOCK;
    }

    /** A value of at least two. */
    private static int large(BoolDecoder in, int[] p, int node) {
        if (in.bit(p[node + 3]) == 0) {
            return in.bit(p[node + 4]) == 0 ? 2 : 3 + in.bit(p[node + 5]);
        }
        if (in.bit(p[node + 6]) == 0) {
            if (in.bit(p[node + 7]) == 0) {
                return 5 + in.bit(159);
            }
            int high = in.bit(165);
            return 7 + 2 * high + in.bit(145);
        }
        int high = in.bit(p[node + 8]);
        int category = 2 * high + in.bit(p[node + 9 + high]);
        int extra = 0;
        for (int probability : LARGE[category]) {
            extra = extra << 1 | in.bit(probability);
        }
        return 3 + (8 << category) + extra;
    }
}
