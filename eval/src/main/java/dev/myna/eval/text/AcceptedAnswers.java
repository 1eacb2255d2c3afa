// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.text;

import java.text.Normalizer;
import java.util.Collection;
import java.util.Locale;

/**
 * Short answers beside those that are accepted. Compared are texts in Unicode's form NFKC, without regard to case, white space around
 * them and the mark that ends a sentence, in any script.
 */
public final class AcceptedAnswers {
    /** Ends of sentences: Latin, full-width, Devanagari and Bengali danda, Urdu, Arabic. */
    private static final String ENDS = ".!?\u3002\uff0e\uff01\uff1f\uff61\u0964\u0965\u06d4\u061f\u2026";

    private AcceptedAnswers() {}

    /** Whether the answer is one of those that are accepted. */
    public static boolean has(Collection<String> accepted, String answer) {
        String normal = normal(answer);
        return accepted.stream().anyMatch(each -> normal(each).equals(normal));
    }

    private static String normal(String text) {
        String rest = Normalizer.normalize(text, Normalizer.Form.NFKC).strip();
        while (!rest.isEmpty() && ENDS.indexOf(rest.charAt(rest.length() - 1)) >= 0) {
            rest = rest.substring(0, rest.length() - 1).strip();
        }
        // Twice, so that letters without an own capital meet.
        return rest.toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT);
    }
}
