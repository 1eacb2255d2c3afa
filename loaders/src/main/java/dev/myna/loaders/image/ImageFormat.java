// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/** The formats Myna reads, told apart by their first bytes. */
enum ImageFormat {
    PNG("png"),
    JPEG("jpeg"),
    GIF("gif"),
    BMP("bmp"),
    WEBP("webp");

    private final String readerName;

    ImageFormat(String readerName) {
        this.readerName = readerName;
    }

    /** @throws ImageException if the bytes begin like none of the formats; the message says what they look like */
    static ImageFormat of(byte[] encoded, String name) {
        if (startsWith(encoded, 0, "\u0089PNG\r\n\u001a\n")) {
            return PNG;
        } else if (startsWith(encoded, 0, "\u00ff\u00d8\u00ff")) {
            return JPEG;
        } else if (startsWith(encoded, 0, "GIF87a") || startsWith(encoded, 0, "GIF89a")) {
            return GIF;
        } else if (startsWith(encoded, 0, "RIFF") && startsWith(encoded, 8, "WEBP")) {
            return WEBP;
        } else if (startsWith(encoded, 0, "BM")) {
            return BMP;
        }
        throw new ImageException(
                name + ": not a PNG, JPEG, GIF, BMP or WebP picture (" + guess(encoded) + "); save it as PNG or JPEG");
    }

    /** Decodes to RGB. May throw anything a codec throws: the caller is the border. */
    RgbImage decode(byte[] encoded) throws IOException {
        byte[] bytes = switch (this) {
            case BMP -> BmpHeader.withoutProfile(encoded);
            case WEBP -> WebpChunks.withoutProfile(encoded);
            default -> encoded;
        };
        ImageReader reader = Readers.create(readerName);
        try (ImageInputStream in = new MemoryCacheImageInputStream(new ByteArrayInputStream(bytes))) {
            // Metadata chunks are neither parsed nor inflated, except for GIF, whose frame position is metadata.
            reader.setInput(in, true, this != GIF);
            JpegMarkers markers = this == JPEG ? JpegMarkers.of(encoded) : null;
            ImageDecoder.requireDecodable(reader.getWidth(0), reader.getHeight(0));
            return switch (this) {
                case JPEG -> JpegColors.toRgb(reader.readRaster(0, null), markers);
                case GIF -> GifFrame.read(reader);
                case WEBP -> {
                    RgbImage frame = Rasters.toRgb(reader.read(0));
                    yield WebpChunks.screen(encoded, frame).show(frame, 0);
                }
                case PNG, BMP -> Rasters.toRgb(reader.read(0));
            };
        } finally {
            reader.dispose();
        }
    }

    private static String guess(byte[] encoded) {
        if (encoded.length == 0) {
            return "it is empty";
        }
        if (startsWith(encoded, 0, "%PDF")) {
            return "it looks like PDF";
        }
        String head = new String(encoded, 0, Math.min(encoded.length, 512), StandardCharsets.ISO_8859_1)
                .toLowerCase(Locale.ROOT);
        if (head.contains("<svg")) {
            return "it looks like SVG";
        }
        if (head.contains("<html") || head.contains("<!doctype")) {
            return "it looks like a web page";
        }
        boolean text = head.chars().allMatch(c -> c >= 0x20 || c == '\n' || c == '\r' || c == '\t');
        return text ? "it looks like text" : "its first bytes are unknown";
    }

    private static boolean startsWith(byte[] encoded, int offset, String latin1) {
        if (encoded.length < offset + latin1.length()) {
            return false;
        }
        for (int i = 0; i < latin1.length(); i++) {
            if ((encoded[offset + i] & 0xff) != latin1.charAt(i)) {
                return false;
            }
        }
        return true;
    }
}
