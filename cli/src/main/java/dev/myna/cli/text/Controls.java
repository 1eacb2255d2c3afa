// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.text;

/** Replaces control characters, so that text of a model, a file name or metadata cannot control a terminal. */
public final class Controls {
    private Controls() {}

    /** {@code text} with C0 controls (but LF and TAB), DEL and C1 controls replaced by visible symbols. */
    public static String visible(String text) {
        if (text.chars().noneMatch(Controls::isControl)) {
            return text;
        }
        StringBuilder out = new StringBuilder(text.length());
        text.chars().forEach(c -> out.append(isControl(c) ? symbol(c) : (char) c));
        return out.toString();
    }

    /** As {@link #visible}, on one line: line feeds and tabs become spaces. */
    public static String oneLine(String text) {
        return visible(text.replaceAll("[\\n\\r\\t]+", " "));
    }

    private static boolean isControl(int c) {
        return (c < 0x20 && c != '\n' && c != '\t') || (c >= 0x7F && c <= 0x9F);
    }

    private static char symbol(int c) {
        if (c < 0x20) {
            return (char) (0x2400 + c);
        }
        return c == 0x7F ? '\u2421' : '\uFFFD';
    }
}
