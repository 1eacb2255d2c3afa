// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.run;

import dev.myna.eval.EvalException;
import dev.myna.eval.judge.JudgeScore;
import dev.myna.eval.judge.ReviewParser;
import dev.myna.eval.judge.ScorePair;
import dev.myna.loaders.datasets.DataRow;
import dev.myna.loaders.datasets.LlavaBenchFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Scores of a judge's reviews that are stored, as PALO's script stores them: objects with {@code content} and {@code category}, one a
 * line (docs/spec/evaluation.md 1).
 *
 * @param reviews in the file
 * @param unparsed of these, reviews without two scores; they count as -1, as published
 * @param scores by category, and of all
 */
public record StoredReviews(int reviews, int unparsed, Map<String, JudgeScore> scores) {
    /**
     * Reads and scores a file.
     *
     * @throws EvalException if a line is no review, or there is none
     */
    public static StoredReviews read(Path file, ReviewParser parser) throws IOException {
        List<String> categories = new ArrayList<>();
        List<ScorePair> pairs = new ArrayList<>();
        int unparsed = 0;
        for (DataRow row : LlavaBenchFiles.all(file)) {
            if (!(row.get("content") instanceof String content && row.get("category") instanceof String category)) {
                throw new EvalException(file + ": line " + row.line() + " has no content or no category");
            }
            ScorePair pair = parser.parse(content);
            unparsed += pair.equals(ScorePair.UNPARSED) ? 1 : 0;
            pairs.add(pair);
            categories.add(category);
        }
        if (pairs.isEmpty()) {
            throw new EvalException(file + ": no reviews");
        }
        return new StoredReviews(pairs.size(), unparsed, JudgeScore.byCategory(categories, pairs));
    }
}
