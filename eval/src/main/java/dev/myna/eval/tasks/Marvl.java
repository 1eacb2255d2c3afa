// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.tasks;

import dev.myna.eval.EvalException;
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

/** MaRVL, and NLVR2 for English: statements about pairs of images, which are combined already. */
final class Marvl extends ParquetTask {
    private static final int MAX_TOKENS = 16;

    @Override
    public String name() {
        return "marvl";
    }

    @Override
    public String description() {
        return "MaRVL, accuracy of yes/no; DIR/PangeaBench-marvl/**/*.parquet of neulab/PangeaBench-marvl";
    }

    @Override
    public List<String> languages() {
        return List.of("en", "id", "sw", "ta", "tr", "zh");
    }

    @Override
    public String scorer(TaskOptions options) {
        return "marvl-substring";
    }

    @Override
    String[] folders() {
        return new String[] {"marvl", "PangeaBench-marvl"};
    }

    /** The English files are named after a split. */
    @Override
    String[] fileCodes(String language) {
        return language.equals("en") ? new String[] {"en", "validation"} : new String[] {language};
    }

    @Override
    Set<String> columns() {
        return Set.of("image", "conversations");
    }

    @Override
    Optional<Question> question(DataRow row, String language, TaskOptions options) {
        if (!(row.get("conversations") instanceof List<?> turns
                && turns.size() >= 2
                && turns.get(0) instanceof Map<?, ?> first
                && turns.get(1) instanceof Map<?, ?> second
                && first.get("value") instanceof String statement
                && second.get("value") instanceof String answer)) {
            throw new EvalException("the row has no conversation of two turns");
        }
        String gold = ShortAnswers.marvlGold(answer)
                .orElseThrow(() -> new EvalException("the second turn says neither true nor false"));
        return Optional.of(new Question(
                id(row, "id"),
                List.of(ShortPrompts.marvl(statement)),
                oneImage(row),
                MAX_TOKENS,
                Map.of("answer", gold)));
    }

    @Override
    OptionalDouble score(String answer, Answered row, String language) {
        return OptionalDouble.of(ShortAnswers.marvl(answer, row.gold("answer")) ? 1 : 0);
    }
}
