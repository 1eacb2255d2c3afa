// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.tasks;

import dev.myna.eval.data.Answered;
import dev.myna.eval.judging.JudgeRequest;
import dev.myna.eval.judging.JudgeRules;

/**
 * A task whose published metric needs a judge. A review is stored with what is needed to score its answer, so that scores can be made
 * again without the judge.
 */
public interface JudgedTask extends Task {
    /** The judge's review, in {@link Answered#gold}. Absent if there is none. */
    String REVIEW = "review";

    /** Why there is no review, in {@link Answered#gold}. */
    String REVIEW_ERROR = "review_error";

    /** What the judge compares. */
    JudgeRules.Kind judged();

    /** What the judge is asked about an answer. */
    JudgeRequest request(String language, Answered row, JudgeRules rules);
}
