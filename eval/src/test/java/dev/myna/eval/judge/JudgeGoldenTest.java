// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.judge;

import dev.myna.eval.EvalGolden;
import dev.myna.eval.EvalGolden.Differences;
import dev.myna.loaders.datasets.DataRow;
import dev.myna.loaders.datasets.LlavaBenchFiles;
import dev.myna.testing.Golden;
import dev.myna.testing.NeedsGolden;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

@NeedsGolden
@SuppressWarnings("unchecked")
class JudgeGoldenTest {
    private final Differences differences = new Differences();

    private static double number(Object value) {
        return value instanceof String text
                ? Double.parseDouble(text.replace("inf", "Infinity").replace("nan", "NaN"))
                : ((Number) value).doubleValue();
    }

    private void compare(Object where, Object expected, ScorePair actual) {
        List<Object> list = (List<Object>) expected;
        differences.compare(where, new ScorePair(number(list.get(0)), number(list.get(1))), actual);
    }

    @Test
    void reviewsAreParsedAsPublished() {
        Map<String, ReviewParser> columns = Map.of(
                "palo", ReviewParser.PALO,
                "pangea", ReviewParser.PANGEA,
                "lmms_eval_multilingual", ReviewParser.LMMS_EVAL,
                "lmms_eval_in_the_wild", ReviewParser.LMMS_EVAL_WILD);
        for (Map<String, Object> row : EvalGolden.rows("llava-bench/parse.jsonl")) {
            columns.forEach((column, parser) ->
                    compare(column + row, row.get(column), parser.parse((String) row.get("review"))));
        }
        differences.finish(41 * 4);
    }

    @Test
    void aWrongLanguageCostsTheScore() {
        for (Map<String, Object> row : EvalGolden.rows("llava-bench/language_rule.jsonl")) {
            ScorePair pair = ReviewParser.PANGEA
                    .parse((String) row.get("review"))
                    .withLanguages((String) row.get("language_reference"), (String) row.get("language_answer"), (String)
                            row.get("language_question"));
            compare(row, row.get("scores"), pair);
        }
        differences.finish(60);
    }

    @Test
    void languagesAreDetectedAsPublished() {
        for (Map<String, Object> row : EvalGolden.rows("llava-bench/detect.jsonl")) {
            if (!"unstable".equals(row.get("language_java"))) {
                differences.compare(
                        row,
                        row.get("language_java"),
                        AnswerLanguage.code((String) row.get("text")).orElse(null));
            }
        }
        differences.finish(55);
    }

    @Test
    void meansAreRoundedAsPublished() {
        Map<String, Object> file = (Map<String, Object>) EvalGolden.json("llava-bench/aggregation.json");
        for (Map<String, Object> each : (List<Map<String, Object>>) file.get("aggregation")) {
            List<ScorePair> pairs = new ArrayList<>();
            for (List<Object> pair : (List<List<Object>>) each.get("scores")) {
                ScorePair scores = new ScorePair(number(pair.get(0)), number(pair.get(1)));
                if (!scores.equals(new ScorePair(-999, -999))) {
                    pairs.add(scores);
                }
            }
            double score = JudgeScore.of(pairs).map(JudgeScore::relative).orElse(Double.NaN);
            Object expected = each.get("score");
            differences.close(each, expected instanceof String text ? number(text) : expected, score);
        }
        differences.finish(20);
    }

    @Test
    void foldersAreJudgedAsPublished() throws Exception {
        Map<String, Object> rules = (Map<String, Object>) EvalGolden.json("llava-bench/rule.json");
        Map<String, Object> expected = (Map<String, Object>) EvalGolden.json("llava-bench/expected.json");
        for (String language : List.of("en", "zh", "hi", "ar", "ja")) {
            LlavaBenchFiles files = LlavaBenchFiles.in(Golden.path("eval/llava-bench/" + language));
            Map<String, String> captions = files.captions();
            List<DataRow> questions = LlavaBenchFiles.all(files.questions());
            List<DataRow> references = LlavaBenchFiles.all(files.answers());
            List<Map<String, Object>> answers = EvalGolden.rows("llava-bench/" + language + "/model_answers.jsonl");
            List<Map<String, Object>> messages = EvalGolden.rows("llava-bench/" + language + "/messages.jsonl");
            for (int i = 0; i < messages.size(); i++) {
                DataRow question = questions.get(i);
                Map<String, Object> rule = (Map<String, Object>) rules.get("llava_bench_" + question.text("category"));
                differences.compare(
                        language + i,
                        messages.get(i).get("user"),
                        JudgeMessage.of(
                                captions.get(question.text("image")),
                                question.text("text"),
                                references.get(i).text("text"),
                                (String) answers.get(i).get("text"),
                                (String) rule.get("prompt")));
            }
            List<String> categories = new ArrayList<>();
            List<ScorePair> pairs = new ArrayList<>();
            for (Map<String, Object> review : EvalGolden.rows("llava-bench/" + language + "/reviews.jsonl")) {
                pairs.add(ReviewParser.PALO.parse((String) review.get("content")));
                categories.add((String) review.get("category"));
                compare(review, review.get("tuple"), pairs.getLast());
            }
            Map<String, List<Object>> palo =
                    (Map<String, List<Object>>) ((Map<String, Object>) expected.get(language)).get("palo");
            Map<String, JudgeScore> scores = JudgeScore.byCategory(categories, pairs);
            differences.compare(language, palo.keySet(), scores.keySet());
            palo.forEach((category, values) -> {
                JudgeScore score = scores.get(category);
                differences.close(language + category, values.get(0), score.relative());
                differences.close(language + category, values.get(1), score.reference());
                differences.close(language + category, values.get(2), score.model());
            });
        }
        differences.finish(150);
    }

    @Test
    void xchatsEnglishColumnIsReproduced() {
        Map<String, Object> file = (Map<String, Object>) EvalGolden.json("xchat/scores.json");
        Map<String, Map<String, Object>> expected = (Map<String, Map<String, Object>>) file.get("expected");
        ((Map<String, Map<String, Object>>) file.get("models")).forEach((model, languages) -> {
            List<Double> others = new ArrayList<>();
            languages.forEach((language, result) -> {
                double score = JudgeScore.xchat((List<Number>) ((Map<String, Object>) result).get("scores"))
                        .orElseThrow();
                differences.close(model + language, expected.get(model).get(language), score);
                if (!language.equals("en") && !language.equals("rw")) {
                    others.add(score);
                }
                if (language.equals("en") && expected.get(model).containsKey("en_published")) {
                    differences.close(model, expected.get(model).get("en_published"), score);
                }
            });
            double mean = others.stream().mapToDouble(each -> each).average().orElseThrow();
            differences.close(model, expected.get(model).get("mul_recomputed"), Math.round(mean * 1e6) / 1e6);
        });
        differences.finish(83 + 11);
    }
}
