// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.jpeg.entropy;

import dev.myna.loaders.image.jpeg.segments.ScanHeader;
import java.io.IOException;
import java.util.Arrays;

/** A progressive scan of DC coefficients in Huffman codes: the first one, or one more bit (T.81 G.1.2.1). */
public final class ProgressiveDc extends HuffmanBlocks {
    private final HuffmanTable[] tables;
    private final int[] predictors;
    private final int low;

    public ProgressiveDc(BitReader bits, ScanHeader scan, Tables tables) throws IOException {
        super(bits);
        low = scan.low();
        int members = scan.components().length;
        predictors = new int[members];
        this.tables = new HuffmanTable[scan.refines() ? 0 : members];
        for (int i = 0; i < this.tables.length; i++) {
            this.tables[i] = tables.huffman(0, scan.dcTables()[i], scan.position());
        }
    }

    @Override
    public int decode(int member, short[] block, int at) throws IOException {
        if (tables.length == 0) {
            if (bits.bit()) {
                block[at] |= (short) (1 << low);
            }
            return 63;
        }
        int size = bits.symbol(tables[member]);
        if (size != 0) {
            predictors[member] += bits.receiveSigned(size);
        }
        block[at] = (short) (predictors[member] << low);
        return 63;
    }

    @Override
    void reset() {
        Arrays.fill(predictors, 0);
    }
}
