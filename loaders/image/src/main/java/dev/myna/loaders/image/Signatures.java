// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image;

import java.nio.charset.StandardCharsets;

/** Compares bytes of a file with known ones. */
final class Signatures {
    private Signatures() {}

    /** Whether the file has these bytes, written as Latin-1, at {@code offset}. */
    static boolean at(byte[] file, int offset, String latin1) {
        if (offset < 0 || file.length - offset < latin1.length()) {
            return false;
        }
        for (int i = 0; i < latin1.length(); i++) {
            if ((file[offset + i] & 0xff) != latin1.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** At most {@code count} first bytes as Latin-1. */
    static String head(byte[] file, int count) {
        return new String(file, 0, Math.min(file.length, count), StandardCharsets.ISO_8859_1);
    }

    /** Whether the beginning has no control characters but white space. */
    static boolean isText(byte[] file) {
        return head(file, 512).chars().allMatch(c -> c >= 0x20 || c == '\n' || c == '\r' || c == '\t' || c == '\f');
    }
}
