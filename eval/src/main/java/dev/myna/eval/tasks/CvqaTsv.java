// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.tasks;

import dev.myna.eval.EvalException;
import dev.myna.eval.choice.Extractor;
import dev.myna.eval.data.Answered;
import dev.myna.eval.data.DataFolder;
import dev.myna.eval.data.LanguageScore;
import dev.myna.eval.data.Means;
import dev.myna.eval.data.Question;
import dev.myna.eval.data.Questions;
import dev.myna.eval.data.RowQuestions;
import dev.myna.eval.data.TaskOptions;
import dev.myna.eval.data.Verdict;
import dev.myna.eval.prompt.CvqaPrompt;
import dev.myna.loaders.datasets.DataRow;
import dev.myna.loaders.datasets.TsvReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * CVQA with VLMEvalKit's tables and prompt. They have answers. {@code en} asks in English, {@code loc} in the language of the image's
 * country.
 */
final class CvqaTsv implements Task {
    private static final int MAX_TOKENS = 512;
    private static final List<String> LETTERS = List.of("A", "B", "C", "D");

    @Override
    public String name() {
        return "cvqa-vlmevalkit";
    }

    @Override
    public String description() {
        return "CVQA with VLMEvalKit's prompt, accuracy; DIR/CVQA_EN.tsv and DIR/CVQA_LOC.tsv";
    }

    @Override
    public List<String> languages() {
        return List.of("en", "loc");
    }

    @Override
    public String scorer(TaskOptions options) {
        return "vanilla/" + options.extractor().label() + "/exact";
    }

    @Override
    public Questions questions(DataFolder data, String language, TaskOptions options) throws IOException {
        String name = language.equals("en") ? "CVQA_EN.tsv" : "CVQA_LOC.tsv";
        return new RowQuestions(
                List.of(data.file(name, "cvqa")), file -> TsvReader.open(file, options.na()), CvqaTsv::question);
    }

    private static Optional<Question> question(DataRow row) {
        if (!(row.get("image") instanceof byte[] image)) {
            return Optional.empty();
        }
        for (String column : new String[] {"index", "question", "answer"}) {
            if (row.text(column) == null) {
                throw new EvalException("the row has no " + column);
            }
        }
        Map<String, String> choices = new LinkedHashMap<>();
        for (String letter : LETTERS) {
            if (row.text(letter) != null) {
                choices.put(letter, row.text(letter));
            }
        }
        Map<String, Object> gold = new LinkedHashMap<>();
        gold.put("answer", row.text("answer"));
        gold.put("options", choices);
        if (row.text(Means.CATEGORY) != null) {
            gold.put(Means.CATEGORY, row.text(Means.CATEGORY));
        }
        String prompt = CvqaPrompt.vlmevalkit(row.text("question"), choices);
        return Optional.of(new Question(row.text("index"), List.of(prompt), List.of(image), MAX_TOKENS, gold));
    }

    @Override
    public LanguageScore score(String language, List<Answered> rows, TaskOptions options) {
        List<Double> scores = new ArrayList<>();
        List<Verdict> verdicts = new ArrayList<>();
        int undecided = 0;
        int refused = 0;
        for (Answered row : rows) {
            Map<String, String> choices = new LinkedHashMap<>();
            if (row.gold().get("options") instanceof Map<?, ?> map) {
                map.forEach((letter, text) -> choices.put(letter.toString(), text.toString()));
            }
            Optional<String> letter = options.extractor().extract(row.answer(), choices);
            undecided += letter.isEmpty() ? 1 : 0;
            refused += letter.isPresent() && letter.get().equals(Extractor.REFUSAL) ? 1 : 0;
            double score = letter.isPresent() && letter.get().equals(row.gold("answer")) ? 1 : 0;
            scores.add(score);
            verdicts.add(letter.isEmpty() ? Verdict.UNDECIDED : Verdict.of(score, letter.get()));
        }
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put("undecided", (double) undecided);
        metrics.put("undecided_rate", 100.0 * undecided / rows.size());
        metrics.put("refusals", (double) refused);
        return Means.of(rows, scores, metrics, verdicts);
    }
}
