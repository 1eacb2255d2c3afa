// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.webp.container;

import java.io.EOFException;
import java.io.IOException;

/**
 * The size of a WebP file, and the position of its image or of the first frame of its animation. Reading it allocates nothing
 * of the image's size.
 *
 * @param width columns of the canvas, 1 to 2^24
 * @param height rows of the canvas
 * @param imageWidth columns of the image in the bitstream, 1 to 16384
 * @param imageHeight rows of that image
 * @param left where the image lies on the canvas: columns to its left
 * @param top rows above it
 * @param frameWidth columns that the container declares for the image
 * @param frameHeight rows that the container declares for it
 * @param lossless whether the bitstream is VP8L (RFC 9649) and not VP8 (RFC 6386)
 * @param from where the bitstream begins, in bytes of the file
 * @param to where it ends
 */
public record WebpHeader(
        int width,
        int height,
        int imageWidth,
        int imageHeight,
        int left,
        int top,
        int frameWidth,
        int frameHeight,
        boolean lossless,
        int from,
        int to) {
    private static final int RIFF_HEADER = 12;
    private static final int CANVAS_HEADER = 10;
    private static final int FRAME_HEADER = 16;
    private static final int LOSSY_HEADER = 10;
    private static final int LOSSLESS_HEADER = 5;

    /**
     * Reads the container. Whether the sizes fit each other is {@link #requireConsistent}'s to judge.
     *
     * @throws EOFException if the file is shorter than it says
     * @throws IOException if it is no WebP file, or holds no image
     */
    public static WebpHeader of(byte[] webp) throws IOException {
        int end = riffEnd(webp);
        RiffChunk canvas = null;
        WebpHeader header = null;
        boolean framed = false;
        int at = RIFF_HEADER;
        while (end - at >= RiffChunk.HEADER) {
            RiffChunk chunk = RiffChunk.at(webp, at, end);
            if (canvas == null && chunk.id().equals("VP8X")) {
                canvas = requireSize(chunk, CANVAS_HEADER);
            } else if (header == null && chunk.id().equals("ANMF")) {
                header = frame(webp, requireSize(chunk, FRAME_HEADER));
                framed = true;
            } else if (header == null) {
                header = image(webp, chunk);
            }
            if (header != null && canvas == null) {
                return header;
            }
            at = chunk.next();
        }
        if (header == null) {
            throw new IOException("the file holds no image");
        }
        return header.on(1 + Bytes.three(webp, canvas.from() + 4), 1 + Bytes.three(webp, canvas.from() + 7), framed);
    }

    /**
     * Checks that the image has the declared size and lies within the canvas.
     *
     * @throws IOException if not
     */
    public void requireConsistent() throws IOException {
        if (frameWidth != imageWidth || frameHeight != imageHeight) {
            throw new IOException("the container declares " + frameWidth + "x" + frameHeight
                    + " pixels, its image data " + imageWidth + "x" + imageHeight);
        }
        if (imageWidth > width - left || imageHeight > height - top) {
            throw new IOException("the first frame reaches beyond the animation");
        }
    }

    private static int riffEnd(byte[] webp) throws IOException {
        if (webp.length < RIFF_HEADER) {
            throw new EOFException("the file has " + webp.length + " bytes, too few for a header");
        }
        if (Bytes.four(webp, 0) != 0x46464952L || Bytes.four(webp, 8) != 0x50424557L) {
            throw new IOException("not a WebP file");
        }
        long size = Bytes.four(webp, 4);
        if (size < 4 + RiffChunk.HEADER) {
            throw new IOException("the container declares " + size + " bytes, too few for an image");
        }
        if (size > webp.length - 8) {
            throw new EOFException("the file is incomplete: " + webp.length + " of " + (8 + size) + " bytes");
        }
        return 8 + (int) size;
    }

    private static WebpHeader frame(byte[] webp, RiffChunk frame) throws IOException {
        int at = frame.from() + FRAME_HEADER;
        while (frame.to() - at >= RiffChunk.HEADER) {
            RiffChunk chunk = RiffChunk.at(webp, at, frame.to());
            WebpHeader image = image(webp, chunk);
            if (image != null) {
                return new WebpHeader(
                        image.width,
                        image.height,
                        image.imageWidth,
                        image.imageHeight,
                        2 * Bytes.three(webp, frame.from()),
                        2 * Bytes.three(webp, frame.from() + 3),
                        1 + Bytes.three(webp, frame.from() + 6),
                        1 + Bytes.three(webp, frame.from() + 9),
                        image.lossless,
                        image.from,
                        image.to);
            }
            at = chunk.next();
        }
        throw new IOException("the first frame holds no image");
    }

    /** The size of a bitstream, or null if the chunk holds none. A byte of padding is left to the bitstream. */
    private static WebpHeader image(byte[] webp, RiffChunk chunk) throws IOException {
        int at = chunk.from();
        if (chunk.id().equals("VP8 ")) {
            requireSize(chunk, LOSSY_HEADER);
            if ((webp[at] & 1) != 0 || Bytes.three(webp, at + 3) != 0x2a019d) {
                throw new IOException("the VP8 data do not begin with a key frame");
            }
            int width = Bytes.two(webp, at + 6) & 0x3fff;
            int height = Bytes.two(webp, at + 8) & 0x3fff;
            if (width == 0 || height == 0) {
                throw new IOException("the VP8 data declare " + width + "x" + height + " pixels");
            }
            return new WebpHeader(width, height, width, height, 0, 0, width, height, false, at, chunk.next());
        } else if (chunk.id().equals("VP8L")) {
            requireSize(chunk, LOSSLESS_HEADER);
            int sizes = (int) Bytes.four(webp, at + 1);
            if (webp[at] != 0x2f || sizes >>> 29 != 0) {
                throw new IOException("the VP8L data have no header of version 0");
            }
            int width = 1 + (sizes & 0x3fff);
            int height = 1 + (sizes >>> 14 & 0x3fff);
            return new WebpHeader(width, height, width, height, 0, 0, width, height, true, at, chunk.next());
        }
        return null;
    }

    /** The same image on a canvas. Where no frame says otherwise, the canvas is the declared size. */
    private WebpHeader on(int canvasWidth, int canvasHeight, boolean framed) {
        return new WebpHeader(
                canvasWidth,
                canvasHeight,
                imageWidth,
                imageHeight,
                left,
                top,
                framed ? frameWidth : canvasWidth,
                framed ? frameHeight : canvasHeight,
                lossless,
                from,
                to);
    }

    private static RiffChunk requireSize(RiffChunk chunk, int size) throws IOException {
        if (chunk.size() < size) {
            throw new EOFException(
                    "the chunk " + chunk.id() + " has " + chunk.size() + " bytes, fewer than its header");
        }
        return chunk;
    }
}
