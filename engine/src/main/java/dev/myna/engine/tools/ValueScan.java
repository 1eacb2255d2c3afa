// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.tools;

/**
 * Finds the end of a value in brackets or quotes while its text arrives, by strings and brackets alone: the value need not be
 * well-formed. Looks at each character once.
 */
final class ValueScan {
    private final boolean apostrophes;
    private int at;
    private int depth;
    private char quote;
    private boolean escaped;

    /**
     * @param from where the value begins
     * @param depth brackets that are open there
     * @param apostrophes whether strings may stand in apostrophes
     */
    ValueScan(int from, int depth, boolean apostrophes) {
        at = from;
        this.depth = depth;
        this.apostrophes = apostrophes;
    }

    /** The index behind the value, or -1 if it has not ended yet. */
    int end(CharSequence text) {
        while (at < text.length()) {
            char c = text.charAt(at++);
            if (quote != 0) {
                if (escaped) {
                    escaped = false;
                } else if (c == '\\') {
                    escaped = true;
                } else if (c == quote) {
                    quote = 0;
                    if (depth == 0) {
                        return at;
                    }
                }
            } else if (c == '"' || c == '\'' && apostrophes) {
                quote = c;
            } else if (c == '{' || c == '[' || c == '(' && apostrophes) {
                depth++;
            } else if ((c == '}' || c == ']' || c == ')' && apostrophes) && --depth == 0) {
                return at;
            }
        }
        return -1;
    }

    /** The first {@code count} characters of the text are gone. */
    void shift(int count) {
        at -= count;
    }
}
