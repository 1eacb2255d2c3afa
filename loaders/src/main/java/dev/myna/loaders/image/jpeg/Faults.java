// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.jpeg;

import java.io.EOFException;
import java.io.IOException;

/** What can be wrong with a file, in one wording. Each message says what, where and what to do. */
final class Faults {
    private Faults() {}

    static IOException damaged(int offset, String what) {
        return new IOException(
                "the JPEG data are damaged at byte " + offset + " (" + what + "); copy or save the image again");
    }

    static IOException unsupported(String feature) {
        return new IOException("a JPEG with " + feature + " is not supported; save the image as an ordinary JPEG or PNG");
    }

    /** @param where completes "the JPEG data end ..." */
    static EOFException endsEarly(String where) {
        return new EOFException("the JPEG data end " + where + "; copy or save the image again");
    }
}
