// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.tiff;

import dev.myna.loaders.image.codec.EncodedBytes;
import dev.myna.loaders.image.codec.Pixels;
import dev.myna.loaders.image.codec.WorkBudget;
import java.io.EOFException;
import java.io.IOException;

/**
 * The first page of a TIFF to 8-bit RGB: gray (either way round), palettes, RGB and CMYK of 1 to 16 bits, in strips or
 * tiles, together or in planes, plain or with LZW, deflate or PackBits. Extra samples are dropped, but colours that are
 * multiplied by their alpha are divided by it; 16-bit samples lose their low byte. The pixels must be complete.
 */
public final class TiffDecoder {
    private static final int ORIENTATION = 274;

    private TiffDecoder() {}

    /**
     * @throws EOFException if the directory or the pixels are not complete
     * @throws IOException if the data are damaged, ask for more than the budget or use a feature that is not read
     */
    public static Pixels decode(byte[] tiff, WorkBudget budget) throws IOException {
        TiffDirectory tags = TiffDirectory.first(tiff);
        TiffLayout layout = TiffLayout.of(tags);
        budget.declare(layout.width(), layout.height());
        TiffColors colors = TiffColors.of(layout, tags);
        int planes = layout.planar() ? Math.min(layout.samples(), colors.planesUsed()) : 1;
        requireEnoughData(tiff, tags, layout, planes);
        byte[] rgb = new byte[layout.width() * layout.height() * 3];
        // Planes are gathered as samples side by side, one byte each, which a second step turns into colours.
        byte[] gathered = planes > 1 ? new byte[layout.width() * layout.height() * planes] : null;
        int tilesOfPlane = layout.tilesAcross() * layout.tilesDown();
        byte[] row = new byte[layout.rowBytes()];
        for (int plane = 0; plane < planes; plane++) {
            for (int tile = 0; tile < tilesOfPlane; tile++) {
                int left = tile % layout.tilesAcross() * layout.tileWidth();
                int top = tile / layout.tilesAcross() * layout.tileHeight();
                int columns = Math.min(layout.tileWidth(), layout.width() - left);
                int rows = Math.min(layout.tileHeight(), layout.height() - top);
                EncodedBytes in = data(tiff, tags, layout, plane * tilesOfPlane + tile, rows, budget);
                try (TileSource source = TileSources.open(layout.compression(), in, budget)) {
                    for (int y = top; y < top + rows; y++) {
                        source.read(row);
                        if (layout.differences()) {
                            TiffRows.undoDifferences(layout, row);
                        }
                        int at = y * layout.width() + left;
                        if (gathered != null) {
                            TiffRows.gather(layout, row, columns, gathered, at * planes + plane, planes);
                        } else {
                            colors.expand(row, columns, rgb, at * 3);
                        }
                    }
                }
            }
        }
        if (gathered != null) {
            budget.spend(rgb.length);
            colors.expandGathered(gathered, planes, rgb);
        }
        return new Pixels(layout.width(), layout.height(), rgb);
    }

    /** The value of the tag Orientation, 1 if there is none. */
    public static int orientation(byte[] tiff) throws IOException {
        return TiffDirectory.first(tiff).number(ORIENTATION, 1, 0xffff);
    }

    /** Checks, before anything of the image's size is allocated, that each tile's bytes can hold its rows. */
    private static void requireEnoughData(byte[] tiff, TiffDirectory tags, TiffLayout layout, int planes)
            throws IOException {
        long ratio = TileSources.mostFromAByte(layout.compression());
        int tiles = planes * layout.tilesAcross() * layout.tilesDown();
        for (int i = 0; i < tiles; i++) {
            int top = i / layout.tilesAcross() % layout.tilesDown() * layout.tileHeight();
            int rows = Math.min(layout.tileHeight(), layout.height() - top);
            EncodedBytes data = extent(tiff, tags, layout, i, rows);
            if ((long) rows * layout.rowBytes() / ratio > data.remaining()) {
                throw new EOFException(data.remaining() + " bytes cannot hold " + rows + " rows");
            }
        }
    }

    private static EncodedBytes data(
            byte[] tiff, TiffDirectory tags, TiffLayout layout, int index, int rows, WorkBudget budget)
            throws IOException {
        EncodedBytes plain = extent(tiff, tags, layout, index, rows);
        if (!layout.reversed()) {
            return plain;
        }
        budget.spend(plain.remaining());
        return new EncodedBytes(TiffRows.reversed(tiff, plain.position(), plain.position() + plain.remaining()));
    }

    /** The bytes of a tile or strip, as far as the file has them. */
    private static EncodedBytes extent(byte[] tiff, TiffDirectory tags, TiffLayout layout, int index, int rows)
            throws IOException {
        long begin = tags.value(layout.offsets(), index);
        long bytes;
        if (tags.has(layout.byteCounts())) {
            bytes = tags.value(layout.byteCounts(), index);
        } else {
            // Old writers omit the counts.
            bytes = layout.compression() == TiffLayout.NONE ? (long) rows * layout.rowBytes() : tiff.length;
        }
        if (begin < 0 || begin > tiff.length || bytes < 0) {
            throw new EOFException("pixels at " + Long.toUnsignedString(begin) + " of " + tiff.length);
        }
        return new EncodedBytes(tiff, (int) begin, (int) Math.min(begin + Math.min(bytes, tiff.length), tiff.length));
    }
}
