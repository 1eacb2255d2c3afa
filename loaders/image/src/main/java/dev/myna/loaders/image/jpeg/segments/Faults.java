// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.jpeg.segments;

import dev.myna.loaders.image.codec.DamagedImageException;
import dev.myna.loaders.image.codec.UnsupportedImageException;
import java.io.EOFException;

/** Exceptions for faults of a file, with uniform messages. */
public final class Faults {
    private Faults() {}

    public static DamagedImageException damaged(int offset, String what) {
        return new DamagedImageException("at byte " + offset + ": " + what);
    }

    static UnsupportedImageException unsupported(String feature) {
        return new UnsupportedImageException("JPEG with " + feature);
    }

    /** @param where completes "the JPEG data end ..." */
    public static EOFException endsEarly(String where) {
        return new EOFException("the JPEG data end " + where);
    }
}
