// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.synthetic;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.Myna;
import dev.myna.engine.Model;
import dev.myna.engine.ModelOptions;
import dev.myna.engine.SessionOptions;
import dev.myna.eval.data.Answered;
import dev.myna.eval.data.DataFolder;
import dev.myna.eval.data.Question;
import dev.myna.eval.data.Questions;
import dev.myna.eval.data.TaskOptions;
import dev.myna.eval.run.EvalRun;
import dev.myna.eval.run.Results;
import dev.myna.eval.run.RunListener;
import dev.myna.eval.run.RunSettings;
import dev.myna.eval.run.StoredRun;
import dev.myna.eval.tasks.Task;
import dev.myna.eval.tasks.TaskList;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The embedded model on questions in published formats, from the file to the score. */
class SyntheticSetsTest {
    private static final Path NANO = Path.of("../models-manifest/nano");
    private static final int QUESTIONS = 4;
    private static final int CONTEXT = 384;

    @TempDir
    static Path data;

    private static Model model;

    @TempDir
    Path out;

    @BeforeAll
    static void write() throws IOException {
        new SyntheticSets(NANO.resolve("heldout")).write(data, QUESTIONS);
        model = Myna.load(NANO.resolve("nano.gguf"), NANO.resolve("nano-mmproj.gguf"), ModelOptions.defaults());
    }

    @AfterAll
    static void close() {
        model.close();
    }

    private Results run(int parallel, String folder, List<String> languages, String... tasks) throws IOException {
        RunSettings settings = new RunSettings(
                TaskOptions.DEFAULT,
                SessionOptions.builder().contextSize(CONTEXT).build(),
                Optional.empty(),
                Map.of("nano.gguf", "0"),
                parallel,
                0,
                Map.of());
        List<Task> list = Arrays.stream(tasks)
                .map(name -> TaskList.byName(name).orElseThrow())
                .toList();
        return new EvalRun(model, settings, out.resolve(folder), RunListener.NONE)
                .run(list, new DataFolder(data), languages);
    }

    /** The embedded model knows neither letters nor JSON: what counts here is that every row gets through, and is counted. */
    @Test
    void everyRowOfEachFormatIsAskedAndScoredAndStreamsDoNotMatter() throws IOException {
        String[] tasks = {"mmmb", "mmbench-dev", "xmmmu", "kaleidoscope"};
        Results one = run(1, "one", List.of("ar"), tasks);
        run(5, "five", List.of("ar"), tasks);
        assertEquals(0, one.failures());
        Map<String, Map<String, List<StoredRun.Row>>> rows =
                StoredRun.read(out.resolve("one")).rows();
        assertEquals(QUESTIONS, rows.get("mmmb").get("ar").size());
        assertTrue(rows.get("mmbench-dev").get("ar").size() >= 2 * QUESTIONS);
        assertEquals(QUESTIONS, rows.get("xmmmu").get("ar").size());
        assertEquals(QUESTIONS, rows.get("kaleidoscope").get("ar").size());
        for (String file : new String[] {"predictions.jsonl", "mmmb.csv", "mmbench-dev.csv", "xmmmu.csv"}) {
            assertArrayEquals(
                    Files.readAllBytes(out.resolve("one").resolve(file)),
                    Files.readAllBytes(out.resolve("five").resolve(file)),
                    file);
        }
    }

    /** Answers of a model that knows everything, and of one that is always wrong. */
    @Test
    void rightAnswersGetAllPointsAndWrongOnesNone() throws IOException {
        for (String name : new String[] {"mmmb", "mmbench-dev", "xmmmu", "kaleidoscope"}) {
            Task task = TaskList.byName(name).orElseThrow();
            List<Answered> right = new ArrayList<>();
            List<Answered> wrong = new ArrayList<>();
            try (Questions questions = task.questions(new DataFolder(data), "ar", TaskOptions.DEFAULT)) {
                for (Optional<Question> each = questions.next(); each.isPresent(); each = questions.next()) {
                    Question question = each.get();
                    String letter = question.gold().get("answer").toString().replaceAll("[\\[\\]]", "");
                    right.add(answered(question, letter));
                    wrong.add(answered(question, letter.equals("A") ? "B" : "A"));
                }
                assertEquals(0, questions.problemCount());
            }
            assertEquals(100, task.score("ar", right, TaskOptions.DEFAULT).score(), name);
            assertEquals(0, task.score("ar", wrong, TaskOptions.DEFAULT).score(), name);
        }
    }

    private static Answered answered(Question question, String answer) {
        return new Answered(question.id(), question.prompt(), question.gold(), answer, "");
    }
}
