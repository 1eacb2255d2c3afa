// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.text;

import dev.myna.loaders.datasets.PythonText;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The cleaning of short answers that is used for visual questions (docs/spec/evaluation.md 3.5). */
public final class VqaText {
    private static final String PUNCTUATION = ";/[]\"{}()=+\\_-><@`,?!";
    private static final Pattern DIGITS_WITH_COMMA = Pattern.compile("\\p{Nd},\\p{Nd}");
    private static final int MAX_POINTS = 32;
    private static final Set<String> ARTICLES = Set.of("a", "an", "the");
    private static final Map<String, String> NUMBERS = Map.ofEntries(
            Map.entry("none", "0"),
            Map.entry("zero", "0"),
            Map.entry("one", "1"),
            Map.entry("two", "2"),
            Map.entry("three", "3"),
            Map.entry("four", "4"),
            Map.entry("five", "5"),
            Map.entry("six", "6"),
            Map.entry("seven", "7"),
            Map.entry("eight", "8"),
            Map.entry("nine", "9"),
            Map.entry("ten", "10"));
    private static final Map<String, String> CONTRACTIONS = contractions();

    private VqaText() {}

    private static Map<String, String> contractions() {
        try (InputStream in = VqaText.class.getResourceAsStream("/dev/myna/eval/contractions.txt")) {
            Map<String, String> words = new HashMap<>();
            for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).split("\n")) {
                int space = line.indexOf(' ');
                words.put(line.substring(0, space), line.substring(space + 1));
            }
            return words;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The cleaned text. */
    public static String clean(String text) {
        String in = PythonText.strip(text.replace("\n", "").replace("\t", ""));
        boolean commas = DIGITS_WITH_COMMA.matcher(in).find();
        String out = in;
        for (int i = 0; i < PUNCTUATION.length(); i++) {
            String mark = PUNCTUATION.substring(i, i + 1);
            boolean besideSpace = in.contains(mark + " ") || in.contains(" " + mark);
            out = out.replace(mark, besideSpace || commas ? "" : " ");
        }
        List<String> words = PythonText.split(withoutPoints(out).toLowerCase(Locale.ROOT)).stream()
                .map(word -> NUMBERS.getOrDefault(word, word))
                .filter(word -> !ARTICLES.contains(word))
                .map(word -> CONTRACTIONS.getOrDefault(word, word))
                .collect(Collectors.toList());
        return PythonText.strip(String.join(" ", words), "'");
    }

    private static String withoutPoints(String text) {
        StringBuilder out = new StringBuilder();
        int removed = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean digitFollows = i + 1 < text.length()
                    && Character.getType(text.codePointAt(i + 1)) == Character.DECIMAL_DIGIT_NUMBER;
            if (c == '.' && !digitFollows && removed < MAX_POINTS) {
                removed++;
            } else {
                out.append(c);
            }
        }
        return out.toString();
    }

    /** What MaXM's relaxed accuracy compares: the cleaned representation of a list with the prediction. */
    public static String cleanPrediction(String prediction) {
        return clean("[" + PythonRepr.of(withoutLastPoints(prediction)) + "]");
    }

    /** The prediction as a Python list prints it, without trailing full stops. */
    public static String listText(String prediction) {
        return "[" + PythonRepr.of(withoutLastPoints(prediction)) + "]";
    }

    private static String withoutLastPoints(String text) {
        int end = text.length();
        while (end > 0 && text.charAt(end - 1) == '.') {
            end--;
        }
        return text.substring(0, end);
    }

    /** MaXM's relaxed accuracy: whether the cleaned prediction begins or ends with a gold answer. */
    public static boolean relaxed(String prediction, List<String> answers) {
        String cleaned = cleanPrediction(prediction);
        for (String answer : answers) {
            String gold = PythonText.strip(answer);
            if (gold.equalsIgnoreCase("true")) {
                gold = "yes";
            } else if (gold.equalsIgnoreCase("false")) {
                gold = "no";
            }
            if (cleaned.startsWith(gold) || cleaned.endsWith(gold)) {
                return true;
            }
        }
        return false;
    }
}
