// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.tasks;

import dev.myna.eval.EvalException;
import dev.myna.eval.data.Answered;
import dev.myna.eval.data.DataFolder;
import dev.myna.eval.data.LanguageScore;
import dev.myna.eval.data.Means;
import dev.myna.eval.data.Question;
import dev.myna.eval.data.Questions;
import dev.myna.eval.data.RowQuestions;
import dev.myna.eval.data.TaskOptions;
import dev.myna.eval.data.Verdict;
import dev.myna.eval.prompt.ChoicePrompt;
import dev.myna.eval.text.AcceptedAnswers;
import dev.myna.loaders.datasets.DataRow;
import dev.myna.loaders.datasets.JsonLinesReader;
import dev.myna.loaders.datasets.PythonText;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Questions of a user's own: {@code questions.jsonl} with id, image, question, options (a list, may be absent), answer (or answers, a
 * list of accepted ones), category and language (both may be absent). Choices are scored by the letter, other answers as {@link
 * AcceptedAnswers} says.
 */
final class JsonLines implements Task {
    private static final int MAX_TOKENS = 128;
    private static final String ANSWERS = "answers";

    @Override
    public String name() {
        return "jsonl";
    }

    @Override
    public String description() {
        return "Questions of your own, accuracy; DIR/questions.jsonl with id, image, question, options?, answer(s), language?";
    }

    @Override
    public List<String> languages() {
        return List.of("en", "zh", "hi", "es", "fr", "ar", "bn", "ru", "ur", "ja");
    }

    @Override
    public String scorer(TaskOptions options) {
        return "letter-or-accepted/" + options.extractor().label();
    }

    @Override
    public Questions questions(DataFolder data, String language, TaskOptions options) throws IOException {
        Path file = data.file("questions.jsonl");
        Path folder = file.toAbsolutePath().getParent();
        return new RowQuestions(List.of(file), JsonLinesReader::open, row -> question(row, language, folder));
    }

    private static Optional<Question> question(DataRow row, String language, Path folder) {
        String own = row.text("language") == null ? "en" : row.text("language");
        if (!own.equals(language)) {
            return Optional.empty();
        }
        List<String> accepted = new ArrayList<>();
        if (row.text("answer") != null) {
            accepted.add(row.text("answer"));
        }
        if (row.get("answers") instanceof List<?> more) {
            more.forEach(each -> accepted.add(String.valueOf(each)));
        }
        if (row.text("question") == null || accepted.isEmpty()) {
            throw new EvalException("the row has no question or no answer");
        }
        Map<String, String> letters = new LinkedHashMap<>();
        if (row.get("options") instanceof List<?> options) {
            options.forEach(
                    each -> letters.put(Character.toString((char) ('A' + letters.size())), String.valueOf(each)));
        }
        Map<String, Object> gold = new LinkedHashMap<>();
        gold.put("answer", accepted.getFirst());
        gold.put(ANSWERS, accepted);
        gold.put("options", letters);
        if (row.text(Means.CATEGORY) != null) {
            gold.put(Means.CATEGORY, row.text(Means.CATEGORY));
        }
        String prompt = letters.isEmpty()
                ? row.text("question")
                : new ChoicePrompt(null, row.text("question"), letters).parrot("_" + language);
        List<byte[]> images =
                row.text("image") == null ? List.of() : List.of(LlavaBench.image(folder, row.text("image")));
        String id = row.text("id") == null ? Long.toString(row.line()) : row.text("id");
        return Optional.of(new Question(id, List.of(prompt), images, MAX_TOKENS, gold));
    }

    @Override
    public LanguageScore score(String language, List<Answered> rows, TaskOptions options) {
        List<Double> scores = new ArrayList<>();
        List<Verdict> verdicts = new ArrayList<>();
        int undecided = 0;
        for (Answered row : rows) {
            Map<String, String> letters = new LinkedHashMap<>();
            if (row.gold().get("options") instanceof Map<?, ?> map) {
                map.forEach((letter, text) -> letters.put(letter.toString(), text.toString()));
            }
            String answer = PythonText.strip(row.answer());
            if (letters.isEmpty()) {
                double score = AcceptedAnswers.has(accepted(row), answer) ? 1 : 0;
                scores.add(score);
                verdicts.add(Verdict.of(score));
                continue;
            }
            Optional<String> letter = options.extractor().extract(answer, letters);
            undecided += letter.isEmpty() ? 1 : 0;
            double score = letter.isPresent() && letter.get().equalsIgnoreCase(row.gold("answer")) ? 1 : 0;
            scores.add(score);
            verdicts.add(letter.isEmpty() ? Verdict.UNDECIDED : Verdict.of(score, letter.get()));
        }
        return Means.of(rows, scores, Map.of("undecided", (double) undecided), verdicts);
    }

    private static List<String> accepted(Answered row) {
        return row.gold().get(ANSWERS) instanceof List<?> list
                ? list.stream().map(String::valueOf).toList()
                : List.of(String.valueOf(row.gold("answer")));
    }
}
