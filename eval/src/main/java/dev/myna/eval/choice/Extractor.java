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

/** The published rules that find an option's letter in an answer (docs/spec/evaluation.md 2.3). Their names are part of results. */
public enum Extractor {
    /** Parrot's copy of VLMEvalKit, 2024. */
    PARROT_2024("parrot-2024"),
    /** VLMEvalKit, 2026. */
    VLMEVALKIT_2026("vlmevalkit-2026");

    /** The letter of refusals: decided, and never right. */
    public static final String REFUSAL = "Z";

    private static final String API_FAILURE = "Failed to obtain answer via API";
    private static final List<String> REFUSALS = List.of(
            "Sorry, I can't help with images of people yet.",
            "I can't process this file.",
            "I'm sorry, but without the image provided",
            "Cannot determine the answer");
    private static final String SEPARATORS = ".()[],:;!*#{}";
    private static final int LAST_TOKENS = 4;
    private static final String SPACE =
            "[\\s\\x1c-\\x1f\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]";
    private static final Pattern ANSWER_IS = Pattern.compile(
            "answer" + SPACE + "+is" + SPACE + "+\\**([ABCD])", Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE);

    private final String label;

    Extractor(String label) {
        this.label = label;
    }

    /** Its name in options and results. */
    public String label() {
        return label;
    }

    /** The extractor of that name. */
    public static Optional<Extractor> byLabel(String label) {
        for (Extractor each : values()) {
            if (each.label.equals(label)) {
                return Optional.of(each);
            }
        }
        return Optional.empty();
    }

    /**
     * The letter that an answer chooses.
     *
     * @param options texts by letter, absent ones left out
     * @return a letter of the options, {@link #REFUSAL}, or empty if it is undecided
     */
    public Optional<String> extract(String answer, Map<String, String> options) {
        Optional<String> letter = answer.contains(API_FAILURE) ? Optional.empty() : letter(answer, options);
        return letter.isPresent() ? letter : byText(answer, options);
    }

    private Optional<String> letter(String answer, Map<String, String> options) {
        for (String refusal : REFUSALS) {
            if (answer.contains(refusal)) {
                return Optional.of(REFUSAL);
            }
        }
        StringBuilder separated = new StringBuilder(answer);
        for (int i = 0; i < separated.length(); i++) {
            if (SEPARATORS.indexOf(separated.charAt(i)) >= 0) {
                separated.setCharAt(i, ' ');
            }
        }
        List<String> tokens = PythonText.split(separated.toString());
        List<String> found = new ArrayList<>();
        for (String letter : options.keySet()) {
            if (tokens.contains(letter)) {
                found.add(letter);
            }
        }
        if (found.isEmpty() && tokens.contains(REFUSAL)) {
            return Optional.of(REFUSAL);
        }
        if (found.size() == 1) {
            String letter = found.getFirst();
            if (this == PARROT_2024 || tokens.indexOf(letter) >= tokens.size() - LAST_TOKENS) {
                return Optional.of(letter);
            }
        }
        if (this == VLMEVALKIT_2026) {
            Matcher matcher = ANSWER_IS.matcher(answer);
            if (matcher.find()) {
                String letter = matcher.group(1).toUpperCase(Locale.ROOT);
                if (options.containsKey(letter)) {
                    return Optional.of(letter);
                }
            }
        }
        return Optional.empty();
    }

    private Optional<String> byText(String answer, Map<String, String> options) {
        String lower = answer.toLowerCase(Locale.ROOT);
        if (this == VLMEVALKIT_2026) {
            long sum = 0;
            for (String text : options.values()) {
                sum += text.codePointCount(0, text.length());
            }
            if (lower.codePointCount(0, lower.length()) > 2 * sum) {
                return Optional.empty();
            }
        }
        Optional<String> found = Optional.empty();
        for (Map.Entry<String, String> option : options.entrySet()) {
            if (lower.contains(option.getValue().toLowerCase(Locale.ROOT))) {
                if (found.isPresent()) {
                    return Optional.empty();
                }
                found = Optional.of(option.getKey());
            }
        }
        return found;
    }
}
