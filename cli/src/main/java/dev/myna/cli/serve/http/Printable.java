// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.serve.http;

/** Text of a client within a message: neither a terminal nor a log must obey it, and it must not fill one. */
final class Printable {
    private Printable() {}

    /** At most so many code points of a text, without controls, line ends, direction overrides and halves of characters. */
    static String text(String text, int most) {
        StringBuilder shown = new StringBuilder();
        text.codePoints().limit(most).forEach(c -> shown.appendCodePoint(isHarmless(c) ? c : '?'));
        return text.codePointCount(0, text.length()) > most ? shown.append('…').toString() : shown.toString();
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
