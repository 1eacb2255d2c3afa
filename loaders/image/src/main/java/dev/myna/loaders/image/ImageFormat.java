// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image;

import dev.myna.loaders.image.bmp.BmpDecoder;
import dev.myna.loaders.image.codec.Pixels;
import dev.myna.loaders.image.codec.WorkBudget;
import dev.myna.loaders.image.gif.GifDecoder;
import dev.myna.loaders.image.jpeg.JpegDecoder;
import dev.myna.loaders.image.png.PngDecoder;
import dev.myna.loaders.image.tiff.TiffDecoder;
import dev.myna.loaders.image.webp.WebpDecoder;
import dev.myna.loaders.image.webp.container.WebpHeader;
import java.io.IOException;

/** The formats Myna reads, recognized by their first bytes. */
enum ImageFormat {
    PNG("PNG", PngDecoder::decode),
    JPEG("JPEG", JpegDecoder::decode),
    WEBP("WebP", ImageFormat::decodeWebp),
    GIF("GIF", GifDecoder::decode),
    BMP("BMP", BmpDecoder::decode),
    TIFF("TIFF", TiffDecoder::decode);

    /** The minimum number of bytes that identify a format if the file ends within its signature. */
    private static final int SHORTEST = 2;

    private static final int RIFF_HEADER = 12;
    private static final int BMP_HEADERS = 18;

    private final String shown;
    private final Codec codec;

    ImageFormat(String shown, Codec codec) {
        this.shown = shown;
        this.codec = codec;
    }

    private interface Codec {
        Pixels decode(byte[] encoded, WorkBudget budget) throws IOException;
    }

    /** The format whose signature the bytes have, or null. */
    static ImageFormat of(byte[] encoded) {
        if (begins(encoded, "\u0089PNG\r\n\u001a\n")) {
            return PNG;
        } else if (begins(encoded, "\u00ff\u00d8\u00ff")) {
            return JPEG;
        } else if (begins(encoded, "GIF87a") || begins(encoded, "GIF89a")) {
            return GIF;
        } else if (isWebp(encoded)) {
            return WEBP;
        } else if (isTiff(encoded)) {
            return TIFF;
        } else if (isBmp(encoded)) {
            return BMP;
        }
        return null;
    }

    /** An animation's canvas may be larger than its first frame. Both sizes are limited, and both count as work. */
    private static Pixels decodeWebp(byte[] encoded, WorkBudget budget) throws IOException {
        WebpHeader header = WebpHeader.of(encoded);
        budget.declare(header.imageWidth(), header.imageHeight());
        if (header.width() != header.imageWidth() || header.height() != header.imageHeight()) {
            budget.declare(header.width(), header.height());
        }
        return WebpDecoder.decode(encoded, budget);
    }

    /** Decodes to RGB as stored. May throw any exception of a codec; the caller converts it. */
    RgbImage decode(byte[] encoded, WorkBudget budget) throws IOException {
        Pixels pixels = codec.decode(encoded, budget);
        return new RgbImage(pixels.width(), pixels.height(), pixels.rgb());
    }

    @Override
    public String toString() {
        return shown;
    }

    /** Whether the file begins with the signature or is a prefix of it. */
    private static boolean begins(byte[] encoded, String signature) {
        int length = Math.min(encoded.length, signature.length());
        return length >= SHORTEST && Signatures.at(encoded, 0, signature.substring(0, length));
    }

    private static boolean isWebp(byte[] encoded) {
        return begins(encoded, "RIFF") && (encoded.length < RIFF_HEADER || Signatures.at(encoded, 8, "WEBP"));
    }

    private static boolean isTiff(byte[] encoded) {
        // TIFF 6 and BigTIFF, in both byte orders. The first two bytes are not enough.
        return encoded.length > SHORTEST
                && (begins(encoded, "II*\0")
                        || begins(encoded, "MM\0*")
                        || begins(encoded, "II+\0")
                        || begins(encoded, "MM\0+"));
    }

    /** Two letters may also begin a text, so the size of the second header, if the file has one, must be valid too. */
    private static boolean isBmp(byte[] encoded) {
        if (!begins(encoded, "BM")) {
            return false;
        }
        return encoded.length < BMP_HEADERS
                ? !Signatures.isText(encoded)
                : encoded[15] <= 4 && encoded[15] >= 0 && encoded[16] == 0 && encoded[17] == 0;
    }
}
