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

/**
 * The embedded model's held-out scenes and conversations: exact answers, several questions an image. Questions about a scene end with
 * the last turn. In a conversation each turn that an entry names a kind of is a question of its own, after the model's own answers to
 * the turns before it.
 *
 * @param file one image a line
 * @param folders where it may be
 */
record Nano(String name, String description, String file, List<String> folders) implements Task {
    private static final int MAX_TOKENS = 96;

    /** Questions about scenes. */
    static Task scenes() {
        return new Nano(
                "nano",
                "Held-out scenes of the embedded model, exact match; DIR/heldout.jsonl (models-manifest/nano/heldout)",
                "heldout.jsonl",
                List.of("heldout", "nano/heldout"));
    }

    /** Conversations about scenes. */
    static Task conversations() {
        return new Nano(
                "nano-talk",
                "Held-out conversations of the embedded model, exact match;"
                        + " DIR/conversations.jsonl (models-manifest/nano/conversations)",
                "conversations.jsonl",
                List.of("conversations", "nano/conversations"));
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
        Path file = data.file(this.file, folders.toArray(String[]::new));
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
        if (!(row.get("image") instanceof String image && row.get("asks") instanceof List<?> asks)) {
            throw new EvalException("the row has no image or no asks");
        }
        List<Question> questions = new ArrayList<>();
        for (int i = 0; i < asks.size(); i++) {
            if (!(asks.get(i) instanceof Map<?, ?> ask
                    && ask.get("type") instanceof String type
                    && ask.get(language) instanceof List<?> turns
                    && !turns.isEmpty())) {
                throw new EvalException("ask " + (i + 1) + " has no type or no turns in " + language);
            }
            List<?> kinds = ask.get("kinds") instanceof List<?> each ? each : List.of();
            List<Turn> said = new ArrayList<>();
            for (int k = 0; k < turns.size(); k++) {
                said.add(turn(turns.get(k), k == 0 ? List.of(image) : List.of(), i));
                boolean last = k == turns.size() - 1;
                Object kind = k < kinds.size() ? kinds.get(k) : kinds.isEmpty() && last ? type : null;
                if (kind instanceof String named) {
                    String id = image + "/" + i + (kinds.isEmpty() ? "" : "/" + (k + 1));
                    questions.add(question(id, said, named, folder));
                }
            }
        }
        return questions;
    }

    /** A user's turn, the right answer, and the images that it shows. */
    private record Turn(String text, String answer, List<String> images) {}

    /** @param images that the turn shows if it does not say */
    private static Turn turn(Object value, List<String> images, int ask) {
        if (!(value instanceof List<?> parts
                && parts.size() >= 2
                && parts.get(0) instanceof String text
                && parts.get(1) instanceof String answer)) {
            throw new EvalException("a turn of ask " + (ask + 1) + " is no pair of question and answer");
        }
        List<String> shown = images;
        if (parts.size() > 2) {
            if (!(parts.get(2) instanceof List<?> names && names.stream().allMatch(String.class::isInstance))) {
                throw new EvalException("a turn of ask " + (ask + 1) + " has images that are no list of names");
            }
            shown = names.stream().map(String.class::cast).toList();
        }
        return new Turn(text, answer, shown);
    }

    private static Question question(String id, List<Turn> said, String kind, Path folder) {
        List<String> texts = new ArrayList<>();
        List<byte[]> images = new ArrayList<>();
        for (Turn turn : said) {
            texts.add(Question.IMAGE.repeat(turn.images().size()) + turn.text());
            for (String name : turn.images()) {
                images.add(LlavaBench.image(folder, name));
            }
        }
        return new Question(
                id, texts, images, MAX_TOKENS, Map.of("answer", said.getLast().answer(), Means.CATEGORY, kind));
    }

    @Override
    public LanguageScore score(String language, List<Answered> rows, TaskOptions options) {
        List<Double> scores = rows.stream()
                .map(row -> row.answer().equals(row.gold("answer")) ? 1.0 : 0.0)
                .toList();
        return Means.of(rows, scores, Map.of());
    }
}
