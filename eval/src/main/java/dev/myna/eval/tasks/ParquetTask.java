// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.tasks;

import dev.myna.eval.EvalException;
import dev.myna.eval.data.Answered;
import dev.myna.eval.data.DataFolder;
import dev.myna.eval.data.LanguageScore;
import dev.myna.eval.data.Means;
import dev.myna.eval.data.Question;
import dev.myna.eval.data.Questions;
import dev.myna.eval.data.RowQuestions;
import dev.myna.eval.data.TaskOptions;
import dev.myna.eval.data.Verdict;
import dev.myna.loaders.datasets.DataRow;
import dev.myna.loaders.datasets.ParquetReader;
import dev.myna.loaders.datasets.PythonText;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/** What the sets of PangeaBench share: Parquet files with images, and a score for each stripped answer (docs/spec/evaluation.md 3). */
abstract class ParquetTask implements Task {
    /** Names of the folder of its files, any of them. */
    abstract String[] folders();

    /** Columns that the files must have. */
    abstract Set<String> columns();

    /** The question of a row. */
    abstract Optional<Question> question(DataRow row, String language, TaskOptions options);

    /** The score of a stripped answer, from 0 to 1; empty where the published code draws a random letter, which is wrong here. */
    abstract OptionalDouble score(String answer, Answered row, String language);

    /** Codes of a language in file names. */
    String[] fileCodes(String language) {
        return new String[] {language};
    }

    @Override
    public Questions questions(DataFolder data, String language, TaskOptions options) throws IOException {
        return new RowQuestions(
                data.parquet(data.folder(folders()), fileCodes(language)),
                file -> ParquetReader.open(file, columns()),
                row -> question(row, language, options));
    }

    @Override
    public LanguageScore score(String language, List<Answered> rows, TaskOptions options) {
        List<Double> scores = new ArrayList<>();
        List<Verdict> verdicts = new ArrayList<>();
        int random = 0;
        for (Answered row : rows) {
            OptionalDouble score = score(PythonText.strip(row.answer()), row, language);
            random += score.isEmpty() ? 1 : 0;
            scores.add(score.orElse(0));
            verdicts.add(score.isEmpty() ? Verdict.UNDECIDED : Verdict.of(score.getAsDouble()));
        }
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put("undecided", (double) random);
        metrics.put("undecided_rate", 100.0 * random / rows.size());
        return Means.of(rows, scores, metrics, verdicts);
    }

    /** The text of a column. */
    static String text(DataRow row, String column) {
        String text = row.text(column);
        if (text == null) {
            throw new EvalException("the row has no " + column);
        }
        return text;
    }

    /** The texts of a column of lists; absent elements become {@code None}. */
    static List<String> texts(Object value, String column) {
        if (!(value instanceof List<?> list)) {
            throw new EvalException("the column " + column + " has no list");
        }
        return list.stream()
                .map(each -> each == null ? "None" : each.toString())
                .toList();
    }

    /** The encoded image of a column: bytes, or a struct of bytes and path. */
    static Optional<byte[]> image(DataRow row, String column) {
        Object value = row.get(column);
        if (value instanceof Map<?, ?> struct) {
            value = struct.get("bytes");
        }
        return value instanceof byte[] bytes ? Optional.of(bytes) : Optional.empty();
    }

    /** The image of a row that must have one. */
    static List<byte[]> oneImage(DataRow row) {
        return List.of(image(row, "image").orElseThrow(() -> new EvalException("the row has no image")));
    }

    /** An id of a row: the named column, with the row's number, because ids of images repeat. */
    static String id(DataRow row, String column) {
        String id = row.text(column);
        return id == null ? Long.toString(row.line()) : row.line() + ":" + id;
    }
}
