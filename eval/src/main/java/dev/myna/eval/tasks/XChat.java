// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.tasks;

import dev.myna.eval.EvalException;
import dev.myna.eval.data.Answered;
import dev.myna.eval.data.DataFolder;
import dev.myna.eval.data.LanguageScore;
import dev.myna.eval.data.Question;
import dev.myna.eval.data.Questions;
import dev.myna.eval.data.TaskOptions;
import dev.myna.eval.judging.JudgeRequest;
import dev.myna.eval.judging.JudgeRules;
import dev.myna.loaders.datasets.DatasetException;
import dev.myna.loaders.datasets.RowProblem;
import dev.myna.loaders.text.JsonException;
import dev.myna.loaders.text.JsonLimits;
import dev.myna.loaders.text.JsonReader;
import dev.myna.loaders.text.JsonTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** xChatBench of Pangea (docs/spec/evaluation.md 3.1): a folder a task with {@code data.json} and images. Its metric needs a judge. */
final class XChat implements JudgedTask {
    private static final int MAX_TOKENS = 1024;
    private static final int MAX_VALUES = 1 << 20;
    private static final Map<String, String> NAMES = Map.of(
            "en",
            "english",
            "zh",
            "chinese",
            "hi",
            "hindi",
            "id",
            "indonesian",
            "ja",
            "japanese",
            "ko",
            "korean",
            "es",
            "spanish",
            "rw",
            "kinyarwanda");

    /** A question before its image is read. */
    private record Item(String id, Path folder, int number, Map<?, ?> fields) {}

    @Override
    public String name() {
        return "xchat";
    }

    @Override
    public String description() {
        return "xChatBench (Pangea), needs a judge; proxies without one; DIR/xchat/LANGUAGE/TASK/data.json";
    }

    @Override
    public List<String> languages() {
        return List.of("en", "zh", "hi", "id", "ja", "ko", "es", "rw");
    }

    @Override
    public String scorer(TaskOptions options) {
        return RubricReviews.scorer(options);
    }

    @Override
    public Questions questions(DataFolder data, String language, TaskOptions options) throws IOException {
        Path folder = data.folder("xchat").resolve(NAMES.get(language));
        if (!Files.isDirectory(folder)) {
            throw DatasetException.absent(folder + ": no such folder");
        }
        List<Path> tasks;
        try (Stream<Path> list = Files.list(folder)) {
            tasks = list.filter(path -> Files.isRegularFile(path.resolve("data.json")))
                    .sorted()
                    .toList();
        }
        List<Item> items = new ArrayList<>();
        for (Path task : tasks) {
            Path file = task.resolve("data.json");
            try {
                Object value = JsonTree.value(JsonReader.of(Files.readString(file), JsonLimits.ofValues(MAX_VALUES)));
                if (!(value instanceof List<?> list)) {
                    throw new DatasetException(file + ": not a list");
                }
                for (int i = 0; i < list.size(); i++) {
                    if (list.get(i) instanceof Map<?, ?> fields) {
                        items.add(new Item(task.getFileName() + "/" + i, task, i, fields));
                    }
                }
            } catch (JsonException e) {
                throw new DatasetException(file + ": " + e.getMessage(), e);
            }
        }
        return new Items(items.iterator());
    }

    private static final class Items implements Questions {
        private final Iterator<Item> items;
        private final List<RowProblem> problems = new ArrayList<>();

        Items(Iterator<Item> items) {
            this.items = items;
        }

        @Override
        public Optional<Question> next() {
            while (items.hasNext()) {
                Item item = items.next();
                try {
                    return Optional.of(question(item));
                } catch (EvalException e) {
                    problems.add(new RowProblem(item.id(), item.number() + 1, "", e.getMessage()));
                }
            }
            return Optional.empty();
        }

        private static Question question(Item item) {
            if (!(item.fields().get("system_prompt") instanceof String system
                    && item.fields().get("input") instanceof String input
                    && item.fields().get("reference_answer") instanceof String reference)) {
                throw new EvalException("the item has no system_prompt, input or reference_answer");
            }
            String jpg = item.number() + ".jpg";
            String image = Files.isRegularFile(item.folder().resolve(jpg)) ? jpg : item.number() + ".png";
            Map<String, Object> gold = new LinkedHashMap<>();
            gold.put("reference", reference);
            gold.put("category", item.folder().getFileName().toString());
            if (item.fields().get("score_rubric") instanceof Map<?, ?> rubric) {
                gold.put(RubricReviews.RUBRIC, RubricReviews.text(rubric));
            }
            return new Question(
                    item.id(),
                    List.of(system + "\n\n" + input),
                    List.of(LlavaBench.image(item.folder(), image)),
                    MAX_TOKENS,
                    gold);
        }

        @Override
        public long problemCount() {
            return problems.size();
        }

        @Override
        public List<RowProblem> problems() {
            return List.copyOf(problems);
        }

        @Override
        public void close() {}
    }

    @Override
    public JudgeRules.Kind judged() {
        return JudgeRules.Kind.RUBRIC;
    }

    @Override
    public JudgeRequest request(String language, Answered row, JudgeRules rules) {
        return RubricReviews.request(name(), language, row, rules);
    }

    @Override
    public LanguageScore score(String language, List<Answered> rows, TaskOptions options) {
        return RubricReviews.score(language, rows, options);
    }
}
