// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval;

import dev.myna.eval.EvalGolden.Differences;
import dev.myna.eval.text.CaptionCorpus;
import dev.myna.eval.text.Captions;
import dev.myna.testing.NeedsGolden;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Scores per language, and their mean without English. */
@NeedsGolden
@SuppressWarnings("unchecked")
class AggregateGoldenTest {
    private final Differences differences = new Differences();
    private final Map<String, Object> all = (Map<String, Object>) EvalGolden.json("pangea/aggregates.json");

    private Map<String, Object> expected(String set, String part) {
        return (Map<String, Object>) ((Map<String, Object>) all.get(set)).get(part);
    }

    private static Map<String, CaptionCorpus> corpora(String set) {
        Map<String, CaptionCorpus> corpora = new LinkedHashMap<>();
        for (Map<String, Object> row : EvalGolden.rows("pangea/" + set + ".jsonl")) {
            Map<String, Object> doc = (Map<String, Object>) row.get("doc");
            String language = (String) row.get("language");
            boolean maxm = set.equals("maxm");
            corpora.computeIfAbsent(language, _ -> new CaptionCorpus())
                    .add(
                            Captions.imageNumber((String) doc.get("image_id")),
                            maxm
                                    ? (String) row.get("prediction")
                                    : Captions.normalized((String) row.get("prediction"), language),
                            maxm ? (List<String>) doc.get("answers") : List.of((String) doc.get("caption")));
        }
        return corpora;
    }

    @Test
    void captionsOfXm100() {
        Map<String, Double> rouge = new LinkedHashMap<>();
        corpora("xm100").forEach((language, corpus) -> {
            Map<String, Object> expected =
                    (Map<String, Object>) expected("xm100", "per_language").get(language);
            CaptionCorpus.Scores scores = corpus.scores().orElseThrow();
            rouge.put(language, scores.rougeL());
            differences.close(language, expected.get("ROUGE_L"), scores.rougeL());
            differences.close(language, expected.get("CIDEr"), scores.cider());
            for (int n = 1; n <= 4; n++) {
                differences.close(language, expected.get("Bleu_" + n), scores.bleu()[n - 1]);
            }
        });
        differences.close(
                "mul",
                expected("xm100", "mul").get("ROUGE_L"),
                LanguageMeans.of(rouge).others());
        differences.finish(15 * 6 + 1);
    }

    @Test
    void pooledAnswersOfMaxm() {
        Map<String, Double> rouge = new LinkedHashMap<>();
        corpora("maxm").forEach((language, corpus) -> {
            Map<String, Object> expected =
                    (Map<String, Object>) expected("maxm", "per_language").get(language);
            CaptionCorpus.Scores scores = corpus.scores().orElseThrow();
            rouge.put(language, 100 * scores.rougeL());
            differences.close(language, expected.get("rouge_l"), 100 * scores.rougeL());
            differences.close(language, expected.get("cider"), 100 * scores.cider());
        });
        differences.close(
                "mul",
                expected("maxm", "mul").get("rouge_l"),
                LanguageMeans.of(rouge).others());
        differences.finish(7 * 2 + 1);
    }

    @Test
    void meansOverLanguages() {
        for (String set : List.of("marvl", "xgqa", "cvqa", "m3exam")) {
            Map<String, Double> scores = new LinkedHashMap<>();
            expected(set, "per_language")
                    .forEach((language, score) -> scores.put(language, ((Number) score).doubleValue()));
            differences.close(
                    set,
                    ((Map<String, Object>) all.get(set)).get("mul"),
                    LanguageMeans.of(scores).others());
        }
        for (String set : List.of("marvl", "xgqa")) {
            Map<String, double[]> sums = new LinkedHashMap<>();
            for (Map<String, Object> row : EvalGolden.rows("pangea/" + set + ".jsonl")) {
                double[] sum = sums.computeIfAbsent((String) row.get("language"), _ -> new double[2]);
                sum[0] += ((Number) row.get("score")).doubleValue();
                sum[1]++;
            }
            sums.forEach((language, sum) -> differences.close(
                    set + language, expected(set, "per_language").get(language), sum[0] / sum[1]));
        }
        differences.finish(10);
    }
}
