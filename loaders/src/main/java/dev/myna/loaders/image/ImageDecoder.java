// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Decodes PNG, JPEG, GIF (first frame), BMP and WebP to {@link RgbImage} with the rules of spec models.md 4.1: alpha
 * dropped without compositing, palettes expanded, gray samples copied to all three channels, the high byte of 16-bit
 * samples, no colour profile applied.
 *
 * <p>The format is told from the content, never from the file name. Sizes are checked in the header, before any pixel
 * is decoded. Whatever goes wrong inside a codec leaves here as an {@link ImageException}.
 */
public final class ImageDecoder {
    /** The largest encoded picture, in bytes. */
    public static final int MAX_ENCODED_BYTES = 32 << 20;

    /** The largest decoded picture, in pixels (64 Mpixel). */
    public static final int MAX_PIXELS = 64 << 20;

    /** The largest width or height, in pixels: keeps every size computed from it within an int. */
    public static final int MAX_SIDE = 1 << 20;

    private ImageDecoder() {}

    /** What to do with an EXIF orientation tag. The published pipelines ignore it. */
    public enum Orientation {
        IGNORE,
        APPLY
    }

    /**
     * Decodes a file. Messages call the picture by its file name, without folders.
     *
     * @throws ImageException if it is absent, too large (64 Mpixel, 32 MiB) or not a picture Myna reads
     */
    public static RgbImage decode(Path path, Orientation orientation) {
        Path file = path.getFileName();
        String name = file == null ? "picture" : file.toString();
        return decode(read(path, printable(name)), name, orientation);
    }

    /**
     * Decodes encoded bytes.
     *
     * @param name how messages call the picture
     * @throws ImageException if it is too large (64 Mpixel, 32 MiB) or not a picture Myna reads
     */
    public static RgbImage decode(byte[] encoded, String name, Orientation orientation) {
        String shown = printable(name);
        if (encoded.length > MAX_ENCODED_BYTES) {
            throw tooManyBytes(shown);
        }
        ImageFormat format = ImageFormat.of(encoded, shown);
        try {
            RgbImage image = format.decode(encoded);
            return orientation == Orientation.APPLY
                    ? Exif.orientation(format, encoded).apply(image)
                    : image;
        } catch (LimitException e) {
            throw new ImageException(shown + ": " + e.getMessage());
        } catch (OutOfMemoryError e) {
            throw new ImageException(
                    shown + ": not enough memory to decode the picture; scale it down or raise -Xmx", e);
        } catch (EOFException e) {
            throw new ImageException(shown + ": the " + format + " data end early; copy or save the picture again", e);
        } catch (Exception | Error e) {
            throw new ImageException(
                    shown + ": the " + format + " data are damaged or use a feature Myna does not read; "
                            + "save the picture again as an ordinary PNG or JPEG",
                    e);
        }
    }

    private static byte[] read(Path path, String shown) {
        if (!Files.exists(path)) {
            throw new ImageException(shown + ": no such picture; check the path");
        }
        if (!Files.isRegularFile(path)) {
            throw new ImageException(shown + ": not a regular file; name a picture file");
        }
        try (InputStream in = Files.newInputStream(path)) {
            byte[] bytes = in.readNBytes(MAX_ENCODED_BYTES + 1);
            if (bytes.length > MAX_ENCODED_BYTES) {
                throw tooManyBytes(shown);
            }
            return bytes;
        } catch (IOException e) {
            // The cause's text carries the full path, which may not be the reader's to know.
            throw new ImageException(shown + ": the file cannot be read; check its permissions");
        }
    }

    private static ImageException tooManyBytes(String shown) {
        return new ImageException(shown + ": the file is larger than " + (MAX_ENCODED_BYTES >> 20)
                + " MiB; save the picture smaller or as JPEG");
    }

    /** Control characters and direction overrides in a name would act on the reader's terminal. */
    static String printable(String name) {
        StringBuilder out = new StringBuilder();
        name.codePoints()
                .limit(120)
                .map(c ->
                        Character.isISOControl(c) || c >= 0x202A && c <= 0x202E || c >= 0x2066 && c <= 0x2069 ? '?' : c)
                .forEach(out::appendCodePoint);
        return out.isEmpty() ? "picture" : out.toString();
    }

    /** Checks a size read from a header, before anything is allocated for it. */
    static void requireDecodable(int width, int height) throws LimitException {
        if (width < 1 || height < 1) {
            throw new LimitException(
                    "the header declares " + width + "x" + height + " pixels, nothing to see; save the picture again");
        }
        if (width > MAX_SIDE || height > MAX_SIDE || (long) width * height > MAX_PIXELS) {
            throw new LimitException("the header declares " + width + "x" + height + " pixels, more than "
                    + (MAX_PIXELS >> 20) + " Mpixel or than " + MAX_SIDE + " on a side; scale the picture down");
        }
    }

    /** A header that asks for more than the limits; the message says what and what to do, without the name. */
    static final class LimitException extends IOException {
        private static final long serialVersionUID = 1L;

        LimitException(String message) {
            super(message);
        }
    }
}
