// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.tasks;

import dev.myna.eval.EvalException;
import dev.myna.eval.choice.KaleidoscopeChoice;
import dev.myna.eval.data.Answered;
import dev.myna.eval.data.DataFolder;
import dev.myna.eval.data.LanguageScore;
import dev.myna.eval.data.Means;
import dev.myna.eval.data.Question;
import dev.myna.eval.data.Questions;
import dev.myna.eval.data.RowQuestions;
import dev.myna.eval.data.TaskOptions;
import dev.myna.eval.data.Verdict;
import dev.myna.eval.prompt.KaleidoscopePrompt;
import dev.myna.loaders.datasets.DataRow;
import dev.myna.loaders.datasets.ParquetReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Kaleidoscope: exam questions in 18 languages, with an image or without one; the answer is JSON with a letter. */
final class Kaleidoscope implements Task {
    private static final int MAX_TOKENS = 1024;
    private static final String WITH_IMAGE = "with_image";
    private static final Set<String> COLUMNS =
            Set.of("language", "question", "options", "answer", "image", "general_category_en");

    @Override
    public String name() {
        return "kaleidoscope";
    }

    @Override
    public String description() {
        return "Kaleidoscope, accuracy with format errors; DIR/kaleidoscope/**/*.parquet of CohereLabs/kaleidoscope,"
                + " images beside";
    }

    @Override
    public List<String> languages() {
        return KaleidoscopePrompt.languages();
    }

    @Override
    public String scorer(TaskOptions options) {
        return KaleidoscopeChoice.NAME;
    }

    @Override
    public Questions questions(DataFolder data, String language, TaskOptions options) throws IOException {
        Path folder = data.folder("kaleidoscope");
        return new RowQuestions(
                data.parquetOfAll(folder),
                file -> ParquetReader.open(file, COLUMNS),
                row -> question(row, language, folder));
    }

    private static Optional<Question> question(DataRow row, String language, Path folder) {
        if (!language.equals(row.text("language"))) {
            return Optional.empty();
        }
        List<String> options = ParquetTask.texts(row.get("options"), "options");
        if (!(row.get("answer") instanceof Number number)
                || number.intValue() < 0
                || number.intValue() >= options.size()) {
            throw new EvalException("the answer is no number of an option");
        }
        String image = row.text("image");
        List<byte[]> images = image == null ? List.of() : List.of(LlavaBench.image(folder, image));
        Map<String, Object> gold = new LinkedHashMap<>();
        gold.put("answer", Character.toString((char) ('A' + number.intValue())));
        gold.put(WITH_IMAGE, image != null);
        if (row.text("general_category_en") != null) {
            gold.put(Means.CATEGORY, row.text("general_category_en"));
        }
        String prompt = KaleidoscopePrompt.of(language, ParquetTask.text(row, "question"), options);
        return Optional.of(new Question(
                Long.toString(row.line()), KaleidoscopePrompt.SYSTEM, List.of(prompt), images, MAX_TOKENS, gold));
    }

    @Override
    public LanguageScore score(String language, List<Answered> rows, TaskOptions options) {
        List<Double> scores = new ArrayList<>();
        List<Double> withImage = new ArrayList<>();
        List<Double> withoutImage = new ArrayList<>();
        List<Verdict> verdicts = new ArrayList<>();
        int errors = 0;
        double right = 0;
        for (Answered row : rows) {
            Optional<String> letter = KaleidoscopeChoice.extract(row.answer());
            errors += letter.isEmpty() ? 1 : 0;
            double score = letter.isPresent() && letter.get().equals(row.gold("answer")) ? 1 : 0;
            right += score;
            scores.add(score);
            verdicts.add(letter.isPresent() ? Verdict.of(score, letter.get()) : Verdict.FORMAT_ERROR);
            (Boolean.TRUE.equals(row.gold().get(WITH_IMAGE)) ? withImage : withoutImage).add(score);
        }
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put("format_errors", (double) errors);
        metrics.put("format_error_rate", 100.0 * errors / rows.size());
        metrics.put("accuracy_of_valid", 100 * right / (rows.size() - errors));
        metrics.put("accuracy_with_image", Means.percent(withImage));
        metrics.put("accuracy_without_image", Means.percent(withoutImage));
        return Means.of(rows, scores, metrics, verdicts);
    }
}
