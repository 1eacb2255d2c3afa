// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.jpeg.entropy;

import dev.myna.loaders.image.jpeg.segments.ScanHeader;
import dev.myna.loaders.image.jpeg.segments.Zigzag;
import java.io.IOException;

/**
 * A progressive scan of a band of AC coefficients in Huffman codes: the first one (T.81 G.1.2.2), or one more bit (G.1.2.3).
 * A code may end the band in up to 32,767 blocks at once.
 */
public final class ProgressiveAc extends HuffmanBlocks {
    private final HuffmanTable table;
    private final int first;
    private final int last;
    private final boolean refines;
    private final int low;

    /** Which coefficients of the component, by k, are not zero in some block. */
    private long used;

    /** Number of following blocks whose band has only refinement bits. */
    private int endedBlocks;

    /** @param used bit k tells whether earlier scans of the component made coefficient k of some block non-zero */
    public ProgressiveAc(BitReader bits, ScanHeader scan, Tables tables, long used) throws IOException {
        super(bits);
        table = tables.huffman(1, scan.acTables()[0], scan.position());
        first = scan.first();
        last = scan.last();
        refines = scan.refines();
        low = scan.low();
        this.used = used;
    }

    /** {@code used} of the constructor, after this scan. */
    public long used() {
        return used;
    }

    @Override
    public int decode(int member, short[] block, int at) throws IOException {
        if (refines) {
            refine(block, at);
        } else if (endedBlocks > 0) {
            endedBlocks--;
        } else {
            begin(block, at);
        }
        return 63;
    }

    /** In ended blocks only nonzero coefficients have bits. If the band has none, there is nothing to read. */
    @Override
    public int skip(int max) {
        if (endedBlocks == 0 || refines && (used & band()) != 0) {
            return 0;
        }
        int skipped = Math.min(endedBlocks, max);
        endedBlocks -= skipped;
        return skipped;
    }

    private long band() {
        return -1L << first & -1L >>> 63 - last;
    }

    private void begin(short[] block, int at) throws IOException {
        int k = first;
        while (k <= last) {
            int symbol = bits.symbol(table);
            int size = symbol & 15;
            int zeros = symbol >> 4;
            if (size == 0 && zeros != 15) {
                endedBlocks = endOfBand(zeros) - 1;
                return;
            }
            k += zeros;
            if (size != 0) {
                set(block, at, k, bits.receiveSigned(size) << low);
            }
            k++;
        }
    }

    /** The number of blocks that end here, this one among them: 2 to the power of {@code size}, and as many bits. */
    private int endOfBand(int size) {
        return (1 << size) + (size == 0 ? 0 : bits.receive(size));
    }

    private void refine(short[] block, int at) throws IOException {
        int k = first;
        while (endedBlocks == 0 && k <= last) {
            int symbol = bits.symbol(table);
            int zeros = symbol >> 4;
            int value = 0;
            if ((symbol & 15) == 0) {
                if (zeros != 15) {
                    endedBlocks = endOfBand(zeros);
                    break;
                }
            } else if ((symbol & 15) == 1) {
                value = bits.bit() ? 1 << low : -1 << low;
            } else {
                throw bits.damaged("a new coefficient of " + (symbol & 15) + " bits");
            }
            // Coefficients already known do not count among the zeros; each has a bit here.
            while (k <= last) {
                int i = at + Zigzag.NATURAL[k];
                if (block[i] != 0) {
                    correct(block, i);
                } else if (--zeros < 0) {
                    break;
                }
                k++;
            }
            if (value != 0) {
                set(block, at, k, value);
            }
            k++;
        }
        if (endedBlocks > 0) {
            for (; k <= last; k++) {
                int i = at + Zigzag.NATURAL[k];
                if (block[i] != 0) {
                    correct(block, i);
                }
            }
            endedBlocks--;
        }
    }

    private void correct(short[] block, int i) {
        if (bits.bit() && (block[i] & 1 << low) == 0) {
            block[i] += (short) (block[i] > 0 ? 1 << low : -1 << low);
        }
    }

    private void set(short[] block, int at, int k, int value) throws IOException {
        if (k > last) {
            throw bits.damaged("a coefficient behind the scan's last");
        }
        block[at + Zigzag.NATURAL[k]] = (short) value;
        used |= 1L << k;
    }

    @Override
    void reset() {
        endedBlocks = 0;
    }
}
