// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.text;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Strings to UTF-8 and back. */
final class Utf8 {
    private Utf8() {}

    /** The bytes of {@code text}, with lone surrogates as U+FFFD ({@code String.getBytes} would write '?'). */
    static byte[] bytes(String text) {
        return wellFormed(text).getBytes(StandardCharsets.UTF_8);
    }

    /** {@code text} with lone surrogates replaced by U+FFFD. */
    static String wellFormed(String text) {
        StringBuilder fixed = null;
        for (int i = 0; i < text.length(); i++) {
            if (!Character.isSurrogate(text.charAt(i))) {
                continue;
            }
            if (Character.isSupplementaryCodePoint(text.codePointAt(i))) {
                i++;
                continue;
            }
            if (fixed == null) {
                fixed = new StringBuilder(text);
            }
            fixed.setCharAt(i, '\uFFFD');
        }
        return fixed == null ? text : fixed.toString();
    }

    /** The text of UTF-8 bytes, with U+FFFD for ill-formed parts. */
    static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** Whether the bytes are well-formed UTF-8. */
    static boolean isWellFormed(byte[] bytes) {
        // Ill-formed bytes come back as U+FFFD.
        return Arrays.equals(bytes, text(bytes).getBytes(StandardCharsets.UTF_8));
    }

    /** Bytes of the character that begins with this byte, by its high nibble (docs/spec/tokenizers.md 3.4). */
    static int length(byte lead) {
        int nibble = (lead & 0xff) >> 4;
        return nibble < 0xC ? 1 : nibble < 0xE ? 2 : nibble == 0xE ? 3 : 4;
    }

    /** Unicode White_Space. */
    static boolean isWhiteSpace(int c) {
        return switch (c) {
            case 0x20, 0x85, 0xA0, 0x1680, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000 -> true;
            default -> (c >= 0x09 && c <= 0x0D) || (c >= 0x2000 && c <= 0x200A);
        };
    }
}
