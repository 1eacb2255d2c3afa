// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image;

import java.nio.file.Path;

/** Decodes PNG, JPEG, GIF (first frame), BMP and WebP to {@link RgbImage} with the rules of spec models.md 4.1. */
public final class ImageDecoder {
    private ImageDecoder() {}

    /** What to do with an EXIF orientation tag. The published pipelines ignore it. */
    public enum Orientation {
        IGNORE,
        APPLY
    }

    /**
     * Decodes a file.
     *
     * @throws ImageException if it is absent, too large (64 Mpixel, 32 MiB) or not a picture Myna reads
     */
    public static RgbImage decode(Path path, Orientation orientation) {
        throw new UnsupportedOperationException("not written yet");
    }

    /**
     * Decodes encoded bytes.
     *
     * @param name how messages call the picture
     */
    public static RgbImage decode(byte[] encoded, String name, Orientation orientation) {
        throw new UnsupportedOperationException("not written yet");
    }
}
