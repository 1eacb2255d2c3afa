// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.report;

import dev.myna.eval.data.Verdict;
import dev.myna.eval.run.StoredRun;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The worst and the best answers of a task: some of each language, and few if there are many languages. The order is the same in each
 * report of the same answers.
 *
 * @param worst by language
 * @param best by language
 */
record Examples(Map<String, List<StoredRun.Row>> worst, Map<String, List<StoredRun.Row>> best) {
    /** Examples of each list over all languages; at least one a language. */
    private static final int WANTED = 24;

    private static final int MAX_PER_LANGUAGE = 4;

    /** Chooses among the answers of a task. */
    static Examples of(Map<String, List<StoredRun.Row>> languages) {
        int each = Math.clamp(WANTED / Math.max(1, languages.size()), 1, MAX_PER_LANGUAGE);
        Map<String, List<StoredRun.Row>> worst = new LinkedHashMap<>();
        Map<String, List<StoredRun.Row>> best = new LinkedHashMap<>();
        languages.forEach((language, rows) -> {
            List<StoredRun.Row> bad = new ArrayList<>();
            List<StoredRun.Row> good = new ArrayList<>();
            for (StoredRun.Row row : rows) {
                switch (row.verdict().kind()) {
                    case RIGHT -> good.add(row);
                    case GROUPED -> {}
                    case PARTIAL -> (row.score() < 0.5 ? bad : good).add(row);
                    case WRONG, UNDECIDED, FORMAT_ERROR, UNANSWERED -> bad.add(row);
                }
            }
            // Sorting keeps the order of the data among equals.
            bad.sort(Comparator.comparingDouble(StoredRun.Row::score).thenComparingInt(Examples::oddity));
            good.sort(Comparator.comparingDouble(StoredRun.Row::score).reversed());
            worst.put(language, different(bad, each));
            best.put(language, different(good, Math.max(1, each / 2)));
        });
        return new Examples(worst, best);
    }

    /** What tells more than a wrong answer comes first. */
    private static int oddity(StoredRun.Row row) {
        if (row.otherLanguage()) {
            return 0;
        }
        return row.verdict().kind() == Verdict.Kind.WRONG ? 2 : 1;
    }

    /** The first rows whose prompts differ, then others. */
    private static List<StoredRun.Row> different(List<StoredRun.Row> rows, int count) {
        List<StoredRun.Row> chosen = new ArrayList<>();
        Set<String> prompts = new HashSet<>();
        for (StoredRun.Row row : rows) {
            if (chosen.size() < count && prompts.add(row.answered().prompt())) {
                chosen.add(row);
            }
        }
        for (StoredRun.Row row : rows) {
            if (chosen.size() >= count) {
                break;
            }
            if (!chosen.contains(row)) {
                chosen.add(row);
            }
        }
        return chosen;
    }

    /** Ids of the examples of a language. */
    Set<String> ids(String language) {
        Set<String> ids = new HashSet<>();
        worst.getOrDefault(language, List.of())
                .forEach(row -> ids.add(row.answered().id()));
        best.getOrDefault(language, List.of())
                .forEach(row -> ids.add(row.answered().id()));
        return ids;
    }
}
