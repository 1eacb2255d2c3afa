// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.text;

import java.io.ByteArrayOutputStream;
import java.util.List;

/** Spans joined to one UTF-8 text that remembers where special-token text counts. */
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
     * Where special-token text that begins at {@code position} must have ended; {@code position} itself in plain text.
     */
    int parsableUntil(int position) {
        int i = 0;
        while (i < ends.length && ends[i] <= position) {
            i++;
        }
        int end = position;
        while (i < ends.length && parse[i]) {
            end = ends[i++];
        }
        return end;
    }
}
