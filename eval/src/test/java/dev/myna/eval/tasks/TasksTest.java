// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.tasks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.eval.EvalGolden;
import dev.myna.eval.choice.Extractor;
import dev.myna.eval.data.Answered;
import dev.myna.eval.data.DataFolder;
import dev.myna.eval.data.LanguageScore;
import dev.myna.eval.data.Question;
import dev.myna.eval.data.Questions;
import dev.myna.eval.data.TaskOptions;
import dev.myna.loaders.datasets.NaMode;
import dev.myna.testing.Golden;
import dev.myna.testing.NeedsGolden;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TasksTest {
    @TempDir
    Path folder;

    private long problems;

    private List<Answered> answer(
            String task, DataFolder data, String language, TaskOptions options, Function<Question, String> model)
            throws IOException {
        List<Answered> rows = new ArrayList<>();
        Task chosen = TaskList.byName(task).orElseThrow();
        try (Questions questions = chosen.questions(data, language, options)) {
            for (Optional<Question> next = questions.next(); next.isPresent(); next = questions.next()) {
                Question question = next.get();
                rows.add(new Answered(question.id(), question.prompt(), question.gold(), model.apply(question), ""));
            }
            problems = questions.problemCount();
        }
        return rows;
    }

    @Test
    void namesAreUniqueAndLanguagesAreListed() {
        Set<String> names = new HashSet<>();
        for (Task task : TaskList.ALL) {
            assertTrue(names.add(task.name()), task.name());
            assertFalse(task.languages().isEmpty(), task.name());
            assertFalse(task.scorer(TaskOptions.DEFAULT).isEmpty(), task.name());
        }
    }

    @Test
    @NeedsGolden
    @SuppressWarnings("unchecked")
    void mmmbAndMmbenchGiveThePublishedAccuracies() throws IOException {
        for (String[] set : new String[][] {{"mmmb", "mmmb", "mmmb_"}, {"mmbench-dev", "mmbench", "mmbench_dev_"}}) {
            DataFolder data = new DataFolder(Golden.path("eval"));
            for (String language : List.of("en", "zh", "pt", "ar", "tr")) {
                String name = set[2] + (language.equals("zh") ? "cn" : language);
                Map<String, String> predictions = new HashMap<>();
                EvalGolden.rows(set[1] + "/" + name + ".predictions.jsonl")
                        .forEach(row -> predictions.put(row.get("index").toString(), (String) row.get("prediction")));
                Map<String, Object> expected =
                        (Map<String, Object>) EvalGolden.json(set[1] + "/" + name + ".expected.json");
                for (Extractor extractor : Extractor.values()) {
                    TaskOptions options =
                            new TaskOptions(TaskOptions.Suffix.LOCALIZED, extractor, NaMode.PANDAS, false);
                    List<Answered> rows =
                            answer(set[0], data, language, options, question -> predictions.get(question.id()));
                    // The stored predictions have been shortened already: the prompt must not do it again.
                    rows = rows.stream()
                            .map(row -> new Answered(row.id(), "", row.gold(), row.answer(), ""))
                            .toList();
                    LanguageScore score = TaskList.byName(set[0]).orElseThrow().score(language, rows, options);
                    Map<String, Object> golden =
                            (Map<String, Object>) expected.get(extractor.label().replace('-', '_'));
                    List<Map<String, Object>> table = (List<Map<String, Object>>) golden.get("table");
                    if (table.size() == 1) {
                        double overall = ((Number) table.getFirst().get("Overall")).doubleValue();
                        assertEquals(100 * overall, score.score(), 1e-9, name + extractor);
                    }
                    assertEquals(
                            ((Number) golden.get("undecided")).doubleValue(),
                            score.metrics().get("undecided"),
                            name + extractor);
                }
            }
        }
    }

    @Test
    @NeedsGolden
    void parquetFilesBecomeQuestionsOfTheirLanguage() throws IOException {
        Path cvqa = Files.createDirectories(folder.resolve("cvqa/data"));
        Files.copy(Golden.path("eval/parquet/cvqa.zstd.arrow.parquet"), cvqa.resolve("test-00000-of-00001.parquet"));
        List<Answered> rows = answer(
                "cvqa",
                new DataFolder(folder),
                "hi",
                TaskOptions.DEFAULT,
                question -> "(" + question.gold().get("answer") + ")");
        assertFalse(rows.isEmpty());
        assertTrue(problems > 0, "rows without image, question or options are counted");
        assertTrue(
                rows.getFirst().prompt().startsWith("Question: "),
                rows.getFirst().prompt());
        Task task = TaskList.byName("cvqa").orElseThrow();
        assertEquals(task.languages().size(), Set.copyOf(task.languages()).size());
    }

    @Test
    @NeedsGolden
    void answersOfLlavaBenchArePairedByLine() throws IOException {
        Path root = Files.createDirectories(folder.resolve("llava-bench"));
        Path images = Files.createDirectories(root.resolve("images"));
        Path hindi = Files.createDirectories(root.resolve("hindi/corrected"));
        for (String file : new String[] {"question.jsonl", "answers.jsonl", "context.jsonl"}) {
            Files.copy(Golden.path("eval/llava-bench/hi/" + file), hindi.resolve(file));
        }
        Set<String> there = new HashSet<>();
        for (Map<String, Object> row : EvalGolden.rows("llava-bench/hi/question.jsonl")) {
            if (there.add((String) row.get("image"))) {
                Files.write(images.resolve((String) row.get("image")), new byte[] {1});
            }
        }
        List<Answered> rows = answer("llava-bench", new DataFolder(folder), "hi", TaskOptions.DEFAULT, question ->
                (String) question.gold().get("reference"));
        assertEquals(12, rows.size());
        LanguageScore score = TaskList.byName("llava-bench").orElseThrow().score("hi", rows, TaskOptions.DEFAULT);
        assertEquals(100, score.score(), 1e-9);
        assertTrue(score.metrics().get("answer_language_rate") > 50);
    }

    @Test
    void questionsOfAUsersOwnAreScored() throws IOException {
        Files.writeString(folder.resolve("questions.jsonl"), """
                {"id": "a", "question": "Which?", "options": ["cat", "dog"], "answer": "B", "category": "x"}
                {"id": "b", "question": "What?", "answer": "Blue", "category": "y"}
                {"id": "c", "question": "क्या?", "answer": "नीला", "language": "hi"}
                {"id": "d", "question": "no answer"}
                {"id": "e", "question": "?", "answer": "x", "image": "../outside.png"}
                """);
        List<Answered> rows = answer(
                "jsonl",
                new DataFolder(folder),
                "en",
                TaskOptions.DEFAULT,
                question -> question.id().equals("a") ? "the dog" : "blue");
        assertEquals(List.of("a", "b"), rows.stream().map(Answered::id).toList());
        assertEquals(2, problems);
        LanguageScore score = TaskList.byName("jsonl").orElseThrow().score("en", rows, TaskOptions.DEFAULT);
        assertEquals(100, score.score());
        assertEquals(Map.of("x", 100.0, "y", 100.0), score.categories());
    }
}
