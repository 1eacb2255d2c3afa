// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.tasks;

import dev.myna.eval.data.Answered;
import dev.myna.eval.data.LanguageScore;
import dev.myna.eval.data.Means;
import dev.myna.eval.data.TaskOptions;
import dev.myna.eval.judge.JudgeScore;
import dev.myna.eval.judge.RubricScore;
import dev.myna.eval.judging.JudgeRequest;
import dev.myna.eval.judging.JudgeRules;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;

/** xChatBench: a judge that grades an answer from 1 to 5 by the rubric of its question (docs/spec/evaluation.md 3.1). */
final class RubricReviews {
    /** The question's rubric as text, in gold maps. */
    static final String RUBRIC = "rubric";

    private static final int STEPS = 5;

    private RubricReviews() {}

    /** The criteria and what each score means, a line each. */
    static String text(Map<?, ?> rubric) {
        StringBuilder text = new StringBuilder();
        if (rubric.get("criteria") instanceof String criteria) {
            text.append(criteria);
        }
        for (int score = 1; score <= STEPS; score++) {
            if (rubric.get("score" + score + "_description") instanceof String description) {
                text.append('\n').append(score).append(": ").append(description);
            }
        }
        return text.toString();
    }

    static JudgeRequest request(String task, String language, Answered row, JudgeRules rules) {
        String rubric = row.gold(RUBRIC) == null ? "" : row.gold(RUBRIC);
        String user = "[Task]\n" + row.prompt() + "\n\n[Rubric]\n" + rubric + "\n\n[Reference answer]\n"
                + row.gold("reference") + "\n\n[Answer]\n" + row.answer() + "\n\n[End of the answer]\n\n[System]\n"
                + rules.rule() + "\n\n";
        return new JudgeRequest(task, language, row.id(), rules.system(), user);
    }

    /** Name of the rule that scores. */
    static String scorer(TaskOptions options) {
        return options.judge()
                .map(judge -> "judge/" + judge.rules().orElse(JudgeRules.Kind.RUBRIC.rules()) + "/" + RubricScore.NAME)
                .orElse(FreeAnswers.NAME);
    }

    /** Scores of reviews; proxies if there is no judge. Answers without a score do not count, and are counted. */
    static LanguageScore score(String language, List<Answered> rows, TaskOptions options) {
        LanguageScore proxies = FreeAnswers.score(language, rows);
        if (options.judge().isEmpty()) {
            return proxies;
        }
        List<Integer> all = new ArrayList<>();
        Map<String, List<Integer>> lists = new TreeMap<>();
        List<Double> scores = new ArrayList<>();
        int reviews = 0;
        for (Answered row : rows) {
            String review = row.gold(JudgedTask.REVIEW);
            reviews += review == null ? 0 : 1;
            OptionalInt score = review == null ? OptionalInt.empty() : RubricScore.parse(review);
            if (score.isPresent()) {
                all.add(score.getAsInt());
                String category = row.gold(Means.CATEGORY);
                if (category != null) {
                    lists.computeIfAbsent(category, _ -> new ArrayList<>()).add(score.getAsInt());
                }
            }
            scores.add(score.isPresent() ? (score.getAsInt() - 1.0) / (STEPS - 1) : Double.NaN);
        }
        Map<String, Double> categories = new LinkedHashMap<>();
        lists.forEach((category, list) ->
                categories.put(category, JudgeScore.xchat(list).orElseThrow()));
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put("reviews", (double) reviews);
        metrics.put("reviews_without_scores", (double) (reviews - all.size()));
        metrics.put("answers_without_review", (double) (rows.size() - reviews));
        metrics.put("chrf_to_reference", proxies.score());
        metrics.putAll(proxies.metrics());
        return new LanguageScore(JudgeScore.xchat(all).orElse(Double.NaN), metrics, categories, scores);
    }
}
