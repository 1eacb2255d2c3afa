// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.choice;

import dev.myna.loaders.datasets.PythonText;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How Pangea's harness finds the letter in answers to CVQA and M3Exam, and what it takes for the right one
 * (docs/spec/evaluation.md 3.3). Where it draws a random letter, there is none here.
 */
public final class PangeaChoice {
    private static final int FLAGS = Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE;
    private static final String SPACE =
            "\\s\\x1c-\\x1f\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
    private static final Pattern MARKED = Pattern.compile("([A-D])[).:" + SPACE + "]", FLAGS);
    private static final Pattern ANYWHERE = Pattern.compile("[ABCD]", FLAGS);
    private static final Pattern OPTION_LETTER = Pattern.compile("^[A-D]\\.[" + SPACE + "]*");
    private static final Pattern DIGIT_GOLD = Pattern.compile("^(?:\\((\\p{Nd})\\)?|(\\p{Nd})[).]?).*", Pattern.DOTALL);
    private static final double ALIKE = 0.7;

    private PangeaChoice() {}

    /**
     * The letter of an answer.
     *
     * @param options as the data set has them
     * @return upper case, possibly beyond D; empty where the harness draws a letter
     */
    public static Optional<String> extract(String answer, List<String> options) {
        String text = PythonText.strip(answer);
        Matcher marked = MARKED.matcher(text);
        if (marked.find()) {
            return Optional.of(marked.group(1).toUpperCase(Locale.ROOT));
        }
        Matcher anywhere = ANYWHERE.matcher(text);
        if (anywhere.find()) {
            return Optional.of(anywhere.group().toUpperCase(Locale.ROOT));
        }
        double best = ALIKE;
        Optional<String> letter = Optional.empty();
        for (int i = 0; i < options.size(); i++) {
            String option =
                    PythonText.strip(OPTION_LETTER.matcher(options.get(i)).replaceFirst(""));
            double ratio = SequenceRatio.of(text, option);
            if (ratio > best) {
                best = ratio;
                letter = Optional.of(Character.toString((char) ('A' + i)));
            }
        }
        return letter;
    }

    /** The right letter of an M3Exam question, from its field {@code answer_text}. */
    public static String gold(String answer) {
        if ("ABCDEFGH".contains(answer)) {
            return answer;
        }
        if ("12345678".contains(answer)) {
            return Character.toString((char) (64 + Integer.parseInt(answer)));
        }
        Matcher digit = DIGIT_GOLD.matcher(answer);
        if (digit.matches()) {
            String number = digit.group(1) == null ? digit.group(2) : digit.group(1);
            return Character.toString((char) (64 + Character.digit(number.codePointAt(0), 10)));
        }
        return answer;
    }
}
