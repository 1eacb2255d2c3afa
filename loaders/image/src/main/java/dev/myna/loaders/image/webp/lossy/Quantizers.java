// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.webp.lossy;

/** The factors of coefficients, by segment (RFC 6386, sections 9.6 and 14.1). */
final class Quantizers {
    private static final int MAX_INDEX = 127;

    private static final int[] DC = Tables.numbers("""
            4 5 6 7 8 9 10 10 11 12 13 14 15 16 17 17 18 19 20 20 21 21 22 22 23 23 24 25 25 26 27 28
            29 30 31 32 33 34 35 36 37 37 38 39 40 41 42 43 44 45 46 46 47 48 49 50 51 52 53 54 55 56 57 58
            59 60 61 62 63 64 65 66 67 68 69 70 71 72 73 74 75 76 76 77 78 79 80 81 82 83 84 85 86 87 88 89
            91 93 95 96 98 100 101 102 104 106 108 110 112 114 116 118
            122 124 126 128 130 132 134 136 138 140 143 145 148 151 154 157
            """, MAX_INDEX + 1);

    private static final int[] AC = Tables.numbers("""
            4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33 34 35
            36 37 38 39 40 41 42 43 44 45 46 47 48 49 50 51 52 53 54 55 56 57 58 60 62 64 66 68 70 72 74 76
            78 80 82 84 86 88 90 92 94 96 98 100 102 104 106 108 110 112 114 116 119 122 125 128 131 134 137 140
            143 146 149 152 155 158 161 164 167 170 173 177 181 185 189 193 197 201 205 209
            213 217 221 225 229 234 239 245 249 254 259 264 269 274 279 284
            """, MAX_INDEX + 1);

    final int[] lumaDc = new int[FrameHeader.SEGMENTS];
    final int[] lumaAc = new int[FrameHeader.SEGMENTS];
    final int[] secondDc = new int[FrameHeader.SEGMENTS];
    final int[] secondAc = new int[FrameHeader.SEGMENTS];
    final int[] chromaDc = new int[FrameHeader.SEGMENTS];
    final int[] chromaAc = new int[FrameHeader.SEGMENTS];

    /**
     * Reads the header's indices.
     *
     * @param segments an index for each segment, or null without segments
     * @param absolute whether these replace the frame's index, or are added to it
     */
    Quantizers(BoolDecoder header, int[] segments, boolean absolute) {
        int base = header.number(7);
        int lumaDcDelta = header.optional(4, 0);
        int secondDcDelta = header.optional(4, 0);
        int secondAcDelta = header.optional(4, 0);
        int chromaDcDelta = header.optional(4, 0);
        int chromaAcDelta = header.optional(4, 0);
        for (int i = 0; i < FrameHeader.SEGMENTS; i++) {
            int index = segments == null ? base : absolute ? segments[i] : base + segments[i];
            lumaDc[i] = DC[clamp(index + lumaDcDelta, MAX_INDEX)];
            lumaAc[i] = AC[clamp(index, MAX_INDEX)];
            secondDc[i] = DC[clamp(index + secondDcDelta, MAX_INDEX)] * 2;
            secondAc[i] = Math.max(AC[clamp(index + secondAcDelta, MAX_INDEX)] * 155 / 100, 8);
            chromaDc[i] = DC[clamp(index + chromaDcDelta, 117)];
            chromaAc[i] = AC[clamp(index + chromaAcDelta, MAX_INDEX)];
        }
    }

    private static int clamp(int index, int max) {
        return Math.max(0, Math.min(index, max));
    }
}
