// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.run;

import dev.myna.eval.LanguageMeans;
import dev.myna.eval.data.Answered;
import dev.myna.eval.data.Counts;
import dev.myna.eval.data.Means;
import dev.myna.eval.data.TaskOptions;
import dev.myna.eval.data.Verdict;
import dev.myna.eval.run.Results.Part;
import dev.myna.eval.run.Results.TaskResult;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What {@code results.json} and the tables say about a task. */
final class Summary {
    private static final String COLUMNS =
            "language,category,score,questions,right,partial,wrong,undecided,format_error,unanswered,grouped,other_language\n";

    private Summary() {}

    /** The task's object in {@code results.json}. */
    static Map<String, Object> of(TaskResult result, TaskOptions options) {
        Map<String, Double> scores = new LinkedHashMap<>();
        Map<String, Object> languages = new LinkedHashMap<>();
        result.languages().forEach((language, part) -> {
            scores.put(language, part.score().score());
            languages.put(language, language(part));
        });
        LanguageMeans means = LanguageMeans.of(scores);
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("task", result.task().name());
        map.put("scorer", result.task().scorer(options));
        map.put("image_mode", result.imageMode());
        map.put("mean", means.mean());
        map.put("gap", means.gap());
        map.put("best", means.best());
        map.put("worst", means.worst());
        map.put("mean_without_english", means.others());
        map.put("languages", languages);
        return map;
    }

    private static Map<String, Object> language(Part part) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("questions", part.rows().size());
        map.put("score", part.score().score());
        Optional<Interval> interval =
                Interval.of(part.score().score(), part.score().rows());
        map.put("interval", interval.isEmpty() ? null : pair(interval.get()));
        map.put("errors", errors(part));
        map.put("malformed_rows", part.malformed());
        map.put("problems", part.problems());
        map.put("counts", counts(part).toMap());
        map.put("metrics", part.score().metrics());
        map.put("categories", part.score().categories());
        Map<String, Object> byCategory = new LinkedHashMap<>();
        categories(part).forEach((category, counts) -> byCategory.put(category, counts.toMap()));
        map.put("category_counts", byCategory);
        return map;
    }

    private static Map<String, Object> pair(Interval interval) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("low", interval.low());
        map.put("high", interval.high());
        return map;
    }

    /** Rows without an answer. */
    static long errors(Part part) {
        return part.rows().stream().filter(row -> !row.error().isEmpty()).count();
    }

    private static Counts counts(Part part) {
        Counts counts = new Counts();
        for (int i = 0; i < part.rows().size(); i++) {
            add(counts, part, i);
        }
        return counts;
    }

    private static void add(Counts counts, Part part, int row) {
        counts.add(part.score().verdicts().get(row).kind());
        if (part.otherLanguage().get(row)) {
            counts.addOtherLanguage();
        }
    }

    private static Map<String, Counts> categories(Part part) {
        Map<String, Counts> categories = new TreeMap<>();
        for (int i = 0; i < part.rows().size(); i++) {
            Answered row = part.rows().get(i);
            if (row.gold(Means.CATEGORY) != null) {
                add(categories.computeIfAbsent(row.gold(Means.CATEGORY), _ -> new Counts()), part, i);
            }
        }
        return categories;
    }

    /** The task's CSV: a line for each language, with an empty category, and for each category of it. */
    static String table(TaskResult result) {
        StringBuilder table = new StringBuilder(COLUMNS);
        result.languages().forEach((language, part) -> {
            line(table, language, "", part.score().score(), counts(part));
            Map<String, Counts> counts = categories(part);
            part.score()
                    .categories()
                    .forEach((category, score) -> line(table, language, category, score, counts.get(category)));
        });
        return table.toString();
    }

    /** Counts are empty cells for a category that no row names, such as one that a table of scores adds. */
    private static void line(StringBuilder table, String language, String category, double score, Counts counts) {
        boolean plain = category.chars().noneMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
        String cell = plain ? category : '"' + category.replace("\"", "\"\"") + '"';
        table.append(language)
                .append(',')
                .append(cell)
                .append(',')
                .append(Double.isFinite(score) ? Double.toString(score) : "")
                .append(',')
                .append(counts == null ? "" : counts.questions());
        for (Verdict.Kind kind : Verdict.Kind.values()) {
            table.append(',').append(counts == null ? "" : counts.of(kind));
        }
        table.append(',').append(counts == null ? "" : counts.otherLanguage()).append('\n');
    }
}
