// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.accuracy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.engine.Language;
import dev.myna.engine.Model;
import dev.myna.engine.SessionOptions;
import dev.myna.eval.data.DataFolder;
import dev.myna.eval.data.Means;
import dev.myna.eval.data.TaskOptions;
import dev.myna.eval.run.EvalRun;
import dev.myna.eval.run.RunListener;
import dev.myna.eval.run.RunSettings;
import dev.myna.eval.run.StoredRun;
import dev.myna.eval.tasks.TaskList;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** What trained models must get right of a task, in per cent. */
record Accuracy(String name, Map<String, List<StoredRun.Row>> rows) {
    private static final int STREAMS = 10;

    /**
     * Runs a task in all ten languages.
     *
     * @param limit first questions of each language
     * @param out an empty folder
     */
    static Accuracy of(Model model, String task, Path data, int limit, Path out) throws IOException {
        RunSettings settings = new RunSettings(
                TaskOptions.DEFAULT,
                SessionOptions.builder().build(),
                Optional.empty(),
                Map.of(),
                STREAMS,
                limit,
                Map.of());
        new EvalRun(model, settings, out, RunListener.NONE)
                .run(List.of(TaskList.byName(task).orElseThrow()), new DataFolder(data), List.of());
        Map<String, List<StoredRun.Row>> rows = StoredRun.read(out).rows().get(task);
        assertEquals(Language.values().length, rows.size(), "languages");
        return new Accuracy(task, rows);
    }

    /** Questions in a language. */
    int asked(Language language) {
        return rows.get(language.code()).size();
    }

    /** Right answers in a language. */
    int right(Language language) {
        return (int) rows.get(language.code()).stream()
                .filter(row -> row.score() == 1)
                .count();
    }

    /** Of all questions of a kind in all languages; there must be some. */
    void require(Predicate<String> kind, double percent) {
        List<StoredRun.Row> some = rows.values().stream()
                .flatMap(List::stream)
                .filter(row -> kind.test(row.answered().gold(Means.CATEGORY)))
                .toList();
        assertTrue(!some.isEmpty(), "no such questions");
        require(some, percent, "all languages");
    }

    /** Of all questions in each language. */
    void requireInEveryLanguage(double percent) {
        rows.forEach((language, list) -> require(list, percent, language));
    }

    private void require(List<StoredRun.Row> list, double percent, String where) {
        List<StoredRun.Row> wrong =
                list.stream().filter(row -> row.score() != 1).toList();
        double right = 100.0 * (list.size() - wrong.size()) / list.size();
        assertTrue(
                right >= percent,
                () -> name + ", " + where + ": " + wrong.size() + " of " + list.size() + " wrong, for example "
                        + wrong.getFirst().answered());
    }
}
