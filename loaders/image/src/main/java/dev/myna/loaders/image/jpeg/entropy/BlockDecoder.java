// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.jpeg.entropy;

import java.io.IOException;

/** Decodes the blocks of one scan, in their order in the file. */
public interface BlockDecoder {
    /**
     * Decodes what the scan says about the next block.
     *
     * @param member the component's place in the scan
     * @param block coefficients in natural order, 64 from {@code at}: zero, or as earlier scans left them
     * @return the last coefficient of the file's order that may not be zero; 63 if not known
     * @throws IOException if the data are damaged
     */
    int decode(int member, short[] block, int at) throws IOException;

    /** Skips up to {@code max} next blocks to which the scan adds nothing. Returns how many. */
    default int skip(int max) {
        return 0;
    }

    /** Whether blocks were decoded from bits beyond the end of the data. */
    boolean exhausted();

    /** Offset behind the bytes loaded so far; not behind the next marker. */
    int position();

    /** Restarts at a byte, without state of earlier blocks (T.81 E.2.4). */
    void restart(int position) throws IOException;
}
