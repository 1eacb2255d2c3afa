// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.text;

import java.io.ByteArrayOutputStream;
import java.util.List;

/** Spans joined to one UTF-8 text, with the places where special tokens are recognized. */
final class JoinedText {
    private final byte[] bytes;
    private final int[] ends;
    private final boolean[] parse;

    JoinedText(List<Span> spans) {
        ByteArrayOutputStream joined = new ByteArrayOutputStream();
        ends = new int[spans.size()];
        parse = new boolean[spans.size()];
        for (int i = 0; i < spans.size(); i++) {
            joined.writeBytes(Utf8.bytes(spans.get(i).text()));
            ends[i] = joined.size();
            parse[i] = spans.get(i).specials() == Tokenizer.Specials.PARSE;
        }
        bytes = joined.toByteArray();
    }

    byte[] bytes() {
        return bytes;
    }

    /**
     * The last position where a special token that begins at {@code position} may end; {@code position} itself in plain text.
     */
    int parsableUntil(int position) {
        int i = 0;
        for (int high = ends.length; i < high; ) {
            int middle = (i + high) >>> 1;
            if (ends[middle] <= position) {
                i = middle + 1;
            } else {
                high = middle;
            }
        }
        int end = position;
        while (i < ends.length && parse[i]) {
            end = ends[i++];
        }
        return end;
    }
}
