// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.choice;

import dev.myna.loaders.datasets.PythonText;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Kaleidoscope's rule for an answer of the form {@code {"choice": "A"}}: an answer of one character is the choice itself; otherwise the
 * first object that begins with a choice counts. Letters of four other scripts stand for A to D. Everything else is a format error.
 */
public final class KaleidoscopeChoice {
    /** Name and version of the rule. */
    public static final String NAME = "kaleidoscope-2025";

    private static final Pattern OBJECT =
            Pattern.compile("\\{\\s*\"choice\":\\s*[^\\n]*?\\s*\\}", Pattern.UNICODE_CHARACTER_CLASS);
    private static final Pattern CHOICE =
            Pattern.compile("\\{\\s*\"choice\":\\s*(?:\"([^\"\\\\\\n]*)\"|'([^'\\\\\\n]*)')\\s*(?:,[^\\n]*)?\\}");

    private static final Map<String, String> OTHER_SCRIPTS = Map.of(
            "Б", "B",
            "Ц", "C",
            "Д", "D",
            "Г", "D",
            "أ", "A",
            "ب", "B",
            "ج", "C",
            "د", "D");

    private static final List<String> LETTERS = List.of("A", "B", "C", "D");

    private KaleidoscopeChoice() {}

    /** The letter; empty for a format error. */
    public static Optional<String> extract(String answer) {
        if (answer.codePointCount(0, answer.length()) == 1) {
            return letter(answer);
        }
        Matcher object = OBJECT.matcher(answer);
        if (!object.find()) {
            return Optional.empty();
        }
        Matcher choice = CHOICE.matcher(object.group());
        if (!choice.matches()) {
            return Optional.empty();
        }
        String text = choice.group(1) == null ? choice.group(2) : choice.group(1);
        String upper = PythonText.strip(text).toUpperCase(Locale.ROOT);
        if (upper.codePointCount(0, upper.length()) > 1) {
            List<String> parts = new ArrayList<>();
            for (String part : upper.split("\\.")) {
                if (LETTERS.contains(PythonText.strip(part))) {
                    parts.add(PythonText.strip(part));
                }
            }
            return parts.size() == 1 ? Optional.of(parts.getFirst()) : Optional.empty();
        }
        return letter(upper);
    }

    private static Optional<String> letter(String text) {
        return Optional.of(OTHER_SCRIPTS.getOrDefault(text, text)).filter(LETTERS::contains);
    }
}
