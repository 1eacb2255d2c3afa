// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.tools;

/**
 * Reads calls in one notation, from behind what opened them, while their text arrives. Goes over a text once: what it stopped at it
 * looks at again, and nothing that is longer than a tag or a name.
 */
abstract class CallReader {
    /** Longer names are no tool's. */
    static final int MAX_NAME = 64;

    /** How far it has come. */
    enum Progress {
        /** More text is needed. */
        WAITS,
        /** What stands from {@link #begun} on is no call. */
        REFUSED,
        /** The calls end before {@link #at}. */
        ENDED
    }

    /** Where to read on. */
    int at;

    /** Where the call that is being read begins: text before it is not needed any more. */
    int begun;

    /** Finds the end of the value that is being read, or null. */
    ValueScan scan;

    /** Whether a call has been announced, where it is known by nothing else. */
    boolean announced;

    /** Reads on. */
    abstract Progress read(StringBuilder text, Calls calls);

    /** Whether what is read can only be a call: its name is known. */
    boolean isCertain() {
        return announced();
    }

    /** Whether a call has been announced. */
    boolean announced() {
        return announced;
    }

    /** The first {@code count} characters of the text are gone; at most {@link #begun}. */
    void shift(int count) {
        at -= count;
        begun -= count;
        if (scan != null) {
            scan.shift(count);
        }
    }

    /** Moves on to what is no white space; whether there is any. */
    final boolean skipSpace(CharSequence text) {
        at = afterSpace(text, at);
        return at < text.length();
    }

    static int afterSpace(CharSequence text, int from) {
        int at = from;
        while (at < text.length() && isSpace(text.charAt(at))) {
            at++;
        }
        return at;
    }

    /** As Python's {@code str.isspace}. */
    static boolean isSpace(char c) {
        return Character.isWhitespace(c) || Character.isSpaceChar(c) || c == '\u0085';
    }

    /** Whether a tag stands at a place: 1 if so, 0 if not, -1 if the text ends within it. */
    static int tagAt(CharSequence text, int from, String tag) {
        for (int i = 0; i < tag.length(); i++) {
            if (from + i == text.length()) {
                return -1;
            }
            if (text.charAt(from + i) != tag.charAt(i)) {
                return 0;
            }
        }
        return 1;
    }

    /** The index behind the characters of a tool's name; the text's length if they may go on. */
    static int afterName(CharSequence text, int from) {
        int at = from;
        while (at < text.length() && isNamePart(text.charAt(at))) {
            at++;
        }
        return at;
    }

    /** The name of a known tool, that stands between a tag and a character; or how far looking for it has come. */
    record Name(String known, Progress progress) {}

    /** Looks for a tool's name from {@link #at} on, and moves to the character behind it. */
    final Name name(StringBuilder text, String before, char behind, Calls calls) {
        int begins = tagAt(text, at, before);
        if (begins <= 0) {
            return new Name(null, begins == 0 ? Progress.REFUSED : Progress.WAITS);
        }
        int from = at + before.length();
        int end = afterName(text, from);
        if (end - from > MAX_NAME) {
            return new Name(null, Progress.REFUSED);
        }
        if (end == text.length()) {
            return new Name(null, Progress.WAITS);
        }
        String said = text.substring(from, end);
        if (text.charAt(end) != behind || !calls.knows(said)) {
            return new Name(null, Progress.REFUSED);
        }
        at = end;
        return new Name(said, null);
    }

    /** Passes on arguments as they arrive; whether they have ended. */
    final boolean passOn(StringBuilder text, ValueScan scan, Calls calls) {
        int end = scan.end(text);
        int to = end < 0 ? text.length() : end;
        calls.arguments(text.substring(at, to));
        at = to;
        begun = to;
        return end >= 0;
    }

    private static boolean isNamePart(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '.' || c == '-';
    }
}
