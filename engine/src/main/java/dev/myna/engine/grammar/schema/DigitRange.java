// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.grammar.schema;

import dev.myna.engine.grammar.rules.CodePoints;
import dev.myna.engine.grammar.rules.RulePart;
import java.util.ArrayList;
import java.util.List;

/** The decimal spellings of all integers of a range. */
final class DigitRange {
    private DigitRange() {}

    /** {@code 0 <= low <= high}; no leading zeros. */
    static RulePart node(long low, long high) {
        List<RulePart> options = new ArrayList<>();
        long from = low;
        for (int digits = Long.toString(low).length(); from <= high; digits++) {
            long to = Math.min(high, power(digits) - 1);
            options.add(sameLength(Long.toString(from), Long.toString(to)));
            from = to + 1;
        }
        return RulePart.choice(options);
    }

    private static long power(int digits) {
        long power = 1;
        for (int i = 0; i < digits; i++) {
            power *= 10;
        }
        return power;
    }

    /** Spellings of as many digits, from {@code low} to {@code high}. */
    private static RulePart sameLength(String low, String high) {
        if (low.equals(high)) {
            return RulePart.text(low);
        }
        int rest = low.length() - 1;
        String zeros = "0".repeat(rest);
        String nines = "9".repeat(rest);
        char first = low.charAt(0);
        char last = high.charAt(0);
        String lowRest = low.substring(1);
        String highRest = high.substring(1);
        if (first == last) {
            return RulePart.sequence(RulePart.text(low.substring(0, 1)), sameLength(lowRest, highRest));
        }
        List<RulePart> options = new ArrayList<>();
        if (!lowRest.equals(zeros)) {
            options.add(RulePart.sequence(RulePart.text(low.substring(0, 1)), sameLength(lowRest, nines)));
            first++;
        }
        boolean partial = !highRest.equals(nines);
        if (partial) {
            last--;
        }
        if (first <= last) {
            options.add(RulePart.sequence(
                    new RulePart.Characters(CodePoints.of(first, last)),
                    new RulePart.Repeat(new RulePart.Characters(JsonText.DIGITS), rest, rest)));
        }
        if (partial) {
            options.add(RulePart.sequence(RulePart.text(high.substring(0, 1)), sameLength(zeros, highRest)));
        }
        return RulePart.choice(options);
    }
}
