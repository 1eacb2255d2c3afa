// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.text;

import dev.myna.loaders.datasets.PythonNumbers;
import dev.myna.loaders.datasets.PythonText;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.regex.Pattern;

/** Open answers of xMMMU: the texts and numbers in an answer, and whether a gold answer is among them (docs/spec/evaluation.md 3.4). */
public final class OpenAnswer {
    private static final List<String> INDICATORS =
            List.of("could be ", "so ", "is ", "thus ", "therefore ", "final ", "answer ", "result ");
    private static final String MARKS = ":,.!?;'";
    private static final String NOT_IN_WORD = "(?<![\\p{L}\\p{N}_])";
    private static final String WORD_ENDS = "(?![\\p{L}\\p{N}_])";
    private static final String DIGIT = "\\p{Nd}";
    private static final Pattern WITH_COMMAS =
            Pattern.compile("-?" + NOT_IN_WORD + DIGIT + "{1,3}(?:," + DIGIT + "{3})+" + WORD_ENDS);
    private static final Pattern SCIENTIFIC =
            Pattern.compile("-?" + DIGIT + "+(?:\\." + DIGIT + "+)?[eE][+-]?" + DIGIT + "+");
    private static final Pattern SIMPLE = Pattern.compile("-?(?:" + DIGIT + "+\\." + DIGIT + "+|\\." + DIGIT + "+|"
            + DIGIT + "+" + WORD_ENDS + ")(?![eE][+-]?" + DIGIT + "+)(?![," + DIGIT + "[0-9]])");

    private OpenAnswer() {}

    /** Texts (strings) and numbers (doubles) of an answer. */
    public static Set<Object> parse(String answer) {
        String response = PythonText.strip(PythonText.strip(answer), ".").toLowerCase(Locale.ROOT);
        List<String> keys = new ArrayList<>();
        List<String> lines = PythonText.split(response, "\n");
        for (int i = 0; i < lines.size(); i++) {
            String key = key(lines.get(i), i == lines.size() - 1);
            boolean trivial = key == null || key.isEmpty() || key.length() == 1 && MARKS.contains(key);
            if (!trivial) {
                keys.add(key);
            }
        }
        if (keys.isEmpty()) {
            keys.add(response);
        }
        Set<Object> values = new LinkedHashSet<>();
        keys.forEach(key -> values.addAll(normalize(key)));
        for (String key : keys) {
            for (Pattern pattern : List.of(WITH_COMMAS, SCIENTIFIC, SIMPLE)) {
                pattern.matcher(key).results().forEach(match -> values.addAll(normalize(match.group())));
            }
        }
        return values;
    }

    /** The shortest text behind an indicator word; null if there is none. */
    private static String key(String line, boolean last) {
        List<String> indicators = new ArrayList<>(INDICATORS);
        if (last) {
            indicators.add("=");
        }
        String shortest = null;
        for (String indicator : indicators) {
            int at = line.lastIndexOf(indicator);
            if (at >= 0) {
                String rest = PythonText.strip(line.substring(at + indicator.length()));
                if (shortest == null || shortest.isEmpty() || length(rest) < length(shortest)) {
                    shortest = rest;
                }
            }
        }
        return shortest;
    }

    private static int length(String text) {
        return text.codePointCount(0, text.length());
    }

    private static List<Object> normalize(String text) {
        String stripped = PythonText.strip(text);
        OptionalDouble number = PythonNumbers.parse(stripped.replace(",", ""));
        if (number.isPresent()) {
            return List.of(PythonNumbers.round(number.getAsDouble(), 2));
        }
        String lower = stripped.toLowerCase(Locale.ROOT);
        return length(lower) == 1 ? List.of(" " + lower, lower + " ") : List.of(lower);
    }

    /** Whether a gold answer is part of one of the texts, or equal to one of the numbers. */
    public static boolean isRight(Set<Object> parsed, List<String> gold) {
        Set<Object> right = new LinkedHashSet<>();
        gold.forEach(each -> right.addAll(normalize(each)));
        for (Object value : parsed) {
            if (value instanceof String text) {
                if (right.stream().anyMatch(each -> each instanceof String part && text.contains(part))) {
                    return true;
                }
            } else if (right.stream().anyMatch(each -> each instanceof Double one && one == (double) value)) {
                return true;
            }
        }
        return false;
    }
}
