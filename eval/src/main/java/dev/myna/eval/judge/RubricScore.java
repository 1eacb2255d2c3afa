// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.judge;

import dev.myna.loaders.datasets.PythonText;
import java.util.OptionalInt;

/**
 * The score in a review by a rubric: a whole number from 1 to 5, alone on the first line of the stripped review. The form of the
 * published judge of xChatBench is not known (docs/spec/evaluation.md 3.1); this one is that of our own rules.
 */
public final class RubricScore {
    /** Name and version of the rule. */
    public static final String NAME = "first-line-1";

    private static final int WORST = 1;
    private static final int BEST = 5;

    private RubricScore() {}

    /** The score; empty if there is none. */
    public static OptionalInt parse(String review) {
        String text = PythonText.strip(review);
        int end = text.indexOf('\n');
        String line = PythonText.strip(end < 0 ? text : text.substring(0, end));
        if (line.length() != 1) {
            return OptionalInt.empty();
        }
        int digit = Character.digit(line.charAt(0), 10);
        return digit >= WORST && digit <= BEST ? OptionalInt.of(digit) : OptionalInt.empty();
    }
}
