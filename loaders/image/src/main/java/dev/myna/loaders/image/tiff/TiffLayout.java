// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.tiff;

import dev.myna.loaders.image.codec.DamagedImageException;
import dev.myna.loaders.image.codec.UnsupportedImageException;
import dev.myna.loaders.image.codec.WorkBudget;
import java.io.IOException;
import java.nio.ByteOrder;

/**
 * The storage layout of a TIFF page. Unsupported features are refused here by name.
 *
 * @param compression a compression number of TIFF 6
 * @param meaning what samples mean, {@link #WHITE_IS_ZERO} to {@link #CMYK}
 * @param bits a sample
 * @param samples a pixel, extra ones included
 * @param planar whether each sample has a plane of its own
 * @param tileWidth columns of a tile; the image's own width with strips
 * @param tileHeight rows of a tile or strip
 * @param differences whether samples are stored as differences from their left neighbour
 * @param reversed whether the bits of a byte come lowest first
 * @param premultiplied whether the fourth sample is an alpha that the colours are multiplied by
 * @param offsets the tag of the offsets of tiles or strips
 * @param byteCounts the tag of their lengths
 */
record TiffLayout(
        int width,
        int height,
        int compression,
        int meaning,
        int bits,
        int samples,
        boolean planar,
        int tileWidth,
        int tileHeight,
        boolean differences,
        boolean reversed,
        boolean premultiplied,
        ByteOrder order,
        int offsets,
        int byteCounts) {
    static final int WHITE_IS_ZERO = 0;
    static final int BLACK_IS_ZERO = 1;
    static final int RGB = 2;
    static final int PALETTE = 3;
    static final int CMYK = 5;

    static final int NONE = 1;
    static final int LZW = 5;
    static final int DEFLATE = 8;
    static final int OLD_DEFLATE = 32_946;
    static final int PACK_BITS = 32_773;

    static final int COLOR_MAP = 320;

    private static final int WIDTH = 256;
    private static final int HEIGHT = 257;
    private static final int BITS = 258;
    private static final int COMPRESSION = 259;
    private static final int PHOTOMETRIC = 262;
    private static final int FILL_ORDER = 266;
    private static final int STRIP_OFFSETS = 273;
    private static final int SAMPLES = 277;
    private static final int ROWS_PER_STRIP = 278;
    private static final int STRIP_BYTE_COUNTS = 279;
    private static final int PLANAR = 284;
    private static final int PREDICTOR = 317;
    private static final int TILE_WIDTH = 322;
    private static final int TILE_HEIGHT = 323;
    private static final int TILE_OFFSETS = 324;
    private static final int TILE_BYTE_COUNTS = 325;
    private static final int INK_SET = 332;
    private static final int EXTRA_SAMPLES = 338;
    private static final int SAMPLE_FORMAT = 339;
    private static final int MAX_SAMPLES = 32;

    static TiffLayout of(TiffDirectory tags) throws IOException {
        long width = tags.value(WIDTH, 0L);
        long height = tags.value(HEIGHT, 0L);
        WorkBudget.requireDecodable(width, height);
        int compression = tags.number(COMPRESSION, NONE, 0xffff);
        requireCompression(compression);
        // Without a colour tag, readers take three samples for RGB and one for gray with white as zero.
        int meaning = tags.number(PHOTOMETRIC, tags.count(BITS) >= 3 ? RGB : WHITE_IS_ZERO, 0xffff);
        int samples = tags.number(SAMPLES, meaning == RGB && !tags.has(SAMPLES) ? tags.count(BITS) : 1, 0xffff);
        requireMeaning(tags, meaning, samples);
        int bits = bits(tags, samples);
        if (meaning == PALETTE ? bits > 8 : bits < 8 && meaning > BLACK_IS_ZERO) {
            String colors = meaning == RGB ? "RGB" : meaning == CMYK ? "CMYK" : "palette";
            throw new UnsupportedImageException(colors + " samples of " + bits + " bits in a TIFF");
        }
        boolean tiled = tags.has(TILE_OFFSETS);
        int tileWidth = tiled ? tags.number(TILE_WIDTH, 0, WorkBudget.MAX_SIDE) : (int) width;
        long rows = tiled ? tags.value(TILE_HEIGHT, 0L) : tags.value(ROWS_PER_STRIP, height);
        int tileHeight = (int) Math.min(rows < 0 ? height : rows, tiled ? WorkBudget.MAX_SIDE : height);
        if (tileWidth < 1 || tileHeight < 1) {
            throw new DamagedImageException("tiles of " + tileWidth + "x" + rows + " pixels");
        }
        int predictor = tags.number(PREDICTOR, 1, 0xffff);
        if (predictor > 2 || predictor == 2 && bits < 8) {
            throw new UnsupportedImageException("predictor " + predictor + " of samples of " + bits + " bits");
        }
        return new TiffLayout(
                (int) width,
                (int) height,
                compression,
                meaning,
                bits,
                samples,
                samples > 1 && tags.number(PLANAR, 1, 0xffff) == 2,
                tileWidth,
                tileHeight,
                predictor == 2 && compression != NONE && compression != PACK_BITS,
                tags.number(FILL_ORDER, 1, 0xffff) == 2,
                meaning == RGB && samples >= 4 && tags.value(EXTRA_SAMPLES, 0L) == 1,
                tags.order(),
                tiled ? TILE_OFFSETS : STRIP_OFFSETS,
                tiled ? TILE_BYTE_COUNTS : STRIP_BYTE_COUNTS);
    }

    private static void requireCompression(int compression) throws UnsupportedImageException {
        String name = switch (compression) {
            case NONE, LZW, DEFLATE, OLD_DEFLATE, PACK_BITS -> null;
            case 2, 3, 4 -> "fax (CCITT)";
            case 6, 7 -> "JPEG";
            case 9, 10, 34_661 -> "JBIG";
            case 32_771 -> "word-aligned fax";
            case 32_809 -> "ThunderScan";
            case 34_676, 34_677 -> "SGI LogLuv";
            case 34_712 -> "JPEG 2000";
            case 34_887 -> "LERC";
            case 34_925 -> "LZMA";
            case 50_000 -> "Zstandard";
            case 50_001 -> "WebP";
            case 50_002 -> "JPEG XL";
            default -> "number " + compression;
        };
        if (name != null) {
            throw new UnsupportedImageException("TIFF compression " + name);
        }
    }

    private static void requireMeaning(TiffDirectory tags, int meaning, int samples) throws IOException {
        String name = switch (meaning) {
            case WHITE_IS_ZERO, BLACK_IS_ZERO, RGB, PALETTE -> null;
            case CMYK -> tags.value(INK_SET, 1L) == 1 ? null : "inks other than CMYK";
            case 4 -> "a transparency mask";
            case 6 -> "YCbCr samples";
            case 8, 9, 10 -> "CIE L*a*b* samples";
            case 32_803 -> "raw samples of a camera's sensor";
            case 32_844, 32_845 -> "LogLuv samples";
            default -> "samples of kind " + meaning;
        };
        if (name != null) {
            throw new UnsupportedImageException(name + " in a TIFF");
        }
        int least = meaning == RGB ? 3 : meaning == CMYK ? 4 : 1;
        if (samples < least) {
            throw new DamagedImageException(samples + " samples a pixel where colours have " + least);
        }
        if (samples > MAX_SAMPLES) {
            throw new UnsupportedImageException(samples + " samples a pixel");
        }
    }

    private static int bits(TiffDirectory tags, int samples) throws IOException {
        int bits = tags.number(BITS, 1, 0xffff);
        for (int i = 1; i < Math.min(samples, tags.count(BITS)); i++) {
            if (tags.value(BITS, i) != bits) {
                throw new UnsupportedImageException("samples of different widths");
            }
        }
        long format = tags.value(SAMPLE_FORMAT, 1L);
        boolean whole = bits == 1 || bits == 2 || bits == 4 || bits == 8 || bits == 16;
        if (format != 1 && format != 4 || !whole) {
            String kind =
                    format == 3 ? "floating-point" : format == 2 ? "signed" : format == 1 ? "unsigned" : "unusual";
            throw new UnsupportedImageException(kind + " samples of " + bits + " bits in a TIFF");
        }
        return bits;
    }

    int tilesAcross() {
        return (width + tileWidth - 1) / tileWidth;
    }

    int tilesDown() {
        return (height + tileHeight - 1) / tileHeight;
    }

    /** Samples of a pixel that lie together. */
    int chunkySamples() {
        return planar ? 1 : samples;
    }

    /** Bytes of one row of a tile. */
    int rowBytes() {
        return (int) (((long) tileWidth * chunkySamples() * bits + 7) / 8);
    }
}
