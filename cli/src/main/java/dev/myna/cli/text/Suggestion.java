// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.text;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Suggests a known word for a mistyped one. */
public final class Suggestion {
    private static final int MAX_MISTAKES = 2;

    private Suggestion() {}

    /** The nearest word, if it is at most two mistakes away, and fewer than it has letters. */
    public static Optional<String> of(String typed, Collection<String> words) {
        String small = typed.toLowerCase(Locale.ROOT);
        return words.stream()
                .filter(word -> distance(small, word) <= Math.min(MAX_MISTAKES, word.length() - 2))
                .min(Comparator.comparingInt(word -> distance(small, word)));
    }

    /**
     * The nearest words, best first: those at most a third of their letters away, and those that contain what was typed, as the models of a
     * family do.
     *
     * @param most how many
     */
    public static List<String> nearest(String typed, Collection<String> words, int most) {
        String small = typed.toLowerCase(Locale.ROOT);
        String letters = letters(small);
        return words.stream()
                .filter(word -> distance(small, word) <= Math.max(MAX_MISTAKES, word.length() / 3)
                        || letters.length() > 2 && letters(word).contains(letters))
                .sorted(Comparator.comparingInt((String word) -> letters(word).startsWith(letters) ? 0 : 1)
                        .thenComparingInt(word -> distance(small, word)))
                .limit(most)
                .toList();
    }

    /** A name without what separates its parts. */
    private static String letters(String name) {
        return name.replaceAll("[-_. :]", "");
    }

    /**
     * Letters to insert, delete, replace or swap with their neighbour. Source: optimal string alignment distance.
     */
    static int distance(String a, String b) {
        int[][] costs = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    costs[i][j] = i + j;
                    continue;
                }
                int replaced = costs[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                int best = Math.min(replaced, Math.min(costs[i - 1][j], costs[i][j - 1]) + 1);
                boolean swapped =
                        i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
                costs[i][j] = swapped ? Math.min(best, costs[i - 2][j - 2] + 1) : best;
            }
        }
        return costs[a.length()][b.length()];
    }
}
