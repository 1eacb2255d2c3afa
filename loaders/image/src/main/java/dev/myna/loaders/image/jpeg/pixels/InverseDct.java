// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.jpeg.pixels;

import dev.myna.loaders.image.jpeg.segments.Zigzag;

/**
 * The inverse discrete cosine transform of 8 x 8 coefficients (T.81 A.3.3), by the algorithm of Loeffler, Ligtenberg and Moschytz
 * (ICASSP 1989) with 13 fractional bits in the constants and 2 between the passes. Its rounding is that of the accurate integer
 * method of libjpeg, so all samples are equal.
 *
 * <p>Not thread-safe: it has a workspace.
 */
final class InverseDct {
    /** Fractional bits that the column pass leaves for the row pass. */
    private static final int PASS_BITS = 2;

    private static final int CONSTANT_BITS = 13;
    private static final int COLUMN_SHIFT = CONSTANT_BITS - PASS_BITS;
    private static final int ROW_SHIFT = CONSTANT_BITS + PASS_BITS + 3;

    // Multipliers of the flow graph, times 2 to the power of 13.
    private static final int C0_298631336 = 2446;
    private static final int C0_390180644 = 3196;
    private static final int C0_541196100 = 4433;
    private static final int C0_765366865 = 6270;
    private static final int C0_899976223 = 7373;
    private static final int C1_175875602 = 9633;
    private static final int C1_501321110 = 12299;
    private static final int C1_847759065 = 15137;
    private static final int C1_961570560 = 16069;
    private static final int C2_053119869 = 16819;
    private static final int C2_562915447 = 20995;
    private static final int C3_072711026 = 25172;

    /** For each k: the last column that coefficients 0 to k of the zigzag order reach. */
    private static final int[] LAST_COLUMN = lastColumns();

    private final int[] work = new int[64];

    private static int[] lastColumns() {
        int[] columns = new int[64];
        for (int k = 1; k < 64; k++) {
            columns[k] = Math.max(columns[k - 1], Zigzag.NATURAL[k] & 7);
        }
        return columns;
    }

    /**
     * Transforms a block.
     *
     * @param block 64 coefficients in natural order from {@code at}
     * @param steps 64 quantization steps in natural order
     * @param last no coefficient after this one of the zigzag order differs from zero
     * @param out receives 8 rows of 8 samples, 0 to 255, from {@code to} on, {@code stride} apart
     */
    void transform(short[] block, int at, int[] steps, int last, byte[] out, int to, int stride) {
        if (last == 0) {
            fill(clamp((block[at] * steps[0] + 4 >> 3) + 128), out, to, stride);
            return;
        }
        int columns = LAST_COLUMN[last] + 1;
        for (int x = 0; x < columns; x++) {
            column(block, at + x, steps, x);
        }
        for (int y = 0; y < 8; y++) {
            row(8 * y, columns, out, to);
            to += stride;
        }
    }

    private static void fill(byte sample, byte[] out, int to, int stride) {
        for (int y = 0; y < 8; y++) {
            out[to] = sample;
            out[to + 1] = sample;
            out[to + 2] = sample;
            out[to + 3] = sample;
            out[to + 4] = sample;
            out[to + 5] = sample;
            out[to + 6] = sample;
            out[to + 7] = sample;
            to += stride;
        }
    }

    private void column(short[] block, int at, int[] steps, int x) {
        int[] w = work;
        int s0 = block[at] * steps[x];
        int b1 = block[at + 8];
        int b2 = block[at + 16];
        int b3 = block[at + 24];
        int b4 = block[at + 32];
        int b5 = block[at + 40];
        int b6 = block[at + 48];
        int b7 = block[at + 56];
        if ((b1 | b2 | b3 | b4 | b5 | b6 | b7) == 0) {
            int dc = s0 << PASS_BITS;
            w[x] = dc;
            w[x + 8] = dc;
            w[x + 16] = dc;
            w[x + 24] = dc;
            w[x + 32] = dc;
            w[x + 40] = dc;
            w[x + 48] = dc;
            w[x + 56] = dc;
            return;
        }
        int s1 = b1 * steps[x + 8];
        int s2 = b2 * steps[x + 16];
        int s3 = b3 * steps[x + 24];
        int s4 = b4 * steps[x + 32];
        int s5 = b5 * steps[x + 40];
        int s6 = b6 * steps[x + 48];
        int s7 = b7 * steps[x + 56];

        // Even part: a rotation of 2 and 6, butterflies with 0 and 4.
        int rotation = (s2 + s6) * C0_541196100;
        int e2 = rotation - s6 * C1_847759065;
        int e3 = rotation + s2 * C0_765366865;
        int round = 1 << COLUMN_SHIFT - 1;
        int e0 = (s0 + s4 << CONSTANT_BITS) + round;
        int e1 = (s0 - s4 << CONSTANT_BITS) + round;
        int a0 = e0 + e3;
        int a3 = e0 - e3;
        int a1 = e1 + e2;
        int a2 = e1 - e2;

        // Odd part.
        int z = (s7 + s3 + s5 + s1) * C1_175875602;
        int z1 = (s7 + s1) * -C0_899976223;
        int z2 = (s5 + s3) * -C2_562915447;
        int z3 = (s7 + s3) * -C1_961570560 + z;
        int z4 = (s5 + s1) * -C0_390180644 + z;
        int o0 = s7 * C0_298631336 + z1 + z3;
        int o1 = s5 * C2_053119869 + z2 + z4;
        int o2 = s3 * C3_072711026 + z2 + z3;
        int o3 = s1 * C1_501321110 + z1 + z4;

        w[x] = a0 + o3 >> COLUMN_SHIFT;
        w[x + 56] = a0 - o3 >> COLUMN_SHIFT;
        w[x + 8] = a1 + o2 >> COLUMN_SHIFT;
        w[x + 48] = a1 - o2 >> COLUMN_SHIFT;
        w[x + 16] = a2 + o1 >> COLUMN_SHIFT;
        w[x + 40] = a2 - o1 >> COLUMN_SHIFT;
        w[x + 24] = a3 + o0 >> COLUMN_SHIFT;
        w[x + 32] = a3 - o0 >> COLUMN_SHIFT;
    }

    private void row(int at, int columns, byte[] out, int to) {
        int[] w = work;
        int s0 = w[at];
        int s1 = columns > 1 ? w[at + 1] : 0;
        int s2 = columns > 2 ? w[at + 2] : 0;
        int s3 = columns > 3 ? w[at + 3] : 0;
        int s4 = 0;
        int s5 = 0;
        int s6 = 0;
        int s7 = 0;
        if (columns > 4) {
            s4 = w[at + 4];
            s5 = columns > 5 ? w[at + 5] : 0;
            s6 = columns > 6 ? w[at + 6] : 0;
            s7 = columns > 7 ? w[at + 7] : 0;
        }

        int rotation = (s2 + s6) * C0_541196100;
        int e2 = rotation - s6 * C1_847759065;
        int e3 = rotation + s2 * C0_765366865;
        // 128 is the level shift of A.3.1.
        int round = (1 << ROW_SHIFT - 1) + (128 << ROW_SHIFT);
        int e0 = (s0 + s4 << CONSTANT_BITS) + round;
        int e1 = (s0 - s4 << CONSTANT_BITS) + round;
        int a0 = e0 + e3;
        int a3 = e0 - e3;
        int a1 = e1 + e2;
        int a2 = e1 - e2;

        int z = (s7 + s3 + s5 + s1) * C1_175875602;
        int z1 = (s7 + s1) * -C0_899976223;
        int z2 = (s5 + s3) * -C2_562915447;
        int z3 = (s7 + s3) * -C1_961570560 + z;
        int z4 = (s5 + s1) * -C0_390180644 + z;
        int o0 = s7 * C0_298631336 + z1 + z3;
        int o1 = s5 * C2_053119869 + z2 + z4;
        int o2 = s3 * C3_072711026 + z2 + z3;
        int o3 = s1 * C1_501321110 + z1 + z4;

        out[to] = clamp(a0 + o3 >> ROW_SHIFT);
        out[to + 7] = clamp(a0 - o3 >> ROW_SHIFT);
        out[to + 1] = clamp(a1 + o2 >> ROW_SHIFT);
        out[to + 6] = clamp(a1 - o2 >> ROW_SHIFT);
        out[to + 2] = clamp(a2 + o1 >> ROW_SHIFT);
        out[to + 5] = clamp(a2 - o1 >> ROW_SHIFT);
        out[to + 3] = clamp(a3 + o0 >> ROW_SHIFT);
        out[to + 4] = clamp(a3 - o0 >> ROW_SHIFT);
    }

    private static byte clamp(int value) {
        if ((value & ~0xff) != 0) {
            return (byte) (value < 0 ? 0 : 255);
        }
        return (byte) value;
    }
}
