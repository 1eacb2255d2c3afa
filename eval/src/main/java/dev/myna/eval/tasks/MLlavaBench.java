// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.tasks;

import dev.myna.eval.data.Answered;
import dev.myna.eval.data.LanguageScore;
import dev.myna.eval.data.Question;
import dev.myna.eval.data.TaskOptions;
import dev.myna.eval.judge.AnswerLanguage;
import dev.myna.eval.judge.ReviewParser;
import dev.myna.eval.judge.ScorePair;
import dev.myna.eval.judging.JudgeRequest;
import dev.myna.eval.judging.JudgeRules;
import dev.myna.loaders.datasets.DataRow;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/** PangeaBench's M-LLaVABench (docs/spec/evaluation.md 3.2). Its published metric needs a judge. */
final class MLlavaBench extends ParquetTask implements JudgedTask {
    private static final int MAX_TOKENS = 1024;

    @Override
    public String name() {
        return "m-llava-bench";
    }

    @Override
    public String description() {
        return "M-LLaVABench (Pangea), needs a judge; proxies without one;"
                + " DIR/PangeaBench-multilingual-llava-bench/**/*.parquet";
    }

    @Override
    public List<String> languages() {
        return List.of("ar", "bn", "zh", "en", "fr", "hi", "ja", "ru", "es", "ur");
    }

    @Override
    public String scorer(TaskOptions options) {
        return PairReviews.scorer(options, ReviewParser.PANGEA);
    }

    @Override
    String[] folders() {
        return new String[] {"PangeaBench-multilingual-llava-bench", "m-llava-bench"};
    }

    @Override
    Set<String> columns() {
        return Set.of("image", "question", "gpt_answer");
    }

    @Override
    Optional<Question> question(DataRow row, String language, TaskOptions options) {
        Map<String, Object> gold = new LinkedHashMap<>();
        gold.put("reference", text(row, "gpt_answer"));
        if (row.text("category") != null) {
            gold.put("category", row.text("category"));
        }
        if (row.text("caption") != null) {
            gold.put(PairReviews.CONTEXT, row.text("caption"));
        }
        return Optional.of(
                new Question(id(row, "question_id"), List.of(text(row, "question")), oneImage(row), MAX_TOKENS, gold));
    }

    @Override
    public JudgeRules.Kind judged() {
        return JudgeRules.Kind.PAIR;
    }

    @Override
    public JudgeRequest request(String language, Answered row, JudgeRules rules) {
        return PairReviews.request(name(), language, row, rules);
    }

    /** An answer in neither the language of the reference nor that of the question gets no points. */
    private static ScorePair withLanguages(Answered row, ScorePair pair) {
        return pair.withLanguages(
                AnswerLanguage.code(row.gold("reference")).orElse(null),
                AnswerLanguage.code(row.answer()).orElse(null),
                AnswerLanguage.code(row.prompt()).orElse(null));
    }

    @Override
    OptionalDouble score(String answer, Answered row, String language) {
        return OptionalDouble.empty();
    }

    @Override
    public LanguageScore score(String language, List<Answered> rows, TaskOptions options) {
        return PairReviews.score(language, rows, options, ReviewParser.PANGEA, MLlavaBench::withLanguages);
    }
}
