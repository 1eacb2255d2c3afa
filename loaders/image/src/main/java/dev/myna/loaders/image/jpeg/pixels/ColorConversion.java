// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.jpeg.pixels;

/** Rows of upsampled components to rows of RGB. */
final class ColorConversion {
    // ITU-R BT.601 at full range with 16 fractional bits (JFIF 1.02), rounded as libjpeg does.
    private static final int CR_TO_RED = 91881;
    private static final int CB_TO_GREEN = -22554;
    private static final int CR_TO_GREEN = -46802;
    private static final int CB_TO_BLUE = 116130;
    private static final int HALF = 1 << 15;

    private final ColorSpace space;
    private final int width;

    ColorConversion(ColorSpace space, int width) {
        this.space = space;
        this.width = width;
    }

    /** Writes a row of RGB bytes to {@code out} from {@code to} on. */
    void convert(Upsampler[] rows, byte[] out, int to) {
        switch (space) {
            case GRAY -> gray(rows[0], out, to);
            case RGB -> {
                for (int c = 0; c < 3; c++) {
                    interleave(rows[c], out, to + c);
                }
            }
            case YCC -> ycc(rows[0], rows[1], rows[2], out, to);
            case CMYK -> {
                // Files keep CMYK inverted: 255 is no ink.
                for (int c = 0; c < 3; c++) {
                    interleave(rows[c], out, to + c);
                }
                for (int i = to; i < to + 3 * width; i++) {
                    out[i] = (byte) ~out[i];
                }
                applyBlack(rows[3], out, to);
            }
            case YCCK -> {
                // Y, Cb and Cr of the inverse of inverted inks: the conversion yields the inks upright.
                ycc(rows[0], rows[1], rows[2], out, to);
                applyBlack(rows[3], out, to);
            }
        }
    }

    private void gray(Upsampler row, byte[] out, int to) {
        byte[] in = row.samples();
        int from = row.offset();
        for (int x = 0; x < width; x++) {
            byte value = in[from + x];
            out[to] = value;
            out[to + 1] = value;
            out[to + 2] = value;
            to += 3;
        }
    }

    private void interleave(Upsampler row, byte[] out, int to) {
        byte[] in = row.samples();
        int from = row.offset();
        for (int x = 0; x < width; x++) {
            out[to + 3 * x] = in[from + x];
        }
    }

    private void ycc(Upsampler lumas, Upsampler blues, Upsampler reds, byte[] out, int to) {
        byte[] ys = lumas.samples();
        byte[] cbs = blues.samples();
        byte[] crs = reds.samples();
        int yAt = lumas.offset();
        int cbAt = blues.offset();
        int crAt = reds.offset();
        for (int x = 0; x < width; x++) {
            int y = ys[yAt + x] & 0xff;
            int cb = (cbs[cbAt + x] & 0xff) - 128;
            int cr = (crs[crAt + x] & 0xff) - 128;
            out[to] = clamp(y + (CR_TO_RED * cr + HALF >> 16));
            out[to + 1] = clamp(y + (CB_TO_GREEN * cb + CR_TO_GREEN * cr + HALF >> 16));
            out[to + 2] = clamp(y + (CB_TO_BLUE * cb + HALF >> 16));
            to += 3;
        }
    }

    /** Ink on paper that black has darkened: paper x (1 - ink), each of 255, with Pillow's rounding. */
    private void applyBlack(Upsampler row, byte[] out, int to) {
        byte[] in = row.samples();
        int from = row.offset();
        for (int x = 0; x < width; x++) {
            int paper = in[from + x] & 0xff;
            for (int c = 0; c < 3; c++) {
                int product = (out[to] & 0xff) * paper + 128;
                out[to++] = clamp(paper - ((product >> 8) + product >> 8));
            }
        }
    }

    private static byte clamp(int value) {
        if ((value & ~0xff) != 0) {
            return (byte) (value < 0 ? 0 : 255);
        }
        return (byte) value;
    }
}
