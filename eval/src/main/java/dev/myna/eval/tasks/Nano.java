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
import dev.myna.loaders.datasets.DataRow;
import dev.myna.loaders.datasets.JsonLinesReader;
import dev.myna.loaders.datasets.RowProblem;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;

/** The embedded model's held-out scenes: exact answers, several questions an image. */
final class Nano implements Task {
    private static final String FILE = "heldout.jsonl";
    private static final int MAX_TOKENS = 96;

    @Override
    public String name() {
        return "nano";
    }

    @Override
    public String description() {
        return "Held-out scenes of the embedded model, exact match; DIR/heldout.jsonl (models-manifest/nano/heldout)";
    }

    @Override
    public List<String> languages() {
        return List.of("en", "zh", "hi", "es", "fr", "ar", "bn", "ru", "ur", "ja");
    }

    @Override
    public String scorer(TaskOptions options) {
        return "exact-match";
    }

    @Override
    public Questions questions(DataFolder data, String language, TaskOptions options) throws IOException {
        Path file = data.file(FILE, "heldout", "nano/heldout");
        Queue<Question> waiting = new ArrayDeque<>();
        Path folder = file.toAbsolutePath().getParent();
        RowQuestions rows = new RowQuestions(List.of(file), JsonLinesReader::open, row -> {
            waiting.addAll(questions(row, language, folder));
            return Optional.ofNullable(waiting.poll());
        });
        return new Questions() {
            @Override
            public Optional<Question> next() throws IOException {
                Question next = waiting.poll();
                return next != null ? Optional.of(next) : rows.next();
            }

            @Override
            public long problemCount() {
                return rows.problemCount();
            }

            @Override
            public List<RowProblem> problems() {
                return rows.problems();
            }

            @Override
            public void close() throws IOException {
                rows.close();
            }
        };
    }

    private static List<Question> questions(DataRow row, String language, Path folder) {
        if (!(row.get("image") instanceof String name && row.get("asks") instanceof List<?> asks)) {
            throw new EvalException("the row has no image or no asks");
        }
        byte[] image = LlavaBench.image(folder, name);
        List<Question> questions = new ArrayList<>();
        for (int i = 0; i < asks.size(); i++) {
            if (!(asks.get(i) instanceof Map<?, ?> ask
                    && ask.get("type") instanceof String type
                    && ask.get(language) instanceof List<?> turns)) {
                throw new EvalException("ask " + (i + 1) + " has no type or no turns in " + language);
            }
            List<String> texts = new ArrayList<>();
            String answer = "";
            for (Object turn : turns) {
                if (!(turn instanceof List<?> pair
                        && pair.size() >= 2
                        && pair.get(0) instanceof String question
                        && pair.get(1) instanceof String right)) {
                    throw new EvalException("a turn of ask " + (i + 1) + " is no pair of question and answer");
                }
                texts.add(question);
                answer = right;
            }
            questions.add(new Question(
                    name + "/" + i, texts, List.of(image), MAX_TOKENS, Map.of("answer", answer, Means.CATEGORY, type)));
        }
        return questions;
    }

    @Override
    public LanguageScore score(String language, List<Answered> rows, TaskOptions options) {
        List<Double> scores = rows.stream()
                .map(row -> row.answer().equals(row.gold("answer")) ? 1.0 : 0.0)
                .toList();
        return Means.of(rows, scores, Map.of());
    }
}
