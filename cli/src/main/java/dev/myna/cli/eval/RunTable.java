// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.eval;

import dev.myna.eval.EvalException;
import dev.myna.eval.run.StoredRun;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Runs side by side in Markdown: a table for each task and a row for each run, with the mean over languages, the worst and the best
 * language, and each category's mean over languages.
 */
final class RunTable {
    private RunTable() {}

    /** A run's scores of a task, from 0 to 100. */
    private record Line(String run, int questions, Map<String, Double> languages, Map<String, Double> categories) {}

    /** @param folders of finished runs */
    static List<String> of(List<Path> folders) throws IOException {
        Map<String, List<Line>> tasks = new TreeMap<>();
        for (Path folder : folders) {
            StoredRun run = StoredRun.read(folder);
            if (!(run.head().get("tasks") instanceof List<?> list)) {
                throw new EvalException(folder.resolve("results.json") + ": no list of tasks");
            }
            for (Object each : list) {
                if (each instanceof Map<?, ?> task && task.get("languages") instanceof Map<?, ?> languages) {
                    String name =
                            folder.toAbsolutePath().normalize().getFileName().toString();
                    tasks.computeIfAbsent(String.valueOf(task.get("task")), _ -> new ArrayList<>())
                            .add(line(name, languages));
                }
            }
        }
        List<String> lines = new ArrayList<>();
        tasks.forEach((task, runs) -> {
            if (!lines.isEmpty()) {
                lines.add("");
            }
            lines.addAll(table(task, runs));
        });
        return lines;
    }

    private static Line line(String run, Map<?, ?> languages) {
        int questions = 0;
        Map<String, Double> scores = new TreeMap<>();
        Map<String, List<Double>> categories = new TreeMap<>();
        for (Map.Entry<?, ?> entry : languages.entrySet()) {
            if (!(entry.getValue() instanceof Map<?, ?> part && part.get("score") instanceof Number score)) {
                continue;
            }
            scores.put(entry.getKey().toString(), score.doubleValue());
            questions += part.get("questions") instanceof Number number ? number.intValue() : 0;
            if (part.get("categories") instanceof Map<?, ?> map) {
                map.forEach((category, value) -> {
                    if (value instanceof Number number) {
                        categories
                                .computeIfAbsent(category.toString(), _ -> new ArrayList<>())
                                .add(number.doubleValue());
                    }
                });
            }
        }
        Map<String, Double> means = new TreeMap<>();
        categories.forEach((category, values) -> means.put(category, mean(values)));
        return new Line(run, questions, scores, means);
    }

    private static double mean(Iterable<Double> values) {
        double sum = 0;
        int count = 0;
        for (double value : values) {
            sum += value;
            count++;
        }
        return sum / count;
    }

    private static List<String> table(String task, List<Line> runs) {
        List<String> categories = runs.stream()
                .flatMap(line -> line.categories.keySet().stream())
                .distinct()
                .sorted()
                .toList();
        List<String> lines = new ArrayList<>();
        lines.add(row(task, "questions", "mean", "worst and best language", categories));
        lines.add("|---|" + "---:|".repeat(3 + categories.size()));
        for (Line line : runs) {
            List<String> cells = categories.stream()
                    .map(category -> line.categories.containsKey(category) ? score(line.categories.get(category)) : "")
                    .toList();
            double worst = line.languages.values().stream()
                    .mapToDouble(each -> each)
                    .min()
                    .orElse(Double.NaN);
            double best = line.languages.values().stream()
                    .mapToDouble(each -> each)
                    .max()
                    .orElse(Double.NaN);
            lines.add(row(
                    line.run,
                    Integer.toString(line.questions),
                    score(mean(line.languages.values())),
                    score(worst) + ", " + score(best),
                    cells));
        }
        return lines;
    }

    private static String score(double value) {
        return Double.isNaN(value) ? "" : String.format(Locale.ROOT, "%.1f", value);
    }

    private static String row(String first, String second, String third, String fourth, List<String> more) {
        StringBuilder row = new StringBuilder("| ");
        row.append(String.join(" | ", List.of(first, second, third, fourth)));
        more.forEach(cell -> row.append(" | ").append(cell.replace("|", "\\|")));
        return row.append(" |").toString();
    }
}
