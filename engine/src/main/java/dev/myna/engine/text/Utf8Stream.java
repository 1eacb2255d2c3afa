// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.text;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.text.BreakIterator;
import java.util.List;
import java.util.Locale;

/**
 * Decodes the bytes of tokens to text (docs/spec/tokenizers.md 6). It holds back text that may still change: bytes of an unfinished
 * character, the beginning of a stop string, and in {@link Unit#GRAPHEME} an unfinished grapheme. It drops white space before the first
 * character. Ill-formed bytes become U+FFFD, one per maximal subpart. It never splits surrogate pairs. For one thread.
 */
public final class Utf8Stream {

    /** The smallest unit that is returned. */
    public enum Unit {
        /** Unicode characters: no delay. */
        CODE_POINT,
        /** What readers see as one letter, for terminals. Delays each until the next begins. */
        GRAPHEME
    }

    private static final int MAX_HELD_CODE_POINTS = 8;

    private final CharsetDecoder decoder = StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPLACE)
            .onUnmappableCharacter(CodingErrorAction.REPLACE);
    private final List<String> stops;
    private final Unit unit;
    private ByteBuffer pending = ByteBuffer.allocate(0);
    private final StringBuilder held = new StringBuilder();
    private final StringBuilder grapheme = new StringBuilder();
    private boolean started;
    private boolean stopped;
    private boolean finished;

    /** @param stops strings that end the text and are not part of it; none is empty */
    public Utf8Stream(List<String> stops, Unit unit) {
        this.stops = stops.stream().map(Utf8::wellFormed).toList();
        if (this.stops.contains("")) {
            throw new IllegalArgumentException("a stop string must not be empty");
        }
        this.unit = unit;
    }

    /**
     * Returns the text that is final after these bytes; may be empty. After a stop string it is always empty.
     *
     * @throws IllegalStateException after {@link #finish}
     */
    public String accept(byte[] bytes) {
        if (finished) {
            throw new IllegalStateException("the text has been finished");
        }
        return advance(bytes);
    }

    /** Returns the text that was held back, with U+FFFD for an unfinished character. Later calls return an empty text. */
    public String finish() {
        if (finished) {
            return "";
        }
        finished = true;
        return advance(new byte[0]);
    }

    /** Whether a stop string was found. */
    public boolean stopped() {
        return stopped;
    }

    private String advance(byte[] bytes) {
        if (stopped) {
            return "";
        }
        held.append(suppressed(decode(bytes)));
        int stop = firstStop();
        int end = stop >= 0 ? stop : finished ? held.length() : held.length() - stopPrefix();
        stopped = stop >= 0;
        grapheme.append(held, 0, end);
        held.delete(0, stopped ? held.length() : end);
        int ready = unit == Unit.GRAPHEME && !stopped && !finished ? wholeGraphemes() : grapheme.length();
        String text = grapheme.substring(0, ready);
        grapheme.delete(0, ready);
        return text;
    }

    private String decode(byte[] bytes) {
        ByteBuffer in = ByteBuffer.allocate(pending.remaining() + bytes.length)
                .put(pending)
                .put(bytes)
                .flip();
        // One byte decodes to at most one char, and a replacement takes at least one byte.
        CharBuffer out = CharBuffer.allocate(in.remaining() + 1);
        decoder.decode(in, out, finished);
        if (finished) {
            decoder.flush(out);
        }
        pending = in.slice();
        return out.flip().toString();
    }

    private String suppressed(String text) {
        int from = 0;
        while (!started && from < text.length()) {
            started = !Utf8.isWhiteSpace(text.charAt(from));
            from += started ? 0 : 1;
        }
        return text.substring(from);
    }

    /** Index of the first stop string in the held text, or -1. */
    private int firstStop() {
        int first = -1;
        for (String stop : stops) {
            int at = held.indexOf(stop);
            first = at >= 0 && (first < 0 || at < first) ? at : first;
        }
        return first;
    }

    /** Length of the longest suffix of the held text that is a prefix of a stop string. */
    private int stopPrefix() {
        int longest = 0;
        for (String stop : stops) {
            for (int length = Math.min(stop.length() - 1, held.length()); length > longest; length--) {
                if (endsWith(stop, length)) {
                    longest = length;
                }
            }
        }
        return longest;
    }

    private boolean endsWith(String stop, int length) {
        int from = held.length() - length;
        for (int i = 0; i < length; i++) {
            if (held.charAt(from + i) != stop.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** Length of the text without its last grapheme, or of all text if the last grapheme is long. */
    private int wholeGraphemes() {
        if (grapheme.isEmpty()) {
            return 0;
        }
        BreakIterator graphemes = BreakIterator.getCharacterInstance(Locale.ROOT);
        graphemes.setText(grapheme.toString());
        int last = graphemes.preceding(grapheme.length());
        return grapheme.codePointCount(last, grapheme.length()) > MAX_HELD_CODE_POINTS ? grapheme.length() : last;
    }
}
