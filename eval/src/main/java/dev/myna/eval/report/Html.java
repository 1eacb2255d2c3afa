// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.report;

/** Text in HTML and SVG. */
final class Html {
    private Html() {}

    /**
     * Text as content or as an attribute in double quotes: no character of it is markup. Characters that neither HTML nor XML allows
     * become U+FFFD.
     */
    static String escape(String text) {
        StringBuilder out = new StringBuilder(text.length() + 16);
        text.codePoints().forEach(c -> {
            switch (c) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '"' -> out.append("&quot;");
                case '\'' -> out.append("&#39;");
                default -> out.appendCodePoint(allowed(c) ? c : 0xfffd);
            }
        });
        return out.toString();
    }

    private static boolean allowed(int c) {
        return c == '\t'
                || c == '\n'
                || c >= 0x20 && c < 0x7f
                || c >= 0xa0 && c < 0xd800
                || c >= 0xe000 && (c & 0xfffe) != 0xfffe;
    }

    /** The first code points of a long text, escaped, with a note of its length. */
    static String shortened(String text, int max) {
        int length = text.codePointCount(0, text.length());
        return length <= max
                ? escape(text)
                : escape(text.substring(0, text.offsetByCodePoints(0, max))) + "… <small>(" + length
                        + " characters)</small>";
    }
}
