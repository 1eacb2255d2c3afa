// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.webp.lossy;

import dev.myna.loaders.image.webp.container.Bytes;
import java.io.EOFException;
import java.io.IOException;

/** The header of a VP8 key frame (RFC 6386, section 9) and the partitions behind it. */
public final class FrameHeader {
    static final int SEGMENTS = 4;
    private static final int START = 10;
    private static final int PARTITION_SIZE = 3;

    /** The first partition, from where the macroblocks' modes begin. */
    final BoolDecoder modes;

    /** The partitions of coefficients: row {@code y} is in the one of index {@code y % length}. */
    final BoolDecoder[] coefficients;

    final Quantizers quantizers;
    final LoopFilter filter;
    final int[] probabilities;

    /** Probabilities of the tree of segments, or null where macroblocks name none. */
    final int[] segmentProbabilities;

    /** The probability that a macroblock has coefficients, or -1 where macroblocks do not say. */
    final int skipProbability;

    FrameHeader(byte[] data, int from, int to) throws IOException {
        if (to - from < START) {
            throw new EOFException("the VP8 data end in their header");
        }
        int tag = Bytes.three(data, from);
        if ((tag & 1) != 0 || (tag >> 1 & 7) > 3) {
            throw new IOException("the VP8 data do not begin with a key frame of a known version");
        }
        if ((tag >> 4 & 1) == 0) {
            throw new IOException("the VP8 frame is not to be shown");
        }
        int size = tag >> 5;
        int first = from + START;
        if (size > to - first) {
            throw new EOFException(
                    "the VP8 data end in their first partition: " + (to - first) + " of " + size + " bytes");
        }
        modes = new BoolDecoder(data, first, first + size);
        // The colour space (only one is in use), and whether sums need clamping (they are always clamped).
        modes.number(2);
        int[] segmentQuantizers = null;
        int[] segmentLevels = null;
        boolean absolute = true;
        int[] tree = null;
        if (modes.flag()) {
            segmentQuantizers = new int[SEGMENTS];
            segmentLevels = new int[SEGMENTS];
            boolean updatesMap = modes.flag();
            if (modes.flag()) {
                absolute = modes.flag();
                for (int i = 0; i < SEGMENTS; i++) {
                    segmentQuantizers[i] = modes.optional(7, 0);
                }
                for (int i = 0; i < SEGMENTS; i++) {
                    segmentLevels[i] = modes.optional(6, 0);
                }
            }
            if (updatesMap) {
                tree = new int[SEGMENTS - 1];
                for (int i = 0; i < tree.length; i++) {
                    tree[i] = modes.flag() ? modes.number(8) : 255;
                }
            }
        }
        segmentProbabilities = tree;
        filter = new LoopFilter(modes, segmentLevels, absolute);
        coefficients = partitions(data, first + size, to, 1 << modes.number(2));
        quantizers = new Quantizers(modes, segmentQuantizers, absolute);
        modes.flag(); // Whether probabilities are kept for further frames.
        probabilities = CoefficientProbabilities.read(modes);
        skipProbability = modes.flag() ? modes.number(8) : -1;
    }

    private static BoolDecoder[] partitions(byte[] data, int from, int to, int count) throws EOFException {
        int sizes = from;
        int at = from + PARTITION_SIZE * (count - 1);
        if (at >= to) {
            throw new EOFException("the VP8 data end before their coefficients");
        }
        BoolDecoder[] partitions = new BoolDecoder[count];
        for (int i = 0; i < count; i++) {
            int size = i < count - 1 ? Bytes.three(data, sizes + PARTITION_SIZE * i) : to - at;
            int end = at + Math.min(size, to - at);
            partitions[i] = new BoolDecoder(data, at, end);
            at = end;
        }
        if (partitions[count - 1].ended()) {
            throw new EOFException("the VP8 data end before their last partition");
        }
        return partitions;
    }
}
