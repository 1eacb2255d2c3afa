// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval;

import dev.myna.eval.EvalGolden.Differences;
import dev.myna.eval.choice.PangeaChoice;
import dev.myna.eval.choice.SequenceRatio;
import dev.myna.eval.choice.XmmmuChoice;
import dev.myna.eval.prompt.CvqaPrompt;
import dev.myna.eval.prompt.M3ExamPrompt;
import dev.myna.eval.prompt.PythonList;
import dev.myna.eval.prompt.ShortPrompts;
import dev.myna.eval.prompt.XmmmuPrompt;
import dev.myna.eval.text.OpenAnswer;
import dev.myna.eval.text.ShortAnswers;
import dev.myna.eval.text.VqaText;
import dev.myna.loaders.datasets.PythonNumbers;
import dev.myna.testing.NeedsGolden;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

@NeedsGolden
@SuppressWarnings("unchecked")
class PangeaGoldenTest {
    private final Differences differences = new Differences();

    private static String text(Map<String, Object> row, String name) {
        return (String) row.get(name);
    }

    @Test
    void cvqa() {
        for (Map<String, Object> row : EvalGolden.rows("pangea/cvqa.jsonl")) {
            Map<String, Object> doc = (Map<String, Object>) row.get("doc");
            List<String> options = (List<String>) doc.get("Options");
            differences.compare(row, row.get("prompt"), CvqaPrompt.pangea(text(doc, "Question"), options));
            differences.compare(
                    row,
                    row.get("prompt_translated"),
                    CvqaPrompt.pangea(text(doc, "Translated Question"), (List<String>) doc.get("Translated Options")));
            Optional<String> parsed = PangeaChoice.extract(text(row, "prediction"), options);
            differences.compare(row, row.get("parsed"), parsed.orElse(null));
            differences.close(
                    row, row.get("score"), parsed.isPresent() && parsed.get().equals(row.get("target")) ? 1 : 0);
        }
        for (Map<String, Object> row : EvalGolden.rows("pangea/cvqa_vlmevalkit.jsonl")) {
            differences.compare(
                    row, row.get("prompt"), CvqaPrompt.vlmevalkit(text(row, "question"), (Map<String, String>)
                            row.get("options")));
        }
        differences.finish(90 * 4 + 24);
    }

    @Test
    void m3exam() {
        for (Map<String, Object> row : EvalGolden.rows("pangea/m3exam.jsonl")) {
            Map<String, Object> doc = (Map<String, Object>) row.get("doc");
            List<String> options = (List<String>) doc.get("options");
            differences.compare(
                    row,
                    row.get("prompt"),
                    M3ExamPrompt.of(
                            text(doc, "language"),
                            text(doc, "subject_category"),
                            (List<String>) doc.get("background_description"),
                            text(doc, "question_text"),
                            options));
            Optional<String> parsed = PangeaChoice.extract(text(row, "prediction"), options);
            differences.compare(row, row.get("parsed"), parsed.orElse(null));
            String gold = PangeaChoice.gold(text(doc, "answer_text"));
            differences.compare(row, row.get("target"), gold);
            differences.close(
                    row, row.get("score"), parsed.isPresent() && parsed.get().equals(gold) ? 1 : 0);
        }
        differences.finish(91 * 4);
    }

    @Test
    void xmmmu() {
        for (Map<String, Object> row : EvalGolden.rows("pangea/xmmmu.jsonl")) {
            Map<String, Object> doc = (Map<String, Object>) row.get("doc");
            boolean open = text(doc, "question_type").equals("open");
            List<String> options = open ? List.of() : PythonList.parse(text(doc, "options"));
            differences.compare(row, row.get("prompt"), XmmmuPrompt.of(text(doc, "question"), options));
            differences.compare(row, row.get("image_fields"), XmmmuPrompt.imageColumns(text(doc, "question"), options));
            boolean right;
            if (open) {
                Set<Object> parsed = OpenAnswer.parse(text(row, "prediction"));
                List<String> shown = new ArrayList<>();
                parsed.forEach(value ->
                        shown.add(value instanceof Double number ? "n:" + PythonNumbers.repr(number) : "s:" + value));
                shown.sort(null);
                List<Object> expected = new ArrayList<>((List<Object>) row.get("parsed"));
                expected.sort(null);
                differences.compare(row, expected, shown);
                Object gold = doc.get("answer");
                right = OpenAnswer.isRight(
                        parsed, gold instanceof List<?> list ? (List<String>) list : List.of((String) gold));
            } else {
                Optional<String> parsed = XmmmuChoice.extract(text(row, "prediction"), options);
                differences.compare(row, row.get("parsed"), parsed.orElse(null));
                right = parsed.isPresent() && parsed.get().equals(doc.get("answer"));
            }
            differences.close(row, row.get("score"), right ? 1 : 0);
        }
        differences.finish(108 * 4);
    }

    @Test
    void yesAndNo() {
        for (Map<String, Object> row : EvalGolden.rows("pangea/marvl.jsonl")) {
            List<Map<String, Object>> turns =
                    (List<Map<String, Object>>) ((Map<String, Object>) row.get("doc")).get("conversations");
            differences.compare(row, row.get("prompt"), ShortPrompts.marvl(text(turns.get(0), "value")));
            String gold = ShortAnswers.marvlGold(text(turns.get(1), "value")).orElse(null);
            differences.compare(row, row.get("target"), gold);
            differences.close(row, row.get("score"), ShortAnswers.marvl(text(row, "prediction"), gold) ? 1 : 0);
        }
        differences.finish(60 * 3);
    }

    @Test
    void xgqa() {
        for (Map<String, Object> row : EvalGolden.rows("pangea/xgqa.jsonl")) {
            Map<String, Object> doc = (Map<String, Object>) row.get("doc");
            differences.compare(
                    row, row.get("prompt"), ShortPrompts.xgqa(text(doc, "question"), text(row, "language")));
            differences.close(
                    row, row.get("score"), ShortAnswers.xgqa(text(row, "prediction"), text(doc, "answer")) ? 1 : 0);
        }
        differences.finish(64 * 2);
    }

    @Test
    void maxm() {
        for (Map<String, Object> row : EvalGolden.rows("pangea/maxm.jsonl")) {
            Map<String, Object> doc = (Map<String, Object>) row.get("doc");
            List<String> answers = (List<String>) doc.get("answers");
            String prediction = text(row, "prediction");
            differences.compare(
                    row,
                    row.get("prompt"),
                    ShortPrompts.maxm(text(doc, "question"), text(row, "language"))
                            .orElse(null));
            differences.compare(row, row.get("repr"), VqaText.listText(prediction));
            differences.compare(row, row.get("cleaned"), VqaText.cleanPrediction(prediction));
            differences.close(row, row.get("relaxed"), VqaText.relaxed(prediction, answers) ? 1 : 0);
            differences.close(row, row.get("exact"), answers.contains(prediction) ? 1 : 0);
        }
        differences.finish(69 * 5);
    }

    @Test
    void cleaning() {
        for (Map<String, Object> row : EvalGolden.rows("pangea/vqa_clean.jsonl")) {
            differences.compare(row, row.get("cleaned"), VqaText.clean(text(row, "text")));
        }
        for (Map<String, Object> row : EvalGolden.rows("pangea/difflib.jsonl")) {
            differences.close(row, row.get("ratio"), SequenceRatio.of(text(row, "a"), text(row, "b")));
        }
        differences.finish(117 + 68);
    }
}
