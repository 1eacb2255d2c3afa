// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.run;

import dev.myna.engine.ImageMode;
import dev.myna.eval.data.Answered;
import dev.myna.eval.data.Gold;
import dev.myna.eval.data.JsonText;
import dev.myna.eval.data.LanguageScore;
import dev.myna.eval.data.TaskOptions;
import dev.myna.eval.data.Verdict;
import dev.myna.eval.judge.OtherLanguage;
import dev.myna.eval.tasks.Task;
import dev.myna.loaders.datasets.RowProblem;
import dev.myna.loaders.io.PendingFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Answers and scores of a run, and the files with them. The same answers give the same bytes, but for {@code timing} in {@code
 * results.json}.
 */
public final class Results {
    /** Of an answer that there is none of: no rule takes it for a right one. */
    private static final String NO_ANSWER = "\ue000";

    private static final String FORMAT = "myna-eval-2";
    private static final String TIMING = "timing";

    private final Map<String, Object> head = new LinkedHashMap<>();
    private final TaskOptions options;
    private final Map<String, TaskResult> tasks = new LinkedHashMap<>();

    /** A task's part of the results. */
    record TaskResult(Task task, String imageMode, Map<String, Part> languages) {}

    /**
     * A language of a task.
     *
     * @param otherLanguage for each row, whether its answer is in another language than was asked for
     */
    record Part(
            List<Answered> rows,
            LanguageScore score,
            List<Boolean> otherLanguage,
            long malformed,
            List<String> problems) {}

    Results(RunSettings settings) {
        this.options = settings.options();
        head.put("format", FORMAT);
        head.putAll(settings.facts());
        head.put("model_files", settings.modelFiles());
        Map<String, Object> all = new LinkedHashMap<>(options.toMap());
        all.put("limit", settings.limit());
        all.put("decoding", "greedy");
        all.put("chat_format", settings.session().chatFormat().toString());
        all.put("cache", settings.session().keyType() + "/" + settings.session().valueType());
        head.put("options", all);
    }

    /** Results of answers that were stored, with the head of the file beside them. */
    Results(Map<String, Object> head, TaskOptions options) {
        this.options = options;
        this.head.putAll(head);
        this.head.put("format", FORMAT);
        this.head.remove("tasks");
        Map<String, Object> all = new LinkedHashMap<>();
        if (head.get("options") instanceof Map<?, ?> before) {
            before.forEach((name, value) -> all.put(name.toString(), value));
        }
        all.putAll(options.toMap());
        this.head.put("options", all);
    }

    /** Adds how long it took. */
    void timing(Map<String, Object> timing) {
        head.put(TIMING, timing);
    }

    void add(
            Task task,
            ImageMode mode,
            String language,
            List<Answered> rows,
            long malformed,
            List<RowProblem> problems) {
        add(
                task,
                mode.name().toLowerCase(Locale.ROOT),
                language,
                rows,
                malformed,
                problems.stream().map(RowProblem::toString).toList());
    }

    void add(Task task, String mode, String language, List<Answered> rows, long malformed, List<String> problems) {
        LanguageScore score = scored(task, language, rows, options);
        List<Boolean> otherLanguage = rows.stream()
                .map(row -> row.error().isEmpty() && OtherLanguage.is(row.answer(), language, Gold.right(row.gold())))
                .toList();
        tasks.computeIfAbsent(task.name(), _ -> new TaskResult(task, mode, new LinkedHashMap<>()))
                .languages
                .put(language, new Part(rows, score, otherLanguage, malformed, problems));
    }

    /** The scores of a task's rows; a row without an answer is wrong. */
    static LanguageScore scored(Task task, String language, List<Answered> rows, TaskOptions options) {
        if (rows.isEmpty()) {
            return new LanguageScore(Double.NaN, Map.of(), Map.of(), List.of());
        }
        List<Answered> scored = new ArrayList<>();
        for (Answered row : rows) {
            scored.add(
                    row.error().isEmpty()
                            ? row
                            : new Answered(row.id(), row.prompt(), row.gold(), NO_ANSWER, row.error()));
        }
        LanguageScore score = task.score(language, scored, options);
        List<Verdict> verdicts = new ArrayList<>(score.verdicts());
        for (int i = 0; i < rows.size(); i++) {
            if (!rows.get(i).error().isEmpty()) {
                verdicts.set(i, Verdict.UNANSWERED);
            }
        }
        return new LanguageScore(score.score(), score.metrics(), score.categories(), score.rows(), verdicts);
    }

    /** Names of the tasks, in the order of the run. */
    public List<String> tasks() {
        return List.copyOf(tasks.keySet());
    }

    /** The scores of a task by language, from 0 to 100. */
    public Map<String, Double> scores(String task) {
        Map<String, Double> scores = new LinkedHashMap<>();
        tasks.get(task).languages.forEach((language, part) -> scores.put(language, part.score.score()));
        return scores;
    }

    /** Rows without an answer and malformed rows of all tasks. */
    public long failures() {
        long failures = 0;
        for (TaskResult task : tasks.values()) {
            for (Part part : task.languages.values()) {
                failures += part.malformed + Summary.errors(part);
            }
        }
        return failures;
    }

    /** Writes {@code results.json}, {@code predictions.jsonl} and a table of categories for each task; each file in one step. */
    void write(Path folder) throws IOException {
        List<Object> list = new ArrayList<>();
        try (PendingFile predictions = new PendingFile(folder.resolve("predictions.jsonl"))) {
            for (TaskResult result : tasks.values()) {
                list.add(Summary.of(result, options));
                for (Map.Entry<String, Part> language : result.languages.entrySet()) {
                    write(predictions, result.task.name(), language.getKey(), language.getValue());
                }
            }
            predictions.commit();
        }
        for (TaskResult result : tasks.values()) {
            PendingFile.replace(folder.resolve(result.task.name() + ".csv"), bytes(Summary.table(result)));
        }
        Map<String, Object> document = new LinkedHashMap<>(head);
        document.put("tasks", list);
        PendingFile.replace(folder.resolve("results.json"), bytes(JsonText.document(document)));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static void write(PendingFile file, String task, String language, Part part) throws IOException {
        for (int i = 0; i < part.rows.size(); i++) {
            Answered row = part.rows.get(i);
            Verdict verdict = part.score.verdicts().get(i);
            Map<String, Object> line = new LinkedHashMap<>();
            line.put("task", task);
            line.put("language", language);
            line.put("id", row.id());
            line.put("prompt", row.prompt());
            line.put("answer", row.answer());
            line.put("error", row.error());
            line.put("score", part.score.rows().get(i));
            line.put("verdict", verdict.kind().label());
            line.put("read", verdict.read());
            line.put("other_language", part.otherLanguage.get(i));
            line.put("gold", row.gold());
            file.write(ByteBuffer.wrap(bytes(JsonText.line(line) + "\n")));
        }
    }
}
