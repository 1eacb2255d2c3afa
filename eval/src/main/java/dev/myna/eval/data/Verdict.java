// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.data;

import java.util.Locale;
import java.util.Optional;

/**
 * What a scoring rule says about one answer.
 *
 * @param read what the rule took for the answer, such as the letter of an option; empty if that is the answer as it is
 */
public record Verdict(Kind kind, String read) {
    /** The kinds of verdicts. Each row of a result has exactly one. */
    public enum Kind {
        /** The full score. */
        RIGHT,
        /** Between none and the full score. */
        PARTIAL,
        /** No score. */
        WRONG,
        /** The rule found no answer in the text; without score. Where the original draws a random answer, too. */
        UNDECIDED,
        /** The answer is not in the format that the question asks for; without score. */
        FORMAT_ERROR,
        /** The model gave no answer: the image or the request cannot be used; without score. */
        UNANSWERED,
        /** The row does not count by itself but as part of a group. */
        GROUPED;

        /** As files have it, in lower case. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** The kind with that label. */
        public static Optional<Kind> byLabel(String label) {
            for (Kind kind : values()) {
                if (kind.label().equals(label)) {
                    return Optional.of(kind);
                }
            }
            return Optional.empty();
        }
    }

    /** The rule found no answer. */
    public static final Verdict UNDECIDED = new Verdict(Kind.UNDECIDED, "");

    /** The answer has another format than the question asks for. */
    public static final Verdict FORMAT_ERROR = new Verdict(Kind.FORMAT_ERROR, "");

    /** There is no answer. */
    public static final Verdict UNANSWERED = new Verdict(Kind.UNANSWERED, "");

    /** The verdict of a score from 0 to 1, or NaN for a row of a group. */
    public static Verdict of(double score, String read) {
        Kind kind =
                Double.isNaN(score) ? Kind.GROUPED : score >= 1 ? Kind.RIGHT : score > 0 ? Kind.PARTIAL : Kind.WRONG;
        return new Verdict(kind, read);
    }

    /** The verdict of a score of the answer as it is. */
    public static Verdict of(double score) {
        return of(score, "");
    }
}
