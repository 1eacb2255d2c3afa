// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.eval.LanguageMeans;
import dev.myna.eval.data.Answered;
import dev.myna.eval.data.TaskOptions;
import dev.myna.eval.tasks.Task;
import dev.myna.eval.tasks.TaskList;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Counts, intervals and means of made-up answers. */
class SummaryTest {
    @TempDir
    Path folder;

    private static Answered choice(int index, String right, String answer, String category, String error) {
        return new Answered(
                Integer.toString(index),
                "",
                Map.of(
                        "index",
                        index,
                        "answer",
                        right,
                        "category",
                        category,
                        "options",
                        Map.of("A", "one", "B", "two")),
                answer,
                error);
    }

    @Test
    @SuppressWarnings("unchecked")
    void everyRowHasOneVerdict() throws IOException {
        Task task = TaskList.byName("mmmb").orElseThrow();
        Results results = new Results(Map.of("model_files", Map.of()), TaskOptions.DEFAULT);
        List<Answered> rows = List.of(
                choice(1, "A", "A", "x", ""),
                choice(2, "A", "B", "x", ""),
                choice(3, "A", "no idea", "x", ""),
                choice(4, "B", "", "y", "the image is damaged"),
                choice(5, "B", "यह दूसरा वाला है", "y", ""));
        results.add(task, "pad", "en", rows, 2, List.of("file: line 3: damaged"));
        results.write(folder);
        Map<String, Object> language = (Map<String, Object>) ((Map<String, Object>) ((Map<String, Object>)
                                ((List<Object>) StoredRun.read(folder).head().get("tasks")).getFirst())
                        .get("languages"))
                .get("en");
        assertEquals(
                "{questions=5, right=1, partial=0, wrong=1, undecided=2, format_error=0, unanswered=1, grouped=0,"
                        + " other_language=1}",
                language.get("counts").toString());
        assertEquals(
                "{x={questions=3, right=1, partial=0, wrong=1, undecided=1, format_error=0, unanswered=0, grouped=0,"
                        + " other_language=0}, y={questions=2, right=0, partial=0, wrong=0, undecided=1, format_error=0,"
                        + " unanswered=1, grouped=0, other_language=1}}",
                language.get("category_counts").toString());
        List<String> verdicts = StoredRun.read(folder).rows().get("mmmb").get("en").stream()
                .map(row -> row.verdict().kind().label() + row.verdict().read())
                .toList();
        assertEquals(List.of("rightA", "wrongB", "undecided", "unanswered", "undecided"), verdicts);
        assertTrue(Files.readString(folder.resolve("mmmb.csv")).contains("\nen,x,33.33"));
    }

    @Test
    void rotationsCountWithTheirGroup() throws IOException {
        Results results = new Results(Map.of(), TaskOptions.DEFAULT);
        Task task = TaskList.byName("mmbench-dev").orElseThrow();
        results.add(
                task,
                "pad",
                "en",
                List.of(
                        choice(1, "A", "A", "x", ""),
                        choice(1_000_001, "B", "A", "x", ""),
                        choice(2, "B", "B", "x", "")),
                0,
                List.of());
        results.write(folder);
        List<String> verdicts = StoredRun.read(folder).rows().get("mmbench-dev").get("en").stream()
                .map(row -> row.verdict().kind().label())
                .toList();
        assertEquals(List.of("wrong", "grouped", "right"), verdicts);
        assertEquals(50, results.scores("mmbench-dev").get("en"));
    }

    @Test
    void theIntervalHasTheScoreAndShrinksWithMoreRows() {
        List<Double> few = rows(20);
        List<Double> many = rows(2000);
        Interval wide = Interval.of(75, few).orElseThrow();
        Interval narrow = Interval.of(75, many).orElseThrow();
        assertTrue(wide.low() < 65 && wide.high() > 85, wide.toString());
        assertTrue(
                narrow.low() > 72 && narrow.low() < 75 && narrow.high() > 75 && narrow.high() < 78, narrow.toString());
        assertEquals(wide, Interval.of(75, few).orElseThrow());
        assertEquals(Optional.empty(), Interval.of(70, few), "the score is no mean of rows");
        assertEquals(Optional.empty(), Interval.of(100, List.of(1.0)));
        assertEquals(Optional.empty(), Interval.of(Double.NaN, List.of()));
    }

    /** Three of four right. */
    private static List<Double> rows(int count) {
        List<Double> rows = new ArrayList<>(Collections.nCopies(count * 3 / 4, 1.0));
        rows.addAll(Collections.nCopies(count / 4, 0.0));
        return rows;
    }

    @Test
    void bestAndWorstLanguageAreNamed() {
        Map<String, Double> scores = new LinkedHashMap<>();
        scores.put("en", 80.0);
        scores.put("ur", 40.0);
        scores.put("ja", 90.0);
        LanguageMeans means = LanguageMeans.of(scores);
        assertEquals(new LanguageMeans(70, 65, 50, "ja", "ur"), means);
        assertEquals("", LanguageMeans.of(Map.of()).best());
    }
}
