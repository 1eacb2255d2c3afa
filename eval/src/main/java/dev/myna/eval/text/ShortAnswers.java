// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.text;

import dev.myna.loaders.datasets.PythonText;
import java.util.Locale;
import java.util.Optional;

/** Yes/no questions and short answers of PangeaBench (docs/spec/evaluation.md 3.5). Predictions are stripped before. */
public final class ShortAnswers {
    private ShortAnswers() {}

    /** MaRVL: whether the gold word is in the answer, in which yes and no have become true and false. */
    public static boolean marvl(String prediction, String gold) {
        String answer = prediction.toLowerCase(Locale.ROOT);
        if (answer.contains("yes")) {
            answer = "true";
        } else if (answer.contains("no")) {
            answer = "false";
        }
        return answer.contains(gold);
    }

    /** MaRVL's gold word in the second turn of a conversation; empty if it has none. */
    public static Optional<String> marvlGold(String turn) {
        return turn.contains("true")
                ? Optional.of("true")
                : turn.contains("false") ? Optional.of("false") : Optional.empty();
    }

    /** xGQA: whether the gold answer is in the prediction, both in lower case. */
    public static boolean xgqa(String prediction, String gold) {
        return prediction.toLowerCase(Locale.ROOT).contains(PythonText.strip(gold.toLowerCase(Locale.ROOT)));
    }
}
