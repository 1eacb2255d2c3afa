// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.text;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;

/** Text from files that are not trusted: strict UTF-8, and a form for one-line messages. */
public final class Text {
    /** Maximum code points of a text in a message. */
    public static final int SHOWN = 80;

    /** Characters. */
    private static final int CHECKED_AT_ONCE = 4096;

    private Text() {}

    /** Decodes UTF-8, refusing what is not. */
    public static String decode(byte[] utf8) throws CharacterCodingException {
        return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString();
    }

    /**
     * Makes sure that a part of an array is UTF-8, without keeping its characters.
     *
     * @throws InvalidUtf8Exception if it is not
     */
    public static void requireUtf8(byte[] bytes, int offset, int length) throws InvalidUtf8Exception {
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        ByteBuffer in = ByteBuffer.wrap(bytes, offset, length);
        CharBuffer out = CharBuffer.allocate(CHECKED_AT_ONCE);
        CoderResult result;
        do {
            out.clear();
            result = decoder.decode(in, out, true);
        } while (result.isOverflow());
        if (result.isError()) {
            throw new InvalidUtf8Exception(in.position() - offset);
        }
    }

    /**
     * Encodes as UTF-8.
     *
     * @throws IllegalArgumentException if the text holds a lone surrogate
     */
    public static byte[] encode(String text) {
        try {
            ByteBuffer encoded = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
            byte[] bytes = new byte[encoded.remaining()];
            encoded.get(bytes);
            return bytes;
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("text " + quote(text) + " holds a lone surrogate", e);
        }
    }

    /** Whether UTF-8 can hold the text: it has no lone surrogate. */
    public static boolean isEncodable(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isSurrogate(c)) {
                boolean pair = Character.isHighSurrogate(c)
                        && i + 1 < text.length()
                        && Character.isLowSurrogate(text.charAt(i + 1));
                if (!pair) {
                    return false;
                }
                i++;
            }
        }
        return true;
    }

    /** The text in quotes as {@link #line} shows it, cut to {@link #SHOWN} code points. */
    public static String quote(String text) {
        return '"' + line(text, SHOWN) + '"';
    }

    /**
     * The text cut to {@code shown} code points. Control and invisible format characters are escaped, so that a hostile name
     * cannot break the line or send an escape sequence to the terminal.
     */
    public static String line(String text, int shown) {
        StringBuilder line = new StringBuilder();
        int at = 0;
        for (int i = 0; i < shown && at < text.length(); i++) {
            int point = text.codePointAt(at);
            at += Character.charCount(point);
            switch (Character.getType(point)) {
                case Character.CONTROL,
                        Character.FORMAT,
                        Character.LINE_SEPARATOR,
                        Character.PARAGRAPH_SEPARATOR,
                        Character.SURROGATE ->
                    line.append("\\u{").append(Integer.toHexString(point)).append('}');
                default -> line.appendCodePoint(point);
            }
        }
        return at < text.length() ? line.append('…').toString() : line.toString();
    }
}
