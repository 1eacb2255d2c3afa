// SPDX-License-Identifier: Apache-2.0
package dev.myna.bench.accuracy;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.engine.Language;

/** What trained models must get right, in per cent. */
final class RequiredAccuracy {
    private RequiredAccuracy() {}

    /** Of all questions in each language. */
    static void inEveryLanguage(EmbeddedAccuracy.Result result, double percent) {
        for (Language language : Language.values()) {
            EmbeddedAccuracy.Score score = result.of(language);
            assertTrue(
                    score.percent() >= percent,
                    () -> language + ": " + score.right() + " of " + score.asked() + " right, for example not "
                            + result.mistakes().getFirst());
        }
    }
}
