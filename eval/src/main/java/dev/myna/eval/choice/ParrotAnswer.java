// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.choice;

import dev.myna.loaders.datasets.PythonText;
import java.util.Locale;

/** What Parrot's wrapper makes of its model's answer before anything is scored (docs/spec/evaluation.md 2.2). */
public final class ParrotAnswer {
    /** The end of prompts whose answers it changes. */
    private static final String ENGLISH_SUFFIX = "Answer with the option's letter from the given choices directly.";

    /** An older prompt, which no data set has today. */
    private static final String OLD_CHINESE_SUFFIX = "请直接回答选项字母。";

    private static final String PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";
    private static final String SEPARATORS = PUNCTUATION + " \t\n\r\u000b\f";

    private ParrotAnswer() {}

    /** The answer that is scored. */
    public static String of(String prompt, String response) {
        String answer = PythonText.strip(response);
        if (!prompt.endsWith(ENGLISH_SUFFIX) && !prompt.endsWith(OLD_CHINESE_SUFFIX)) {
            return answer;
        }
        while (true) {
            answer = PythonText.strip(answer, SEPARATORS);
            if (answer.codePointCount(0, answer.length()) > 1) {
                char first = answer.charAt(0);
                if (isLetter(first) && SEPARATORS.indexOf(answer.charAt(1)) >= 0) {
                    return Character.toString(first);
                }
                char last = answer.charAt(answer.length() - 1);
                if (isLetter(last) && SEPARATORS.indexOf(answer.charAt(answer.length() - 2)) >= 0) {
                    return Character.toString(last);
                }
            }
            String rest = after(answer, "answer is");
            if (rest == null) {
                rest = after(answer, "answer:");
            }
            if (rest == null) {
                return answer;
            }
            String option = after(rest, "option");
            answer = option == null ? rest : option;
        }
    }

    /** What follows the first occurrence, found in the lower-cased text and cut from the original; null if there is none. */
    private static String after(String text, String words) {
        String lower = text.toLowerCase(Locale.ROOT);
        int at = lower.indexOf(words);
        if (at < 0) {
            return null;
        }
        int points = lower.codePointCount(0, at) + words.length();
        int length = text.codePointCount(0, text.length());
        return points >= length ? "" : text.substring(text.offsetByCodePoints(0, points));
    }

    private static boolean isLetter(char character) {
        return character >= 'A' && character <= 'Z';
    }
}
