// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.tasks;

import dev.myna.eval.data.Answered;
import dev.myna.eval.data.Question;
import dev.myna.eval.data.TaskOptions;
import dev.myna.eval.prompt.ShortPrompts;
import dev.myna.eval.text.ShortAnswers;
import dev.myna.loaders.datasets.DataRow;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/** xGQA: questions in eight languages, answers in English. */
final class Xgqa extends ParquetTask {
    private static final int MAX_TOKENS = 16;

    @Override
    public String name() {
        return "xgqa";
    }

    @Override
    public String description() {
        return "xGQA, accuracy by substring; DIR/PangeaBench-xgqa/**/*.parquet of neulab/PangeaBench-xgqa";
    }

    @Override
    public List<String> languages() {
        return List.of("bn", "de", "en", "id", "ko", "pt", "ru", "zh");
    }

    @Override
    public String scorer(TaskOptions options) {
        return "xgqa-substring";
    }

    @Override
    String[] folders() {
        return new String[] {"xgqa", "PangeaBench-xgqa"};
    }

    @Override
    Set<String> columns() {
        return Set.of("image", "question", "answer");
    }

    @Override
    Optional<Question> question(DataRow row, String language, TaskOptions options) {
        return Optional.of(new Question(
                id(row, "question_id"),
                List.of(ShortPrompts.xgqa(text(row, "question"), language)),
                oneImage(row),
                MAX_TOKENS,
                Map.of("answer", text(row, "answer"))));
    }

    @Override
    OptionalDouble score(String answer, Answered row, String language) {
        return OptionalDouble.of(ShortAnswers.xgqa(answer, row.gold("answer")) ? 1 : 0);
    }
}
