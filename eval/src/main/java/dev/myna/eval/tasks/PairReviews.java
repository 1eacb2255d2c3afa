// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.tasks;

import dev.myna.eval.data.Answered;
import dev.myna.eval.data.JudgeOptions;
import dev.myna.eval.data.LanguageScore;
import dev.myna.eval.data.Means;
import dev.myna.eval.data.TaskOptions;
import dev.myna.eval.judge.JudgeMessage;
import dev.myna.eval.judge.JudgeScore;
import dev.myna.eval.judge.ReviewParser;
import dev.myna.eval.judge.ScorePair;
import dev.myna.eval.judging.JudgeRequest;
import dev.myna.eval.judging.JudgeRules;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the two LLaVA-Benches share: a judge that compares an answer with a reference (docs/spec/evaluation.md 1, 3.2). */
final class PairReviews {
    /** Description of the image, in gold maps. */
    static final String CONTEXT = "context";

    private static final double BEST = 10;
    private static final String NO_CATEGORY = "none";

    private PairReviews() {}

    /** A rule that may change the scores of a row. */
    interface Change {
        ScorePair of(Answered row, ScorePair pair);
    }

    static JudgeRequest request(String task, String language, Answered row, JudgeRules rules) {
        String context = row.gold(CONTEXT) == null ? "" : row.gold(CONTEXT);
        return new JudgeRequest(
                task,
                language,
                row.id(),
                rules.system(),
                JudgeMessage.of(context, row.prompt(), row.gold("reference"), row.answer(), rules.rule()));
    }

    /** Name of the rule that scores. */
    static String scorer(TaskOptions options, ReviewParser published) {
        return options.judge()
                .map(judge -> "judge/" + judge.rules().orElse(JudgeRules.Kind.PAIR.rules()) + "/"
                        + parser(options, published).label())
                .orElse(FreeAnswers.NAME);
    }

    private static ReviewParser parser(TaskOptions options, ReviewParser published) {
        return options.judge().flatMap(JudgeOptions::parser).orElse(published);
    }

    /** Scores of reviews; proxies if there is no judge. Answers without a review do not count, and are counted. */
    static LanguageScore score(
            String language, List<Answered> rows, TaskOptions options, ReviewParser published, Change change) {
        LanguageScore proxies = FreeAnswers.score(language, rows);
        if (options.judge().isEmpty()) {
            return proxies;
        }
        ReviewParser parser = parser(options, published);
        List<ScorePair> pairs = new ArrayList<>();
        List<String> categories = new ArrayList<>();
        List<Double> scores = new ArrayList<>();
        int unparsed = 0;
        for (Answered row : rows) {
            String review = row.gold(JudgedTask.REVIEW);
            if (review == null) {
                scores.add(Double.NaN);
                continue;
            }
            ScorePair parsed = parser.parse(review);
            ScorePair pair = change.of(row, parsed);
            unparsed += parsed.equals(ScorePair.UNPARSED) ? 1 : 0;
            pairs.add(pair);
            categories.add(row.gold(Means.CATEGORY) == null ? NO_CATEGORY : row.gold(Means.CATEGORY));
            scores.add(pair.equals(ScorePair.UNPARSED) ? Double.NaN : Math.clamp(pair.model() / BEST, 0, 1));
        }
        Map<String, Double> metrics = new LinkedHashMap<>();
        Map<String, Double> byCategory = new LinkedHashMap<>();
        double relative = Double.NaN;
        if (!pairs.isEmpty()) {
            JudgeScore all = JudgeScore.of(pairs).orElseThrow();
            relative = all.relative();
            metrics.put("reference", all.reference());
            metrics.put("model", all.model());
            JudgeScore.byCategory(categories, pairs).forEach((category, score) -> {
                if (!category.equals(JudgeScore.ALL) && !category.equals(NO_CATEGORY)) {
                    byCategory.put(category, score.relative());
                }
            });
        }
        metrics.put("reviews", (double) pairs.size());
        metrics.put("reviews_without_scores", (double) unparsed);
        metrics.put("answers_without_review", (double) (rows.size() - pairs.size()));
        metrics.put("chrf_to_reference", proxies.score());
        metrics.putAll(proxies.metrics());
        return new LanguageScore(relative, metrics, byCategory, scores);
    }
}
