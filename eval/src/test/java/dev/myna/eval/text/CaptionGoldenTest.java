// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.text;

import dev.myna.eval.EvalGolden;
import dev.myna.eval.EvalGolden.Differences;
import dev.myna.testing.NeedsGolden;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

@NeedsGolden
@SuppressWarnings("unchecked")
class CaptionGoldenTest {
    private final Differences differences = new Differences();

    @Test
    void rougeAndChrfAreThePublishedOnes() {
        Chrf lowercase = new Chrf(6, 0, true);
        for (Map<String, Object> row : EvalGolden.rows("rouge/pairs.jsonl")) {
            String hypothesis = (String) row.get("hypothesis");
            List<String> references = (List<String>) row.get("references");
            differences.close(row, row.get("rouge_l"), RougeL.of((String) row.get("hypothesis_tokens"), (List<String>)
                    row.get("reference_tokens")));
            differences.close(row, row.get("chrf"), Chrf.CHRF.sentence(hypothesis, references));
            differences.close(row, row.get("chrf_plus_plus"), Chrf.PLUS_PLUS.sentence(hypothesis, references));
            differences.close(row, row.get("chrf_lowercase"), lowercase.sentence(hypothesis, references));
        }
        differences.finish(78 * 4);
    }

    @Test
    void corpusScoresCountAllSentencesTogether() {
        List<Map<String, Object>> rows = EvalGolden.rows("rouge/pairs.jsonl");
        Map<String, Map<String, Object>> corpus =
                (Map<String, Map<String, Object>>) EvalGolden.json("rouge/corpus.json");
        corpus.forEach((language, expected) -> {
            List<Map<String, Object>> own = rows.stream()
                    .filter(row -> language.equals(row.get("language")))
                    .toList();
            List<String> hypotheses =
                    own.stream().map(row -> (String) row.get("hypothesis")).toList();
            List<List<String>> references = own.stream()
                    .map(row -> List.of(((List<String>) row.get("references")).getFirst()))
                    .toList();
            differences.close(language, expected.get("chrf"), Chrf.CHRF.corpus(hypotheses, references));
            differences.close(language, expected.get("chrf_plus_plus"), Chrf.PLUS_PLUS.corpus(hypotheses, references));
            double rouge = own.stream()
                    .mapToDouble(row -> RougeL.of(
                            (String) row.get("hypothesis_tokens"), (List<String>) row.get("reference_tokens")))
                    .average()
                    .orElseThrow();
            differences.close(language, expected.get("rouge_l_mean"), rouge);
        });
        differences.finish(45);
    }

    @Test
    void captionsAreSplitAsPublished() {
        List<Map<String, Object>> rows = EvalGolden.rows("rouge/ptb.jsonl");
        List<String> texts = rows.stream().map(row -> (String) row.get("text")).toList();
        List<String> lines = PtbTokenizer.lines(texts);
        List<String> tokens = PtbTokenizer.captions(texts);
        for (int i = 0; i < texts.size(); i++) {
            differences.compare(texts.get(i), rows.get(i).get("ptb"), lines.get(i));
            differences.compare(texts.get(i), rows.get(i).get("tokens"), tokens.get(i));
        }
        differences.finish(113 * 2);
    }

    @Test
    void captionsOfXm100AreScoredAsPublished() {
        List<Map<String, Object>> rows = EvalGolden.rows("pangea/xm100.jsonl");
        for (Map<String, Object> row : rows) {
            String language = (String) row.get("language");
            Map<String, Object> doc = (Map<String, Object>) row.get("doc");
            String prediction = Captions.normalized((String) row.get("prediction"), language);
            differences.compare(row, row.get("normalized"), prediction);
            differences.compare(row, ((Number) row.get("image_number")).longValue(), Captions.imageNumber((String)
                    doc.get("image_id")));
            String tokens = PtbTokenizer.captions(List.of(prediction)).getFirst();
            String reference =
                    PtbTokenizer.captions(List.of((String) doc.get("caption"))).getFirst();
            differences.compare(row, row.get("prediction_tokens"), tokens);
            differences.compare(row, row.get("reference_tokens"), reference);
            differences.close(row, row.get("rouge_l"), RougeL.of(tokens, List.of(reference)));
        }
        differences.finish(60 * 5);
    }
}
