// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.judge;

import dev.myna.loaders.datasets.PythonNumbers;
import dev.myna.loaders.datasets.PythonText;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** How published code reads the two scores in a judge's review (docs/spec/evaluation.md 1). Their names are part of results. */
public enum ReviewParser {
    /** The first line as it is. */
    PALO("palo"),
    /** The review is stripped first. */
    PANGEA("pangea"),
    /** Review and first line are stripped. */
    LMMS_EVAL("lmms-eval"),
    /** The first two numbers in the first line. */
    LMMS_EVAL_WILD("lmms-eval-wild");

    private static final Pattern NUMBER = Pattern.compile("-?\\p{Nd}+(?:\\.\\p{Nd}+)?");

    private final String label;

    ReviewParser(String label) {
        this.label = label;
    }

    /** Its name in options and results. */
    public String label() {
        return label;
    }

    /** The parser of that name. */
    public static Optional<ReviewParser> byLabel(String label) {
        for (ReviewParser each : values()) {
            if (each.label.equals(label)) {
                return Optional.of(each);
            }
        }
        return Optional.empty();
    }

    /** The scores of a review; {@link ScorePair#UNPARSED} if it has none. */
    public ScorePair parse(String review) {
        String text = this == PALO ? review : PythonText.strip(review);
        int end = text.indexOf('\n');
        String line = end < 0 ? text : text.substring(0, end);
        if (this == LMMS_EVAL_WILD) {
            List<String> numbers = NUMBER.matcher(line.replace(',', ' ').replace(';', ' '))
                    .results()
                    .map(MatchResult::group)
                    .toList();
            return numbers.size() < 2
                    ? ScorePair.UNPARSED
                    : new ScorePair(
                            PythonNumbers.parse(numbers.get(0)).orElseThrow(),
                            PythonNumbers.parse(numbers.get(1)).orElseThrow());
        }
        String spaced = (this == LMMS_EVAL ? PythonText.strip(line) : line).replace(',', ' ');
        List<String> parts = PythonText.split(spaced, " ");
        if (parts.size() != 2) {
            return ScorePair.UNPARSED;
        }
        OptionalDouble first = PythonNumbers.parse(parts.get(0));
        OptionalDouble second = PythonNumbers.parse(parts.get(1));
        return first.isPresent() && second.isPresent()
                ? new ScorePair(first.getAsDouble(), second.getAsDouble())
                : ScorePair.UNPARSED;
    }
}
