// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.tasks;

import dev.myna.eval.data.Answered;
import dev.myna.eval.data.LanguageScore;
import dev.myna.eval.data.Question;
import dev.myna.eval.data.TaskOptions;
import dev.myna.eval.prompt.ShortPrompts;
import dev.myna.eval.text.VqaText;
import dev.myna.loaders.datasets.DataRow;
import dev.myna.loaders.datasets.PythonText;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/** MaXM: short answers in seven languages. */
final class Maxm extends ParquetTask {
    private static final int MAX_TOKENS = 64;

    @Override
    public String name() {
        return "maxm";
    }

    @Override
    public String description() {
        return "MaXM, relaxed accuracy; DIR/PangeaBench-maxm/**/*.parquet of neulab/PangeaBench-maxm";
    }

    @Override
    public List<String> languages() {
        return List.of("en", "fr", "hi", "iw", "ro", "th", "zh");
    }

    @Override
    public String scorer(TaskOptions options) {
        return "maxm-relaxed";
    }

    @Override
    String[] folders() {
        return new String[] {"maxm", "PangeaBench-maxm"};
    }

    @Override
    String[] fileCodes(String language) {
        return language.equals("iw") ? new String[] {"iw", "he"} : new String[] {language};
    }

    @Override
    Set<String> columns() {
        return Set.of("image", "question", "answers");
    }

    @Override
    Optional<Question> question(DataRow row, String language, TaskOptions options) {
        return Optional.of(new Question(
                id(row, "question_id"),
                List.of(ShortPrompts.maxm(text(row, "question"), language).orElseThrow()),
                oneImage(row),
                MAX_TOKENS,
                Map.of("answers", texts(row.get("answers"), "answers"))));
    }

    @Override
    OptionalDouble score(String answer, Answered row, String language) {
        return OptionalDouble.of(VqaText.relaxed(answer, texts(row.gold().get("answers"), "answers")) ? 1 : 0);
    }

    @Override
    public LanguageScore score(String language, List<Answered> rows, TaskOptions options) {
        LanguageScore score = super.score(language, rows, options);
        Map<String, Double> metrics = new LinkedHashMap<>(score.metrics());
        double exact = rows.stream()
                .filter(row -> texts(row.gold().get("answers"), "answers").contains(PythonText.strip(row.answer())))
                .count();
        metrics.put("exact_match", 100 * exact / rows.size());
        return score.withMetrics(metrics);
    }
}
