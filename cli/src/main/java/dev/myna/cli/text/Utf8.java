// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.text;

import dev.myna.engine.error.RequestException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Text that users bring: UTF-8, with or without a byte order mark, and nothing else. */
public final class Utf8 {
    private static final int BOM_LENGTH = 3;

    private Utf8() {}

    /**
     * How many bytes at the beginning of a text are a byte order mark.
     *
     * @throws RequestException if the text is UTF-16 or UTF-32, told by the mark or by NUL beside its first letter
     */
    public static int markLength(byte[] text, String name) {
        int first = text.length > 0 ? text[0] & 0xFF : -1;
        int second = text.length > 1 ? text[1] & 0xFF : -1;
        boolean marked = first == 0xFE && second == 0xFF || first == 0xFF && second == 0xFE;
        boolean unmarked = first == 0 && second > 0 || first > 0 && second == 0;
        if (marked || unmarked || first == 0 && second == 0) {
            throw new RequestException("the text from " + name
                    + " is UTF-16 or UTF-32: convert it to UTF-8 first (iconv -f UTF-16 -t UTF-8)");
        }
        boolean utf8 = text.length >= BOM_LENGTH && first == 0xEF && second == 0xBB && (text[2] & 0xFF) == 0xBF;
        return utf8 ? BOM_LENGTH : 0;
    }

    /** @throws CharacterCodingException if the bytes are not valid UTF-8 */
    public static String decode(byte[] bytes, int offset, int length) throws CharacterCodingException {
        return StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(bytes, offset, length))
                .toString();
    }
}
