// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.choice;

import dev.myna.loaders.datasets.PythonText;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/** The letter in an answer to a choice question of xMMMU (docs/spec/evaluation.md 3.4). */
public final class XmmmuChoice {
    private static final String[] MARKS = {",", ".", "!", "?", ";", ":", "'"};
    private static final int MANY_WORDS = 5;

    private XmmmuChoice() {}

    /** The letter; empty where the harness draws one. */
    public static Optional<String> extract(String answer, List<String> options) {
        String text = answer;
        for (String mark : MARKS) {
            text = PythonText.strip(text, mark);
        }
        String padded = " " + text + " ";
        String lower = padded.toLowerCase(Locale.ROOT);
        List<Function<Integer, String>> forms =
                List.of(i -> "(" + letter(i) + ")", i -> letter(i) + " ", i -> letter(i) + ".");
        for (int form = 0; form < forms.size(); form++) {
            List<Integer> found = containing(padded, options.size(), forms.get(form));
            if (!found.isEmpty()) {
                Function<Integer, String> place = form == 0 ? forms.getFirst() : i -> " " + letter(i) + " ";
                return Optional.of(last(padded, found, place));
            }
        }
        if (PythonText.split(padded).size() > MANY_WORDS) {
            Function<Integer, String> option = i -> options.get(i).toLowerCase(Locale.ROOT);
            List<Integer> found = containing(lower, options.size(), option);
            if (!found.isEmpty()) {
                return Optional.of(last(lower, found, option));
            }
        }
        return Optional.empty();
    }

    private static List<Integer> containing(String text, int options, Function<Integer, String> form) {
        List<Integer> found = new ArrayList<>();
        for (int i = 0; i < options; i++) {
            if (text.contains(form.apply(i))) {
                found.add(i);
            }
        }
        return found;
    }

    /** The one whose form occurs last; the first of equals. */
    private static String last(String text, List<Integer> found, Function<Integer, String> form) {
        int best = found.getFirst();
        int bestAt = text.lastIndexOf(form.apply(best));
        for (int each : found) {
            int at = text.lastIndexOf(form.apply(each));
            if (at > bestAt) {
                best = each;
                bestAt = at;
            }
        }
        return letter(best);
    }

    private static String letter(int option) {
        return Character.toString((char) ('A' + option));
    }
}
