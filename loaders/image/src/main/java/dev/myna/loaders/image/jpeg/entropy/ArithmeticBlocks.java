// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.jpeg.entropy;

import dev.myna.loaders.image.jpeg.segments.Faults;
import dev.myna.loaders.image.jpeg.segments.ScanHeader;
import dev.myna.loaders.image.jpeg.segments.Zigzag;
import java.io.IOException;
import java.util.Arrays;

/**
 * Blocks of a scan in arithmetic coding: whole ones of a sequential scan (T.81 F.2.4), or a part of a progressive one
 * (G.1.3). Both are a band of coefficients, so one class does both.
 */
public final class ArithmeticBlocks implements BlockDecoder {
    /** Bins of one DC table (table F.4). */
    private static final int DC_BINS = 64;

    /** Where the bins of a DC difference's magnitude begin, X1. */
    private static final int DC_MAGNITUDE = 20;

    /** Bins of one AC table (table F.5): three for each k, then those of magnitudes. */
    private static final int AC_BINS = 256;

    /** Where the bins X2 of low frequencies begin, and of high ones. */
    private static final int AC_LOW_MAGNITUDE = 189;

    private static final int AC_HIGH_MAGNITUDE = 217;

    /** From the bin that ends a magnitude's category to that of its further bits, M1 - X1. */
    private static final int TO_BITS = 14;

    /** Magnitudes of more bits do not exist. */
    private static final int TOO_LARGE = 0x8000;

    private final ArithmeticDecoder decoder;
    private final ScanHeader scan;
    private final Conditioning conditioning;

    /** By destination of the table. */
    private final byte[][] dcBins = new byte[4][DC_BINS];

    private final byte[][] acBins = new byte[4][AC_BINS];

    /** By member: the last DC value, and the bins that the last difference chose. */
    private final int[] predictors;

    private final int[] contexts;

    /** The bin of the magnitude decoded last. */
    private int bin;

    public ArithmeticBlocks(byte[] data, ScanHeader scan, Conditioning conditioning) {
        decoder = new ArithmeticDecoder(data, scan.position());
        this.scan = scan;
        this.conditioning = conditioning;
        predictors = new int[scan.components().length];
        contexts = new int[predictors.length];
    }

    @Override
    public int decode(int member, short[] block, int at) throws IOException {
        if (scan.dc()) {
            if (scan.refines()) {
                if (decoder.decideEvenly()) {
                    block[at] |= (short) (1 << scan.low());
                }
            } else {
                predictors[member] += dcDifference(member);
                block[at] = (short) (predictors[member] << scan.low());
            }
        }
        if (scan.last() > 0) {
            if (scan.refines()) {
                refine(acBins[scan.acTables()[member]], block, at);
            } else {
                band(scan.acTables()[member], block, at);
            }
        }
        return 63;
    }

    /** F.1.4.4.1, F.2.4.1. */
    private int dcDifference(int member) throws IOException {
        int table = scan.dcTables()[member];
        byte[] bins = dcBins[table];
        int context = contexts[member];
        if (!decoder.decide(bins, context)) {
            contexts[member] = 0;
            return 0;
        }
        boolean negative = decoder.decide(bins, context + 1);
        bin = context + (negative ? 3 : 2);
        int leading = 0;
        if (decoder.decide(bins, bin)) {
            bin = DC_MAGNITUDE;
            leading = leadingBit(bins, 1);
        }
        int sign = negative ? 4 : 0;
        if (leading < 1 << conditioning.dcLower[table] >> 1) {
            contexts[member] = 0;
        } else if (leading > 1 << conditioning.dcUpper[table] >> 1) {
            contexts[member] = 12 + sign;
        } else {
            contexts[member] = 4 + sign;
        }
        int magnitude = furtherBits(bins, leading) + 1;
        return negative ? -magnitude : magnitude;
    }

    /** A band of AC coefficients without history (F.1.4.4.2, F.2.4.2, G.1.3.2). */
    private void band(int table, short[] block, int at) throws IOException {
        byte[] bins = acBins[table];
        int k = Math.max(scan.first(), 1);
        while (k <= scan.last() && !decoder.decide(bins, 3 * (k - 1))) {
            while (!decoder.decide(bins, 3 * (k - 1) + 1)) {
                k++;
                requireInBand(k);
            }
            boolean negative = decoder.decideEvenly();
            bin = 3 * (k - 1) + 2;
            int leading = 0;
            if (decoder.decide(bins, bin)) {
                leading = 1;
                if (decoder.decide(bins, bin)) {
                    bin = k <= conditioning.acKx[table] ? AC_LOW_MAGNITUDE : AC_HIGH_MAGNITUDE;
                    leading = leadingBit(bins, 2);
                }
            }
            int magnitude = furtherBits(bins, leading) + 1;
            block[at + Zigzag.NATURAL[k]] = (short) ((negative ? -magnitude : magnitude) << scan.low());
            k++;
        }
    }

    /** One more bit of a band (G.1.3.3). */
    private void refine(byte[] bins, short[] block, int at) throws IOException {
        int one = 1 << scan.low();
        int end = scan.last();
        while (end > 0 && block[at + Zigzag.NATURAL[end]] == 0) {
            end--;
        }
        for (int k = scan.first(); k <= scan.last(); k++) {
            if (k > end && decoder.decide(bins, 3 * (k - 1))) {
                return;
            }
            int i = at + Zigzag.NATURAL[k];
            while (block[i] == 0 && !decoder.decide(bins, 3 * (k - 1) + 1)) {
                k++;
                requireInBand(k);
                i = at + Zigzag.NATURAL[k];
            }
            if (block[i] == 0) {
                block[i] = (short) (decoder.decideEvenly() ? -one : one);
            } else if (decoder.decide(bins, 3 * (k - 1) + 2)) {
                block[i] += (short) (block[i] < 0 ? -one : one);
            }
        }
    }

    private void requireInBand(int k) throws IOException {
        if (k > scan.last()) {
            throw Faults.damaged(decoder.position(), "a coefficient behind the scan's last");
        }
    }

    /** The highest bit of a magnitude, from {@code bit} up (figure F.23). */
    private int leadingBit(byte[] bins, int bit) throws IOException {
        int leading = bit;
        while (decoder.decide(bins, bin)) {
            leading <<= 1;
            if (leading == TOO_LARGE) {
                throw Faults.damaged(decoder.position(), "a coefficient of more than 15 bits");
            }
            bin++;
        }
        return leading;
    }

    /** The bits below the highest one (figure F.24). */
    private int furtherBits(byte[] bins, int leading) {
        int magnitude = leading;
        for (int bit = leading >> 1; bit > 0; bit >>= 1) {
            if (decoder.decide(bins, bin + TO_BITS)) {
                magnitude |= bit;
            }
        }
        return magnitude;
    }

    @Override
    public boolean exhausted() {
        return decoder.exhausted();
    }

    @Override
    public int position() {
        return decoder.position();
    }

    @Override
    public void restart(int position) {
        decoder.start(position);
        Arrays.fill(predictors, 0);
        Arrays.fill(contexts, 0);
        for (int i = 0; i < 4; i++) {
            Arrays.fill(dcBins[i], (byte) 0);
            Arrays.fill(acBins[i], (byte) 0);
        }
    }
}
