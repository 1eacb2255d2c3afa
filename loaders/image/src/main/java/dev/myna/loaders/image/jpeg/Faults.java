// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.jpeg;

import dev.myna.loaders.image.codec.DamagedImageException;
import dev.myna.loaders.image.codec.UnsupportedImageException;
import java.io.EOFException;

/** What can be wrong with a file, in one wording. */
final class Faults {
    private Faults() {}

    static DamagedImageException damaged(int offset, String what) {
        return new DamagedImageException("at byte " + offset + ": " + what);
    }

    static UnsupportedImageException unsupported(String feature) {
        return new UnsupportedImageException("JPEG with " + feature);
    }

    /** @param where completes "the JPEG data end ..." */
    static EOFException endsEarly(String where) {
        return new EOFException("the JPEG data end " + where);
    }
}
