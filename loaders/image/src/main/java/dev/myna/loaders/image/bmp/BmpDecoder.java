// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.bmp;

import dev.myna.loaders.image.codec.EncodedBytes;
import dev.myna.loaders.image.codec.Pixels;
import dev.myna.loaders.image.codec.WorkBudget;
import java.io.EOFException;
import java.io.IOException;

/**
 * BMP to 8-bit RGB: palettes expanded, alpha dropped, channels narrower than a byte stretched and wider ones cut. Colour
 * spaces and profiles, which may name other files, are not read. The pixels must be complete; the padding after the last row
 * may be missing.
 */
public final class BmpDecoder {
    /** Runs may skip whole rows; an image that is mostly skipped still has an end of line for each. */
    private static final long PIXELS_PER_BYTE = 1 << 16;

    private BmpDecoder() {}

    /**
     * @throws EOFException if the pixels are not complete
     * @throws IOException if the data are damaged, ask for more than the budget or use a feature that is not read
     */
    public static Pixels decode(byte[] bmp, WorkBudget budget) throws IOException {
        BmpHeader header = BmpHeader.read(bmp);
        budget.declare(header.width(), header.height());
        EncodedBytes in = new EncodedBytes(bmp);
        in.position(header.pixels());
        boolean runs = header.compression() == BmpHeader.RLE8 || header.compression() == BmpHeader.RLE4;
        byte[] rgb = runs ? runs(header, in, budget) : rows(header, in, budget);
        return new Pixels(header.width(), header.height(), rgb);
    }

    private static byte[] rows(BmpHeader header, EncodedBytes in, WorkBudget budget) throws IOException {
        int bytes = (int) (((long) header.width() * header.bits() + 7) / 8);
        int padding = -bytes & 3;
        if ((long) header.height() * (bytes + padding) - padding > in.remaining()) {
            throw new EOFException(in.remaining() + " bytes of pixels");
        }
        byte[] rgb = new byte[header.width() * header.height() * 3];
        byte[] row = new byte[bytes];
        for (int y = 0; y < header.height(); y++) {
            budget.spend(3L * header.width());
            in.read(row, 0, bytes);
            if (y + 1 < header.height()) {
                in.skip(padding);
            }
            int to = (header.topDown() ? y : header.height() - 1 - y) * header.width() * 3;
            expand(header, row, rgb, to);
        }
        return rgb;
    }

    private static byte[] runs(BmpHeader header, EncodedBytes in, WorkBudget budget) throws IOException {
        if ((long) header.width() * header.height() > PIXELS_PER_BYTE * in.remaining()) {
            throw new EOFException(in.remaining() + " bytes of runs");
        }
        BmpRuns runs = new BmpRuns(header, in, budget);
        byte[] rgb = new byte[header.width() * header.height() * 3];
        byte[] row = new byte[header.width()];
        for (int y = 0; y < header.height(); y++) {
            runs.read(row);
            int to = (header.topDown() ? y : header.height() - 1 - y) * header.width() * 3;
            for (byte index : row) {
                System.arraycopy(header.palette(), 3 * (index & 0xff), rgb, to, 3);
                to += 3;
            }
        }
        return rgb;
    }

    private static void expand(BmpHeader header, byte[] row, byte[] rgb, int to) {
        switch (header.bits()) {
            case 24 -> {
                for (int i = 0; i < row.length; i += 3) {
                    rgb[to + i] = row[i + 2];
                    rgb[to + i + 1] = row[i + 1];
                    rgb[to + i + 2] = row[i];
                }
            }
            case 16, 32 -> expandMasked(header, row, rgb, to);
            default -> {
                int bits = header.bits();
                int mask = (1 << bits) - 1;
                for (int x = 0, at = to; x < header.width(); x++, at += 3) {
                    int bit = x * bits;
                    int index = row[bit >> 3] >> 8 - bits - (bit & 7) & mask;
                    System.arraycopy(header.palette(), 3 * index, rgb, at, 3);
                }
            }
        }
    }

    private static void expandMasked(BmpHeader header, byte[] row, byte[] rgb, int to) {
        int bytes = header.bits() / 8;
        BmpMask[] masks = header.masks();
        for (int i = 0, at = to; i < row.length; i += bytes, at += 3) {
            int pixel = row[i] & 0xff | (row[i + 1] & 0xff) << 8;
            if (bytes == 4) {
                pixel |= (row[i + 2] & 0xff) << 16 | row[i + 3] << 24;
            }
            rgb[at] = masks[0].sample(pixel);
            rgb[at + 1] = masks[1].sample(pixel);
            rgb[at + 2] = masks[2].sample(pixel);
        }
    }
}
