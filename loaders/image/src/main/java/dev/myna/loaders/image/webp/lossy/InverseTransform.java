// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.webp.lossy;

/** The inverse transforms of VP8 (RFC 6386, section 14): coefficients to differences of samples. */
final class InverseTransform {
    /** sqrt(2) cos(pi/8) - 1 and sqrt(2) sin(pi/8), in 1/65536. */
    private static final int COSINE = 20091;

    private static final int SINE = 35468;

    private final short[] columns = new short[16];

    /** Spreads a second-order block over the first coefficients of 16 luma blocks. */
    static void walshHadamard(short[] in, short[] out) {
        int[] sums = new int[16];
        for (int i = 0; i < 4; i++) {
            int outer = in[i] + in[12 + i];
            int inner = in[4 + i] + in[8 + i];
            int outerDifference = in[i] - in[12 + i];
            int innerDifference = in[4 + i] - in[8 + i];
            sums[i] = outer + inner;
            sums[4 + i] = outerDifference + innerDifference;
            sums[8 + i] = outer - inner;
            sums[12 + i] = outerDifference - innerDifference;
        }
        for (int i = 0; i < 16; i += 4) {
            int outer = sums[i] + 3 + sums[i + 3];
            int inner = sums[i + 1] + sums[i + 2];
            int outerDifference = sums[i] + 3 - sums[i + 3];
            int innerDifference = sums[i + 1] - sums[i + 2];
            int to = i * Residuals.BLOCK;
            out[to] = (short) (outer + inner >> 3);
            out[to + Residuals.BLOCK] = (short) (outerDifference + innerDifference >> 3);
            out[to + 2 * Residuals.BLOCK] = (short) (outer - inner >> 3);
            out[to + 3 * Residuals.BLOCK] = (short) (outerDifference - innerDifference >> 3);
        }
    }

    /** Adds a block whose only coefficient is the first. */
    void addDc(int coefficient, byte[] samples, int at, int stride) {
        int difference = coefficient + 4 >> 3;
        for (int y = at; y < at + 4 * stride; y += stride) {
            for (int x = y; x < y + 4; x++) {
                samples[x] = clamp((samples[x] & 0xff) + difference);
            }
        }
    }

    /**
     * Adds the block of 16 coefficients at {@code from}. Sums have 16 bits, which only damaged data exceed; then they
     * wrap, as they do in the vector code of the reference decoder.
     */
    void add(short[] in, int from, byte[] samples, int at, int stride) {
        short[] c = columns;
        for (int i = 0; i < 4; i++) {
            int even = in[from + i] + in[from + 8 + i];
            int evenDifference = in[from + i] - in[from + 8 + i];
            int odd = cosine(in[from + 4 + i]) + sine(in[from + 12 + i]);
            int oddDifference = sine(in[from + 4 + i]) - cosine(in[from + 12 + i]);
            c[4 * i] = (short) (even + odd);
            c[4 * i + 1] = (short) (evenDifference + oddDifference);
            c[4 * i + 2] = (short) (evenDifference - oddDifference);
            c[4 * i + 3] = (short) (even - odd);
        }
        int to = at;
        for (int i = 0; i < 4; i++) {
            int even = c[i] + 4 + c[8 + i];
            int evenDifference = c[i] + 4 - c[8 + i];
            int odd = cosine(c[4 + i]) + sine(c[12 + i]);
            int oddDifference = sine(c[4 + i]) - cosine(c[12 + i]);
            samples[to] = clamp((samples[to] & 0xff) + ((short) (even + odd) >> 3));
            samples[to + 1] = clamp((samples[to + 1] & 0xff) + ((short) (evenDifference + oddDifference) >> 3));
            samples[to + 2] = clamp((samples[to + 2] & 0xff) + ((short) (evenDifference - oddDifference) >> 3));
            samples[to + 3] = clamp((samples[to + 3] & 0xff) + ((short) (even - odd) >> 3));
            to += stride;
        }
    }

    private static int cosine(int value) {
        return value + (value * COSINE >> 16);
    }

    private static int sine(int value) {
        return value * SINE >> 16;
    }

    private static byte clamp(int sample) {
        return (byte) Math.max(0, Math.min(sample, 255));
    }
}
