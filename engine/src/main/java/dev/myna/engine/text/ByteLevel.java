// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.text;

import java.util.Arrays;

/** GPT-2's mapping of bytes to printable characters (docs/spec/tokenizers.md 4.4). */
final class ByteLevel {
    private static final char[] CHARACTERS = new char[256];
    private static final short[] BYTES = new short[256 + 68];

    static {
        Arrays.fill(BYTES, (short) -1);
        char next = 256;
        for (int value = 0; value < 256; value++) {
            boolean printable = (value >= 0x21 && value <= 0x7E) || (value >= 0xA1 && value <= 0xAC) || value >= 0xAE;
            CHARACTERS[value] = printable ? (char) value : next++;
            BYTES[CHARACTERS[value]] = (short) value;
        }
    }

    private ByteLevel() {}

    /** The character of a byte, as UTF-8. */
    static byte[] spell(int value) {
        return Utf8.bytes(String.valueOf(CHARACTERS[value]));
    }

    /** The characters of these bytes, as UTF-8. */
    static byte[] spell(byte[] bytes) {
        StringBuilder spelled = new StringBuilder(bytes.length);
        for (byte value : bytes) {
            spelled.append(CHARACTERS[value & 0xff]);
        }
        return Utf8.bytes(spelled.toString());
    }

    /** The bytes of a piece. Characters that stand for no byte are kept. */
    static byte[] bytes(byte[] piece) {
        byte[] bytes = new byte[piece.length];
        int out = 0;
        for (int i = 0; i < piece.length; i++) {
            int lead = piece[i] & 0xff;
            boolean two = lead >= 0xC2 && lead <= 0xC5 && i + 1 < piece.length && (piece[i + 1] & 0xC0) == 0x80;
            int character = two ? (lead & 0x1F) << 6 | piece[i + 1] & 0x3F : lead < 0x80 ? lead : BYTES.length;
            if (character < BYTES.length && BYTES[character] >= 0) {
                bytes[out++] = (byte) BYTES[character];
                i += two ? 1 : 0;
            } else {
                bytes[out++] = piece[i];
            }
        }
        return Arrays.copyOf(bytes, out);
    }
}
