// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image;

import dev.myna.loaders.image.ImageException.Fault;
import dev.myna.loaders.image.codec.UnsupportedImageException;
import dev.myna.loaders.image.codec.WorkBudget;
import dev.myna.loaders.image.codec.WorkLimitException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Decodes PNG, JPEG, GIF (first frame), BMP, WebP and TIFF (first page) to {@link RgbImage} with the rules of
 * docs/spec/models.md 4.1: alpha dropped without compositing, palettes expanded, gray samples copied to all three channels,
 * the high byte of 16-bit samples, no colour profile applied.
 *
 * <p>The content decides the format, never the file name. Sizes are checked in the header, before any pixel is decoded. Work
 * and time of decoding are limited by the file's bytes and that size, and interrupting the thread ends decoding. An image that
 * ends before its last pixel is an error. Every failure of a codec becomes an {@link ImageException}.
 */
public final class ImageDecoder {
    /** The largest encoded image, in bytes. */
    public static final int MAX_ENCODED_BYTES = 32 << 20;

    /** The largest decoded image, in pixels (64 Mpixel). */
    public static final int MAX_PIXELS = WorkBudget.MAX_PIXELS;

    /** The largest width or height, in pixels: keeps every size computed from it within an int. */
    public static final int MAX_SIDE = WorkBudget.MAX_SIDE;

    private ImageDecoder() {}

    /** How to handle the orientation tag of a camera. */
    public enum Orientation {
        /** Pixels as stored, like the published pipelines; for evaluations that are compared with them. */
        IGNORE,
        /** Pixels turned upright. */
        APPLY
    }

    /**
     * Decodes a file and turns it upright.
     *
     * @throws ImageException if it is absent, too large (64 Mpixel, 32 MiB), incomplete or not an image Myna reads
     */
    public static RgbImage decode(Path path) {
        return decode(path, Orientation.APPLY);
    }

    /**
     * Decodes encoded bytes and turns the image upright.
     *
     * @param name how messages call the image
     * @throws ImageException if it is too large (64 Mpixel, 32 MiB), incomplete or not an image Myna reads
     */
    public static RgbImage decode(byte[] encoded, String name) {
        return decode(encoded, name, Orientation.APPLY);
    }

    /**
     * Decodes a file. Messages have its file name without folders.
     *
     * @throws ImageException if it is absent, too large (64 Mpixel, 32 MiB) or not an image Myna reads
     */
    public static RgbImage decode(Path path, Orientation orientation) {
        Path file = path.getFileName();
        String name = file == null ? "image" : file.toString();
        return decode(read(path, printable(name)), name, orientation);
    }

    /**
     * Decodes encoded bytes.
     *
     * @param name how messages call the image
     * @throws ImageException if it is too large (64 Mpixel, 32 MiB) or not an image Myna reads
     */
    public static RgbImage decode(byte[] encoded, String name, Orientation orientation) {
        String shown = printable(name);
        if (encoded.length > MAX_ENCODED_BYTES) {
            throw tooManyBytes(shown);
        }
        ImageFormat format = ImageFormat.of(encoded);
        if (format == null) {
            throw new ImageException(shown + ": not an image Myna reads (PNG, JPEG, WebP, GIF, BMP, TIFF): "
                    + UnreadFile.describe(encoded));
        }
        return guarded(shown, format, () -> {
            RgbImage image = format.decode(encoded, WorkBudget.ofBytes(encoded.length));
            return orientation == Orientation.APPLY
                    ? Exif.orientation(format, encoded).apply(image)
                    : image;
        });
    }

    /** A decoding step that may throw anything. */
    interface Decoding {
        RgbImage decode() throws IOException;
    }

    /** Runs a step and turns everything it throws into an {@link ImageException}. */
    static RgbImage guarded(String shown, ImageFormat format, Decoding decoding) {
        try {
            return decoding.decode();
        } catch (WorkLimitException e) {
            throw new ImageException(shown + ": " + e.getMessage(), e);
        } catch (UnsupportedImageException e) {
            throw new ImageException(
                    shown + ": Myna does not read " + e.getMessage() + "; save the image as an ordinary PNG or JPEG",
                    e);
        } catch (InterruptedIOException e) {
            throw new ImageException(Fault.INTERRUPTED, shown + ": decoding was interrupted; decode it again", e);
        } catch (EOFException e) {
            String where = e.getMessage() == null ? "" : " (" + e.getMessage() + ")";
            throw new ImageException(
                    shown + ": the " + format + " data end early" + where + "; copy, download or save the image again",
                    e);
        } catch (IOException e) {
            // Messages of our codecs are written for users.
            throw new ImageException(
                    shown + ": the " + format + " data are damaged (" + e.getMessage() + "); save the image again", e);
        } catch (OutOfMemoryError e) {
            throw new ImageException(
                    Fault.MEMORY, shown + ": not enough memory to decode the image; scale it down or raise -Xmx", e);
        } catch (Exception | Error e) {
            throw new ImageException(
                    shown + ": the " + format + " data are damaged or use a feature Myna does not read; "
                            + "save the image again as an ordinary PNG or JPEG",
                    e);
        }
    }

    private static byte[] read(Path path, String shown) {
        if (!Files.exists(path)) {
            throw new ImageException(shown + ": no such image; check the path");
        }
        if (!Files.isRegularFile(path)) {
            throw new ImageException(shown + ": not a regular file; name an image file");
        }
        try (InputStream in = Files.newInputStream(path)) {
            byte[] bytes = in.readNBytes(MAX_ENCODED_BYTES + 1);
            if (bytes.length > MAX_ENCODED_BYTES) {
                throw tooManyBytes(shown);
            }
            return bytes;
        } catch (IOException e) {
            // The message of the cause has the full path, which must not be shown to every client.
            throw new ImageException(shown + ": the file cannot be read; check its permissions");
        }
    }

    private static ImageException tooManyBytes(String shown) {
        return new ImageException(shown + ": the file is larger than " + (MAX_ENCODED_BYTES >> 20)
                + " MiB; save the image smaller or as JPEG");
    }

    /** Control characters and direction overrides in a name would affect the terminal. */
    static String printable(String name) {
        StringBuilder out = new StringBuilder();
        name.codePoints()
                .limit(120)
                .map(c ->
                        Character.isISOControl(c) || c >= 0x202A && c <= 0x202E || c >= 0x2066 && c <= 0x2069 ? '?' : c)
                .forEach(out::appendCodePoint);
        return out.isEmpty() ? "image" : out.toString();
    }
}
