// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.eval;

import dev.myna.eval.LanguageMeans;
import dev.myna.eval.catalog.DataSource;
import dev.myna.eval.catalog.DataSources;
import dev.myna.eval.run.Comparison;
import dev.myna.eval.run.Results;
import dev.myna.eval.run.StoredReviews;
import dev.myna.eval.run.StoredRun;
import dev.myna.eval.tasks.Task;
import dev.myna.eval.tasks.TaskList;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What {@code eval} prints. */
final class EvalTables {
    private EvalTables() {}

    static List<String> tasks() {
        List<String> lines = new ArrayList<>();
        for (Task task : TaskList.ALL) {
            lines.add(String.format(Locale.ROOT, "%-14s %s", task.name(), task.description()));
            lines.add(" ".repeat(15) + String.join(" ", task.languages()));
        }
        return lines;
    }

    /** What to download for a task. */
    static List<String> sources(Task task) {
        List<String> lines = new ArrayList<>();
        lines.add(task.name() + ": " + task.description());
        for (DataSource source : DataSources.of(task.name())) {
            lines.add("");
            lines.addAll(source.lines());
        }
        return lines;
    }

    static List<String> results(Results results) {
        List<String> lines = new ArrayList<>();
        for (String task : results.tasks()) {
            Map<String, Double> scores = results.scores(task);
            scores.forEach((language, score) ->
                    lines.add(String.format(Locale.ROOT, "%-14s %-4s %6.2f", task, language, score)));
            if (scores.size() > 1) {
                LanguageMeans means = LanguageMeans.of(scores);
                lines.add(String.format(
                        Locale.ROOT,
                        "%-14s mean %6.2f, gap between languages %.2f (%s %.2f, %s %.2f)",
                        task,
                        means.mean(),
                        means.gap(),
                        means.best(),
                        scores.getOrDefault(means.best(), Double.NaN),
                        means.worst(),
                        scores.getOrDefault(means.worst(), Double.NaN)));
            }
        }
        return lines;
    }

    static List<String> reviews(StoredReviews reviews) {
        List<String> lines = new ArrayList<>();
        reviews.scores()
                .forEach((category, score) -> lines.add(String.format(
                        Locale.ROOT,
                        "%-22s %6.1f  (reference %.1f, model %.1f)",
                        category,
                        score.relative(),
                        score.reference(),
                        score.model())));
        lines.add(reviews.reviews() + " reviews, " + reviews.unparsed() + " without two scores");
        return lines;
    }

    static List<String> comparison(StoredRun first, StoredRun second) {
        List<String> lines = new ArrayList<>();
        for (Comparison row : Comparison.of(first, second)) {
            String line = String.format(
                    Locale.ROOT,
                    "%-14s %-4s %6d questions  %6.2f -> %6.2f  (%+.2f, 95 %% from %+.2f to %+.2f)",
                    row.task(),
                    row.language(),
                    row.questions(),
                    row.a(),
                    row.b(),
                    row.b() - row.a(),
                    row.low(),
                    row.high());
            lines.add(line
                    + (row.mcNemar().isPresent()
                            ? String.format(
                                    Locale.ROOT,
                                    "  McNemar p = %.3g",
                                    row.mcNemar().getAsDouble())
                            : ""));
        }
        if (lines.isEmpty()) {
            lines.add("no questions that both runs answered");
        }
        return lines;
    }
}
