// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.judge;

/**
 * The scores of a review.
 *
 * @param reference of the reference answer
 * @param model of the model's answer
 */
public record ScorePair(double reference, double model) {
    /** What published code makes of a review without scores. It counts in averages. */
    public static final ScorePair UNPARSED = new ScorePair(-1, -1);

    /**
     * Pangea's rule for answers in a wrong language: the model's score becomes 0 at most if its language is neither that of the
     * reference nor that of the question. Languages are codes of the detector; null if it failed, which makes the pair {@link
     * #UNPARSED}.
     */
    public ScorePair withLanguages(String ofReference, String ofAnswer, String ofQuestion) {
        if (ofReference == null || ofAnswer == null || ofQuestion == null) {
            return UNPARSED;
        }
        boolean wrong = !ofAnswer.equals(ofReference) && !ofAnswer.equals(ofQuestion);
        return wrong ? new ScorePair(reference, Math.min(0, model)) : this;
    }
}
