// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.jpeg.entropy;

import dev.myna.loaders.image.jpeg.segments.ScanHeader;
import dev.myna.loaders.image.jpeg.segments.Zigzag;
import java.io.IOException;
import java.util.Arrays;

/** Whole blocks of a sequential scan in Huffman codes (T.81 F.2.2). */
public final class SequentialHuffman extends HuffmanBlocks {
    private final HuffmanTable[] dc;
    private final HuffmanTable[] ac;
    private final int[] predictors;

    public SequentialHuffman(BitReader bits, ScanHeader scan, Tables tables) throws IOException {
        super(bits);
        int members = scan.components().length;
        dc = new HuffmanTable[members];
        ac = new HuffmanTable[members];
        predictors = new int[members];
        for (int i = 0; i < members; i++) {
            dc[i] = tables.huffman(0, scan.dcTables()[i], scan.position());
            ac[i] = tables.huffman(1, scan.acTables()[i], scan.position());
        }
    }

    @Override
    public int decode(int member, short[] block, int at) throws IOException {
        BitReader in = bits;
        int size = in.symbol(dc[member]);
        if (size != 0) {
            predictors[member] += in.receiveSigned(size);
        }
        block[at] = (short) predictors[member];
        HuffmanTable table = ac[member];
        int k = 0;
        while (k < 63) {
            int symbol = in.symbol(table);
            int bitsOfValue = symbol & 15;
            int zeros = symbol >> 4;
            if (bitsOfValue == 0) {
                if (zeros != 15) {
                    break;
                }
                k += 16;
                continue;
            }
            k += zeros + 1;
            if (k > 63) {
                throw in.damaged("a block of more than 64 coefficients");
            }
            block[at + Zigzag.NATURAL[k]] = (short) in.receiveSigned(bitsOfValue);
        }
        return Math.min(k, 63);
    }

    @Override
    void reset() {
        Arrays.fill(predictors, 0);
    }
}
