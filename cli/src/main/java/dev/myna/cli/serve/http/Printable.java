// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.serve.http;

/** Makes text of a client safe for a message: no control characters, limited length. */
final class Printable {
    private Printable() {}

    /** Up to {@code max} code points, without controls, line ends, direction overrides and unpaired surrogates. */
    static String text(String text, int max) {
        StringBuilder shown = new StringBuilder();
        text.codePoints().limit(max).forEach(c -> shown.appendCodePoint(isHarmless(c) ? c : '?'));
        return text.codePointCount(0, text.length()) > max ? shown.append('…').toString() : shown.toString();
    }

    private static boolean isHarmless(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL, Character.SURROGATE, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR ->
                false;
            // Joiners are needed to write Persian and Hindi.
            case Character.FORMAT -> c == 0x200C || c == 0x200D;
            default -> true;
        };
    }
}
