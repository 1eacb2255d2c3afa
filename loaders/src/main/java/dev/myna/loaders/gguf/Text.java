// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.gguf;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Text from a file that is not trusted: strict UTF-8, and a form fit for a one-line message. */
final class Text {
    /** Code points shown before a text is cut. */
    static final int SHOWN = 80;

    private Text() {}

    /** Decodes UTF-8, refusing what is not. */
    static String decode(byte[] utf8) throws CharacterCodingException {
        return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString();
    }

    /**
     * Encodes as UTF-8.
     *
     * @throws IllegalArgumentException if the text holds a lone surrogate
     */
    static byte[] encode(String text) {
        try {
            ByteBuffer encoded = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
            byte[] bytes = new byte[encoded.remaining()];
            encoded.get(bytes);
            return bytes;
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("text " + quote(text) + " holds a lone surrogate", e);
        }
    }

    /**
     * The text in quotes, cut to {@link #SHOWN} code points; controls and invisible format characters are escaped, so
     * that a hostile name can neither break the line nor reach the terminal as an escape sequence.
     */
    static String quote(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        int shown = 0;
        for (int i = 0; i < text.length() && shown < SHOWN; shown++) {
            int point = text.codePointAt(i);
            i += Character.charCount(point);
            switch (Character.getType(point)) {
                case Character.CONTROL,
                        Character.FORMAT,
                        Character.LINE_SEPARATOR,
                        Character.PARAGRAPH_SEPARATOR,
                        Character.SURROGATE ->
                    quoted.append("\\u{").append(Integer.toHexString(point)).append('}');
                default -> quoted.appendCodePoint(point);
            }
        }
        boolean cut = text.codePointCount(0, text.length()) > SHOWN;
        return quoted.append(cut ? "…\"" : "\"").toString();
    }
}
