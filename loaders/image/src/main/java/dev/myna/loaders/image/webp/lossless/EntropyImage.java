// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.webp.lossless;

import dev.myna.loaders.image.codec.WorkBudget;
import java.io.EOFException;
import java.io.IOException;
import java.util.Arrays;

/**
 * The pixels of an entropy-coded image as stored, before transforms (RFC 9649, sections 3.6 and 3.7), row by row. Only the
 * pixels that copies can reach are in memory.
 */
final class EntropyImage {
    private static final int MAX_DISTANCE = 1 << 20;
    private static final int MAX_COPY = 4096;

    private final BitReader in;
    private final WorkBudget budget;
    private final int width;
    private final int height;
    private final ColorCache cache;
    private final Regions regions;
    private final DistanceMap distances;

    /** Pixels from number {@link #base} on, in scanning order. */
    private int[] pixels;

    private int base;

    /** How many pixels are decoded. */
    private int done;

    private int row;

    /**
     * Reads the header of the pixels.
     *
     * @param regional whether regions of the image may have codes of their own
     */
    EntropyImage(BitReader in, int width, int height, boolean regional, WorkBudget budget) throws IOException {
        this.in = in;
        this.budget = budget;
        this.width = width;
        this.height = height;
        int cacheBits = 0;
        if (in.flag()) {
            cacheBits = in.number(4);
            if (cacheBits < 1 || cacheBits > ColorCache.MAX_BITS) {
                throw new IOException("the VP8L data have a colour cache of " + cacheBits + " bits");
            }
        }
        int cacheSize = cacheBits > 0 ? 1 << cacheBits : 0;
        regions = Regions.read(in, width, height, cacheSize, regional, budget);
        cache = cacheBits > 0 ? new ColorCache(cacheBits) : null;
        distances = new DistanceMap(width);
        // A symbol that takes bits at all gives at most a longest copy.
        if (!regions.free() && in.left() * MAX_COPY < pixelCount()) {
            throw ends();
        }
    }

    private long pixelCount() {
        return (long) width * height;
    }

    /** All pixels. */
    int[] all() throws IOException {
        pixels = new int[(int) pixelCount()];
        while (row < height) {
            decodeRow();
        }
        return pixels;
    }

    /** Copies the next row to the begin of {@code to}. */
    void next(int[] to) throws IOException {
        if (pixels == null) {
            pixels = new int[(int) Math.min(pixelCount(), 2L * MAX_DISTANCE + MAX_COPY + width)];
        }
        int from = row * width - base;
        if (from + width + MAX_COPY > pixels.length && base + pixels.length < pixelCount()) {
            int kept = Math.min(done - base, MAX_DISTANCE + MAX_COPY);
            System.arraycopy(pixels, done - base - kept, pixels, 0, kept);
            base = done - kept;
        }
        decodeRow();
        System.arraycopy(pixels, (row - 1) * width - base, to, 0, width);
    }

    private void decodeRow() throws IOException {
        budget.spend(3L * width);
        int y = row;
        int end = (y + 1) * width;
        while (done < end) {
            int x = done - y * width;
            int regionEnd = y * width + Math.min(width, regions.end(x));
            decode(regions.at(x, y), regionEnd);
        }
        row++;
    }

    /** Decodes up to pixel {@code end}, or a little farther if a copy leads there. */
    private void decode(PrefixCodes codes, int end) throws IOException {
        if (codes.solid) {
            Arrays.fill(pixels, done - base, end - base, codes.literal);
            if (cache != null) {
                cache.add(codes.literal);
            }
            done = end;
            return;
        }
        int at = done - base;
        int to = end - base;
        while (at < to) {
            in.fill();
            int symbol = codes.green.read(in);
            if (symbol < PrefixCodes.LITERALS) {
                int argb;
                if (codes.constant) {
                    argb = codes.literal | symbol << 8;
                } else {
                    int red = codes.red.read(in);
                    int blue = codes.blue.read(in);
                    in.fill();
                    argb = codes.alpha.read(in) << 24 | red << 16 | symbol << 8 | blue;
                }
                if (in.ended()) {
                    throw ends();
                }
                pixels[at++] = argb;
                if (cache != null) {
                    cache.add(argb);
                }
            } else if (symbol < PrefixCodes.LITERALS + PrefixCodes.LENGTHS) {
                at += copy(codes, symbol - PrefixCodes.LITERALS, at);
            } else {
                int argb = cache.get(symbol - PrefixCodes.LITERALS - PrefixCodes.LENGTHS);
                if (in.ended()) {
                    throw ends();
                }
                pixels[at++] = argb;
                cache.add(argb);
            }
            done = base + at;
        }
    }

    /** Copies pixels to {@code at}; returns how many. */
    private int copy(PrefixCodes codes, int lengthSymbol, int at) throws IOException {
        int length = extended(lengthSymbol);
        in.fill();
        int distanceSymbol = codes.distance.read(in);
        int distance = distances.distance(extended(distanceSymbol));
        if (in.ended()) {
            throw ends();
        }
        if (distance > base + at || length > pixelCount() - base - at) {
            throw new IOException("the VP8L data copy from or to outside of the image, in row " + (row + 1));
        }
        int from = at - distance;
        if (cache == null && distance >= length) {
            System.arraycopy(pixels, from, pixels, at, length);
            return length;
        }
        for (int i = 0; i < length; i++) {
            int argb = pixels[from + i];
            pixels[at + i] = argb;
            if (cache != null) {
                cache.add(argb);
            }
        }
        return length;
    }

    /** A number of at least 1 whose magnitude is a symbol and whose lower bits follow (RFC 9649, section 3.6.2). */
    private int extended(int symbol) throws EOFException {
        if (symbol < PrefixCodes.EXACT) {
            return symbol + 1;
        }
        int bits = symbol - 2 >> 1;
        in.fill();
        int lower = in.peek() & (1 << bits) - 1;
        in.skip(bits);
        return (2 + (symbol & 1) << bits) + lower + 1;
    }

    private EOFException ends() {
        return new EOFException("the VP8L data end in row " + (row + 1) + " of " + height);
    }
}
