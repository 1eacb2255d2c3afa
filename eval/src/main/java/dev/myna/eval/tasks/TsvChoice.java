// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.tasks;

import dev.myna.engine.ImageMode;
import dev.myna.eval.EvalException;
import dev.myna.eval.choice.ChoiceRow;
import dev.myna.eval.choice.ChoiceTable;
import dev.myna.eval.choice.Extractor;
import dev.myna.eval.choice.ParrotAnswer;
import dev.myna.eval.choice.SpreadsheetTrip;
import dev.myna.eval.data.Answered;
import dev.myna.eval.data.DataFolder;
import dev.myna.eval.data.LanguageScore;
import dev.myna.eval.data.Question;
import dev.myna.eval.data.Questions;
import dev.myna.eval.data.RowQuestions;
import dev.myna.eval.data.TaskOptions;
import dev.myna.eval.data.TaskOptions.Suffix;
import dev.myna.eval.data.Verdict;
import dev.myna.eval.prompt.ChoicePrompt;
import dev.myna.loaders.datasets.DataRow;
import dev.myna.loaders.datasets.NaMode;
import dev.myna.loaders.datasets.TsvReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Choice questions in tables of VLMEvalKit, with Parrot's prompt (docs/spec/evaluation.md 2).
 *
 * @param dataset the harness' name, which the language follows
 * @param folder of the files
 * @param prefix of their names
 */
record TsvChoice(String name, String description, String dataset, String folder, String prefix, ChoiceTable.Mode mode)
        implements Task {
    private static final int MAX_TOKENS = 512;

    @Override
    public List<String> languages() {
        return List.of("en", "zh", "pt", "ar", "tr", "ru");
    }

    @Override
    public ImageMode imageMode() {
        return ImageMode.PAD;
    }

    @Override
    public String scorer(TaskOptions options) {
        return (mode == ChoiceTable.Mode.CIRCULAR ? "circular/" : "vanilla/")
                + options.extractor().label() + "/exact";
    }

    @Override
    public Questions questions(DataFolder data, String language, TaskOptions options) throws IOException {
        String code = language.equals("zh") ? "cn" : language;
        String suffixName = options.suffix() == Suffix.ENGLISH ? dataset : dataset + "_" + code;
        return new RowQuestions(
                List.of(data.file(prefix + code + ".tsv", folder)),
                file -> TsvReader.open(file, options.na()),
                row -> question(row, suffixName));
    }

    private static Optional<Question> question(DataRow row, String suffixName) {
        if (!(row.get("image") instanceof byte[] image)) {
            return Optional.empty();
        }
        for (String column : new String[] {"index", "question", "answer"}) {
            if (row.text(column) == null) {
                throw new EvalException("the row has no " + column);
            }
        }
        Map<String, String> letters = new LinkedHashMap<>();
        for (char letter = 'A'; letter <= 'Z'; letter++) {
            String text = row.text(Character.toString(letter));
            if (text != null) {
                letters.put(Character.toString(letter), text);
            }
        }
        Map<String, Object> gold = new LinkedHashMap<>();
        try {
            gold.put("index", Long.parseLong(row.text("index")));
        } catch (NumberFormatException e) {
            throw new EvalException("the index is no integer", e);
        }
        gold.put("answer", row.text("answer"));
        gold.put("options", letters);
        for (String column : new String[] {"split", "l2-category", "category"}) {
            if (row.text(column) != null) {
                gold.put(column, row.text(column));
            }
        }
        String prompt = new ChoicePrompt(row.text("hint"), row.text("question"), letters).parrot(suffixName);
        return Optional.of(new Question(row.text("index"), List.of(prompt), List.of(image), MAX_TOKENS, gold));
    }

    @Override
    public LanguageScore score(String language, List<Answered> rows, TaskOptions options) {
        List<String> answers = rows.stream()
                .map(row -> ParrotAnswer.of(row.prompt(), row.answer()))
                .toList();
        List<String> read =
                options.na() == NaMode.PANDAS ? SpreadsheetTrip.readBack(answers, options.extractor()) : answers;
        List<ChoiceRow> scored = new ArrayList<>();
        int undecided = 0;
        int refused = 0;
        for (int i = 0; i < rows.size(); i++) {
            Answered row = rows.get(i);
            Map<String, String> letters = new LinkedHashMap<>();
            if (row.gold().get("options") instanceof Map<?, ?> map) {
                map.forEach((letter, text) -> letters.put(letter.toString(), text.toString()));
            }
            Optional<String> letter = options.extractor().extract(read.get(i), letters);
            undecided += letter.isEmpty() ? 1 : 0;
            refused += letter.isPresent() && letter.get().equals(Extractor.REFUSAL) ? 1 : 0;
            scored.add(new ChoiceRow(
                    ((Number) row.gold().get("index")).longValue(),
                    row.gold("answer"),
                    letter,
                    row.gold("split"),
                    row.gold("l2-category"),
                    row.gold("category")));
        }
        Map<Long, Boolean> hits = ChoiceTable.hits(scored, mode);
        List<Double> each = new ArrayList<>();
        List<Verdict> verdicts = new ArrayList<>();
        for (ChoiceRow row : scored) {
            Boolean hit = hits.get(row.index());
            double score = hit == null ? Double.NaN : hit ? 1 : 0;
            each.add(score);
            boolean undecidedRow = row.extracted().isEmpty() && hit != null;
            verdicts.add(
                    undecidedRow
                            ? Verdict.UNDECIDED
                            : Verdict.of(score, row.extracted().orElse("")));
        }
        Map<String, Double> categories = new LinkedHashMap<>();
        ChoiceTable.of(scored, mode)
                .forEach((split, line) -> line.forEach((category, value) -> {
                    if (!Double.isNaN(value)) {
                        String prefixed = split.equals(ChoiceTable.NO_SPLIT) ? category : split + "/" + category;
                        categories.put(prefixed, 100 * value);
                    }
                }));
        double right = hits.values().stream().filter(hit -> hit).count();
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put("undecided", (double) undecided);
        metrics.put("undecided_rate", 100.0 * undecided / rows.size());
        metrics.put("refusals", (double) refused);
        metrics.put("groups", (double) hits.size());
        return new LanguageScore(100 * right / hits.size(), metrics, categories, each, verdicts);
    }
}
