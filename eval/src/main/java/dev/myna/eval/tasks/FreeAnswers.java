// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.tasks;

import dev.myna.eval.data.Answered;
import dev.myna.eval.data.LanguageScore;
import dev.myna.eval.data.Means;
import dev.myna.eval.judge.AnswerLanguage;
import dev.myna.eval.text.Chrf;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What can be said about free answers without a judge: proxies, and no published metric. */
final class FreeAnswers {
    /** Name of the rule. */
    static final String NAME = "proxy/chrf-to-reference";

    private FreeAnswers() {}

    static LanguageScore score(String language, List<Answered> rows) {
        List<Double> scores = new ArrayList<>();
        int inLanguage = 0;
        long characters = 0;
        for (Answered row : rows) {
            scores.add(Chrf.CHRF.sentence(row.answer(), List.of(row.gold("reference"))) / 100);
            inLanguage += AnswerLanguage.of(row.answer()).equals(language) ? 1 : 0;
            characters += row.answer().codePointCount(0, row.answer().length());
        }
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put("answer_language_rate", 100.0 * inLanguage / rows.size());
        metrics.put("mean_characters", (double) characters / rows.size());
        return Means.of(rows, scores, metrics);
    }
}
