// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.run;

import dev.myna.eval.EvalException;
import dev.myna.eval.data.Answered;
import dev.myna.eval.data.TaskOptions;
import dev.myna.eval.data.Verdict;
import dev.myna.eval.tasks.JudgedTask;
import dev.myna.eval.tasks.Task;
import dev.myna.eval.tasks.TaskList;
import dev.myna.loaders.datasets.DataRow;
import dev.myna.loaders.datasets.JsonLinesReader;
import dev.myna.loaders.text.JsonException;
import dev.myna.loaders.text.JsonTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * The files of a finished run.
 *
 * @param head results without tasks
 * @param rows by task and language
 */
public record StoredRun(Map<String, Object> head, Map<String, Map<String, List<Row>>> rows) {
    private static final int MAX_VALUES = 1 << 22;

    /**
     * A stored answer.
     *
     * @param score from 0 to 1; NaN if the row does not count by itself
     * @param otherLanguage whether the answer is in another language than was asked for
     */
    public record Row(Answered answered, double score, Verdict verdict, boolean otherLanguage) {}

    /**
     * Reads the files of a run.
     *
     * @throws EvalException if the folder has none, or they are damaged
     */
    public static StoredRun read(Path folder) throws IOException {
        Path results = folder.resolve("results.json");
        Path predictions = folder.resolve("predictions.jsonl");
        if (!Files.isRegularFile(results) || !Files.isRegularFile(predictions)) {
            throw new EvalException(
                    folder + ": no results.json and predictions.jsonl; is this the folder of a finished myna eval?");
        }
        Map<String, Object> head;
        try {
            head = JsonTree.object(Files.readAllBytes(results), MAX_VALUES);
        } catch (JsonException | java.nio.charset.CharacterCodingException e) {
            throw new EvalException(results + ": " + e.getMessage(), e);
        }
        Map<String, Map<String, List<Row>>> rows = new LinkedHashMap<>();
        try (JsonLinesReader reader = JsonLinesReader.open(predictions)) {
            for (Optional<DataRow> row = reader.next(); row.isPresent(); row = reader.next()) {
                DataRow line = row.get();
                if (!(line.get("gold") instanceof Map<?, ?> gold
                        && line.get("task") instanceof String task
                        && line.get("language") instanceof String language
                        && line.get("id") instanceof String id
                        && line.get("prompt") instanceof String prompt
                        && line.get("answer") instanceof String answer
                        && line.get("error") instanceof String error)) {
                    throw new EvalException(predictions + ": line " + line.line() + " is no prediction of myna eval");
                }
                Map<String, Object> values = new LinkedHashMap<>();
                gold.forEach((name, value) -> values.put(name.toString(), value));
                double score = line.get("score") instanceof Number number ? number.doubleValue() : Double.NaN;
                rows.computeIfAbsent(task, _ -> new LinkedHashMap<>())
                        .computeIfAbsent(language, _ -> new ArrayList<>())
                        .add(new Row(
                                new Answered(id, prompt, values, answer, error),
                                score,
                                verdict(line, score),
                                Boolean.TRUE.equals(line.get("other_language"))));
            }
            if (reader.problems().count() > 0) {
                throw new EvalException(reader.problems().first().getFirst().toString());
            }
        }
        return new StoredRun(head, rows);
    }

    /** The stored verdict; that of the score in files of versions without one. */
    private static Verdict verdict(DataRow line, double score) {
        String read = line.get("read") instanceof String text ? text : "";
        return line.get("verdict") instanceof String label
                ? Verdict.Kind.byLabel(label)
                        .map(kind -> new Verdict(kind, read))
                        .orElse(Verdict.of(score, read))
                : Verdict.of(score, read);
    }

    /**
     * Scores the stored answers of a folder again, without a model, and replaces its results.
     *
     * @param change of the options that they were scored with
     */
    public static Results score(Path folder, UnaryOperator<TaskOptions> change) throws IOException {
        return score(folder, change, Optional.empty());
    }

    /** @param judging of free answers, which get new reviews; empty to score the reviews that they have */
    public static Results score(Path folder, UnaryOperator<TaskOptions> change, Optional<Judging> judging)
            throws IOException {
        StoredRun stored = read(folder);
        TaskOptions before = TaskOptions.of(stored.head.get("options") instanceof Map<?, ?> map ? map : Map.of());
        Results results = new Results(stored.head, change.apply(before));
        for (Map.Entry<String, Map<String, List<Row>>> entry : stored.rows.entrySet()) {
            Task task = TaskList.byName(entry.getKey())
                    .orElseThrow(() -> new EvalException(folder + ": there is no task " + entry.getKey()));
            Map<?, ?> summary = summary(stored.head, entry.getKey());
            String mode = summary.get("image_mode") instanceof String text ? text : "auto";
            Map<?, ?> languages = summary.get("languages") instanceof Map<?, ?> map ? map : Map.of();
            for (Map.Entry<String, List<Row>> each : entry.getValue().entrySet()) {
                String language = each.getKey();
                List<Answered> rows =
                        each.getValue().stream().map(Row::answered).toList();
                if (judging.isPresent() && task instanceof JudgedTask judged) {
                    rows = judging.get().reviewed(judged, language, rows);
                }
                Map<?, ?> part = languages.get(language) instanceof Map<?, ?> map ? map : Map.of();
                long malformed = part.get("malformed_rows") instanceof Number number ? number.longValue() : 0;
                List<String> problems = part.get("problems") instanceof List<?> list
                        ? list.stream().map(String::valueOf).toList()
                        : List.of();
                results.add(task, mode, language, rows, malformed, problems);
            }
        }
        results.write(folder);
        return results;
    }

    private static Map<?, ?> summary(Map<String, Object> head, String task) {
        if (head.get("tasks") instanceof List<?> tasks) {
            for (Object each : tasks) {
                if (each instanceof Map<?, ?> map && task.equals(map.get("task"))) {
                    return map;
                }
            }
        }
        return Map.of();
    }
}
