// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.webp.lossy;

/**
 * The loop filters of VP8 (RFC 6386, sections 9.3, 9.6 and 15): they smooth only the output, not the samples that blocks are
 * predicted from.
 */
public final class LoopFilter {
    private static final int MAX_LEVEL = 63;

    private final boolean simple;
    private final int sharpness;
    private final boolean used;

    /** By segment, of macroblocks that are predicted as a whole, and of split ones. */
    private final int[] levels = new int[FrameHeader.SEGMENTS];

    private final int[] splitLevels = new int[FrameHeader.SEGMENTS];

    /**
     * Reads the filter's part of the header.
     *
     * @param segments a level for each segment, or null without segments
     * @param absolute whether these replace the frame's level, or are added to it
     */
    LoopFilter(BoolDecoder header, int[] segments, boolean absolute) {
        simple = header.flag();
        int frameLevel = header.number(6);
        sharpness = header.number(3);
        int intraDelta = 0;
        int splitDelta = 0;
        boolean deltas = header.flag();
        if (deltas && header.flag()) {
            intraDelta = header.optional(6, 0);
            for (int i = 1; i < 4; i++) {
                header.optional(6, 0); // Other reference frames, which a single image has not.
            }
            splitDelta = header.optional(6, 0);
            for (int i = 1; i < 4; i++) {
                header.optional(6, 0); // Modes of motion.
            }
        }
        used = frameLevel != 0;
        for (int i = 0; i < levels.length; i++) {
            int level = segments == null ? frameLevel : absolute ? segments[i] : frameLevel + segments[i];
            levels[i] = clamp(level + intraDelta, 0, MAX_LEVEL);
            splitLevels[i] = clamp(level + intraDelta + splitDelta, 0, MAX_LEVEL);
        }
    }

    /** Whether any macroblock is filtered. */
    boolean used() {
        return used;
    }

    /** How strongly a macroblock is filtered; 0 means not at all. */
    int level(int segment, boolean split) {
        return split ? splitLevels[segment] : levels[segment];
    }

    /**
     * Filters a macroblock's edges with its left and upper neighbours, and those between its subblocks.
     *
     * @param rows the samples; those above and to the left are filtered already
     * @param column the macroblock's
     * @param level its level, at least 1
     * @param inner whether subblock edges are filtered
     * @param above whether there is a macroblock above
     */
    void filter(FilterRows rows, int column, int level, boolean inner, boolean above) {
        int interior = interior(level);
        int edge = 2 * (2 * level + interior) + 1;
        int outerEdge = edge + 8;
        byte[] luma = rows.luma;
        int at = rows.lumaAt(column);
        int stride = rows.lumaStride;
        if (simple) {
            if (column > 0) {
                simple(luma, at, 1, stride, outerEdge);
            }
            for (int i = 4; inner && i < 16; i += 4) {
                simple(luma, at + i, 1, stride, edge);
            }
            if (above) {
                simple(luma, at, stride, 1, outerEdge);
            }
            for (int i = 4; inner && i < 16; i += 4) {
                simple(luma, at + i * stride, stride, 1, edge);
            }
            return;
        }
        int variance = level >= 40 ? 2 : level >= 15 ? 1 : 0;
        int chromaAt = rows.chromaAt(column);
        int chromaStride = rows.chromaStride;
        if (column > 0) {
            outer(luma, at, 1, stride, 16, outerEdge, interior, variance);
            outer(rows.u, chromaAt, 1, chromaStride, 8, outerEdge, interior, variance);
            outer(rows.v, chromaAt, 1, chromaStride, 8, outerEdge, interior, variance);
        }
        if (inner) {
            for (int i = 4; i < 16; i += 4) {
                inner(luma, at + i, 1, stride, 16, edge, interior, variance);
            }
            inner(rows.u, chromaAt + 4, 1, chromaStride, 8, edge, interior, variance);
            inner(rows.v, chromaAt + 4, 1, chromaStride, 8, edge, interior, variance);
        }
        if (above) {
            outer(luma, at, stride, 1, 16, outerEdge, interior, variance);
            outer(rows.u, chromaAt, chromaStride, 1, 8, outerEdge, interior, variance);
            outer(rows.v, chromaAt, chromaStride, 1, 8, outerEdge, interior, variance);
        }
        if (inner) {
            for (int i = 4; i < 16; i += 4) {
                inner(luma, at + i * stride, stride, 1, 16, edge, interior, variance);
            }
            inner(rows.u, chromaAt + 4 * chromaStride, chromaStride, 1, 8, edge, interior, variance);
            inner(rows.v, chromaAt + 4 * chromaStride, chromaStride, 1, 8, edge, interior, variance);
        }
    }

    /** The largest difference between neighbours on one side that counts as smooth. */
    private int interior(int level) {
        int interior = level;
        if (sharpness > 0) {
            interior = Math.min(level >> (sharpness > 4 ? 2 : 1), 9 - sharpness);
        }
        return Math.max(interior, 1);
    }

    // Of every edge, p0, p1, ... are the samples before it, from near to far, and q0, q1, ... those behind it.
    // "across" is the step from sample to sample, "along" the step from one place of the edge to the next.

    private static void simple(byte[] s, int edge, int across, int along, int limit) {
        for (int i = 0, at = edge; i < 16; i++, at += along) {
            int p1 = s[at - 2 * across] & 0xff;
            int p0 = s[at - across] & 0xff;
            int q0 = s[at] & 0xff;
            int q1 = s[at + across] & 0xff;
            if (4 * Math.abs(p0 - q0) + Math.abs(p1 - q1) <= limit) {
                two(s, at, across, p1, p0, q0, q1);
            }
        }
    }

    /** An edge between macroblocks. */
    private static void outer(
            byte[] s, int edge, int across, int along, int length, int limit, int interior, int variance) {
        normal(s, edge, across, along, length, limit, interior, variance, true);
    }

    /** An edge between subblocks. */
    private static void inner(
            byte[] s, int edge, int across, int along, int length, int limit, int interior, int variance) {
        normal(s, edge, across, along, length, limit, interior, variance, false);
    }

    private static void normal(
            byte[] s,
            int edge,
            int across,
            int along,
            int length,
            int limit,
            int interior,
            int variance,
            boolean outer) {
        for (int i = 0, at = edge; i < length; i++, at += along) {
            int p1 = s[at - 2 * across] & 0xff;
            int p0 = s[at - across] & 0xff;
            int q0 = s[at] & 0xff;
            int q1 = s[at + across] & 0xff;
            if (4 * Math.abs(p0 - q0) + Math.abs(p1 - q1) > limit) {
                continue;
            }
            int p2 = s[at - 3 * across] & 0xff;
            int q2 = s[at + 2 * across] & 0xff;
            int nearP = Math.abs(p1 - p0);
            int nearQ = Math.abs(q1 - q0);
            if (nearP > interior
                    || nearQ > interior
                    || Math.abs(p2 - p1) > interior
                    || Math.abs(q2 - q1) > interior
                    || Math.abs((s[at - 4 * across] & 0xff) - p2) > interior
                    || Math.abs((s[at + 3 * across] & 0xff) - q2) > interior) {
                continue;
            }
            if (nearP > variance || nearQ > variance) {
                two(s, at, across, p1, p0, q0, q1);
            } else if (outer) {
                int a = signed(3 * (q0 - p0) + signed(p1 - q1));
                int near = 27 * a + 63 >> 7;
                int middle = 18 * a + 63 >> 7;
                int far = 9 * a + 63 >> 7;
                s[at - 3 * across] = sample(p2 + far);
                s[at - 2 * across] = sample(p1 + middle);
                s[at - across] = sample(p0 + near);
                s[at] = sample(q0 - near);
                s[at + across] = sample(q1 - middle);
                s[at + 2 * across] = sample(q2 - far);
            } else {
                int a = 3 * (q0 - p0);
                int up = signed(a + 4) >> 3;
                int down = signed(a + 3) >> 3;
                int far = up + 1 >> 1;
                s[at - 2 * across] = sample(p1 + far);
                s[at - across] = sample(p0 + down);
                s[at] = sample(q0 - up);
                s[at + across] = sample(q1 - far);
            }
        }
    }

    /** Changes the two samples at the edge. */
    private static void two(byte[] s, int at, int across, int p1, int p0, int q0, int q1) {
        int a = 3 * (q0 - p0) + signed(p1 - q1);
        s[at - across] = sample(p0 + (signed(a + 3) >> 3));
        s[at] = sample(q0 - (signed(a + 4) >> 3));
    }

    private static int signed(int value) {
        return clamp(value, -128, 127);
    }

    private static byte sample(int value) {
        return (byte) clamp(value, 0, 255);
    }

    private static int clamp(int value, int min, int max) {
        return Math.max(min, Math.min(value, max));
    }
}
