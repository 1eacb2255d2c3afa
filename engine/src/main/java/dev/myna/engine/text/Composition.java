// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.text;

import java.text.Normalizer;

/**
 * Canonical composition (NFC) in bounded time. {@link Normalizer} needs quadratic time to order a run of combining marks. Longer runs
 * are therefore composed 1024 marks at a time. Real text has fewer marks in a run (Unicode's stream-safe format has 30).
 */
final class Composition {
    private static final int MAX_MARKS = 1024;

    private Composition() {}

    static String nfc(String text) {
        StringBuilder composed = new StringBuilder();
        int from = 0;
        int marks = 0;
        for (int at = 0; at < text.length(); ) {
            int c = text.codePointAt(at);
            marks = isMark(c) ? marks + 1 : 0;
            if (marks > MAX_MARKS) {
                composed.append(Normalizer.normalize(text.substring(from, at), Normalizer.Form.NFC));
                from = at;
                marks = 1;
            }
            at += Character.charCount(c);
        }
        String rest = Normalizer.normalize(text.substring(from), Normalizer.Form.NFC);
        return composed.isEmpty() ? rest : composed.append(rest).toString();
    }

    private static boolean isMark(int c) {
        int type = Character.getType(c);
        return type == Character.NON_SPACING_MARK
                || type == Character.COMBINING_SPACING_MARK
                || type == Character.ENCLOSING_MARK;
    }
}
