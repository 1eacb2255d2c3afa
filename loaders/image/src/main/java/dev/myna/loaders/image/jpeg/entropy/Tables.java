// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.jpeg.entropy;

import dev.myna.loaders.image.jpeg.segments.Faults;
import dev.myna.loaders.image.jpeg.segments.SegmentReader;
import dev.myna.loaders.image.jpeg.segments.Zigzag;
import java.io.IOException;

/** The tables and the restart interval in force, as the segments before a scan set them (T.81 B.2.4). */
public final class Tables {
    private final int[][] quantization = new int[4][];
    private final HuffmanTable[][] huffman = new HuffmanTable[2][4];
    private final Conditioning conditioning = new Conditioning();
    private int restartInterval;

    /** DQT (B.2.4.1): tables of 8-bit or 16-bit steps, in zigzag order. */
    public void readQuantization(SegmentReader in) throws IOException {
        while (in.remaining() > 0) {
            int at = in.position();
            int head = in.u8();
            if (head >> 4 > 1 || (head & 15) > 3) {
                throw Faults.damaged(at, "quantization table " + head);
            }
            int[] steps = new int[64];
            for (int k = 0; k < 64; k++) {
                steps[Zigzag.NATURAL[k]] = head >> 4 == 0 ? in.u8() : in.u16();
            }
            quantization[head & 15] = steps;
        }
    }

    /** DHT (B.2.4.2). */
    public void readHuffman(SegmentReader in) throws IOException {
        while (in.remaining() > 0) {
            int at = in.position();
            int head = in.u8();
            if (head >> 4 > 1 || (head & 15) > 3) {
                throw Faults.damaged(at, "Huffman table " + head);
            }
            huffman[head >> 4][head & 15] = HuffmanTable.read(in);
        }
    }

    /** DAC (B.2.4.3). */
    public void readConditioning(SegmentReader in) throws IOException {
        conditioning.read(in);
    }

    /** DRI (B.2.4.4). */
    public void readRestartInterval(SegmentReader in) throws IOException {
        restartInterval = in.u16();
    }

    /** MCUs between restart markers, or 0. */
    public int restartInterval() {
        return restartInterval;
    }

    /** 64 steps in natural order. */
    public int[] quantization(int destination, int position) throws IOException {
        if (quantization[destination] == null) {
            throw Faults.damaged(position, "no quantization table " + destination + " before the scan");
        }
        return quantization[destination];
    }

    /**
     * @param tableClass 0 for DC, 1 for AC
     * @param position where the scan is, for messages
     */
    HuffmanTable huffman(int tableClass, int destination, int position) throws IOException {
        HuffmanTable[] tables = huffman[tableClass];
        if (tables[destination] == null) {
            if (destination > 1) {
                throw Faults.damaged(position, "no Huffman table " + destination + " before the scan");
            }
            tables[destination] = StandardTables.of(tableClass, destination);
        }
        if (tableClass == 0 && !tables[destination].fitsDc()) {
            throw Faults.damaged(position, "Huffman table " + destination + " is not one for DC coefficients");
        }
        return tables[destination];
    }

    public Conditioning conditioning() {
        return conditioning;
    }
}
