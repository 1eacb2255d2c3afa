// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.run;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.Myna;
import dev.myna.engine.Model;
import dev.myna.engine.ModelOptions;
import dev.myna.engine.SessionOptions;
import dev.myna.eval.EvalException;
import dev.myna.eval.choice.Extractor;
import dev.myna.eval.data.DataFolder;
import dev.myna.eval.data.TaskOptions;
import dev.myna.eval.tasks.TaskList;
import dev.myna.loaders.datasets.DatasetException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs with the embedded model. */
class EvalRunTest {
    private static final Path NANO = Path.of("../models-manifest/nano");
    private static final DataFolder HELD_OUT = new DataFolder(NANO.resolve("heldout"));

    private static Model model;

    @TempDir
    Path folder;

    private int reused;

    @BeforeAll
    static void load() {
        model = Myna.load(NANO.resolve("nano.gguf"), NANO.resolve("nano-mmproj.gguf"), ModelOptions.defaults());
    }

    @AfterAll
    static void close() {
        model.close();
    }

    private static RunSettings settings(int parallel, int limit) {
        return new RunSettings(
                TaskOptions.DEFAULT,
                SessionOptions.builder().contextSize(512).build(),
                Optional.empty(),
                Map.of("nano.gguf", "0"),
                parallel,
                limit,
                Map.of("model", "nano"));
    }

    private Results run(String task, DataFolder data, Path out, int parallel, int limit, String... languages)
            throws IOException {
        RunListener listener = progress -> reused = progress.reused();
        return new EvalRun(model, settings(parallel, limit), out, listener)
                .run(List.of(TaskList.byName(task).orElseThrow()), data, List.of(languages));
    }

    /** What must be the same in all runs. */
    private static String withoutTiming(Path out) throws IOException {
        String text = Files.readString(out.resolve("results.json"));
        String rest = text.replaceFirst("(?s)\"timing\": \\{.*?\\},\n", "");
        assertTrue(rest.length() < text.length(), text);
        return rest;
    }

    @Test
    void oneStreamAndManyGiveTheSameFilesAndGoodScores() throws IOException {
        Path one = folder.resolve("one");
        Path four = folder.resolve("four");
        Results results = run("nano", HELD_OUT, one, 1, 12, "en", "ur");
        run("nano", HELD_OUT, four, 4, 12, "en", "ur");
        assertEquals(List.of("en", "ur"), List.copyOf(results.scores("nano").keySet()));
        results.scores("nano").values().forEach(score -> assertTrue(score > 50, "score " + score));
        assertEquals(withoutTiming(one), withoutTiming(four));
        for (String file : new String[] {"predictions.jsonl", "nano.csv"}) {
            assertArrayEquals(Files.readAllBytes(one.resolve(file)), Files.readAllBytes(four.resolve(file)), file);
        }
    }

    @Test
    void aRunThatWasKilledEndsWithTheSameResults() throws IOException {
        Path whole = folder.resolve("whole");
        run("nano", HELD_OUT, whole, 2, 8, "fr");
        byte[] journal = Files.readAllBytes(whole.resolve("journal.jsonl"));
        byte[] predictions = Files.readAllBytes(whole.resolve("predictions.jsonl"));
        Random random = new Random(3);
        for (int kill = 0; kill < 3; kill++) {
            int length = random.nextInt(journal.length);
            Path again = Files.createDirectories(folder.resolve("again" + kill));
            Files.write(again.resolve("journal.jsonl"), Arrays.copyOf(journal, length));
            run("nano", HELD_OUT, again, 2, 8, "fr");
            long complete = new String(Arrays.copyOf(journal, length))
                    .chars()
                    .filter(c -> c == '\n')
                    .count();
            assertEquals(complete, reused);
            assertArrayEquals(predictions, Files.readAllBytes(again.resolve("predictions.jsonl")));
            assertEquals(8, Files.readAllLines(again.resolve("journal.jsonl")).size());
        }
    }

    @Test
    void aDamagedJournalIsRefusedByItsLine() throws IOException {
        Path out = Files.createDirectories(folder.resolve("out"));
        Files.writeString(out.resolve("journal.jsonl"), "{\"key\": \"a\", \"answer\": \"b\"}\nnonsense\n");
        EvalException failure = assertThrows(EvalException.class, () -> run("nano", HELD_OUT, out, 1, 1, "en"));
        assertTrue(failure.getMessage().contains("journal.jsonl: line 2 is damaged"), failure.getMessage());
    }

    @Test
    void badImagesAndRowsAreCountedAndTheRestIsScored() throws IOException {
        String image = Base64.getEncoder()
                .encodeToString(Files.readAllBytes(HELD_OUT.root().resolve("0000.png")));
        String notAnImage = Base64.getEncoder().encodeToString(new byte[90]);
        Path data = Files.createDirectories(folder.resolve("data/mmmb"));
        Files.writeString(
                data.resolve("mmmb_en.tsv"),
                "index\tquestion\tA\tB\tanswer\tcategory\timage\n"
                        + "1\tWhat is on the right?\thot pepper\tfly\tA\tplace\t" + image + "\n"
                        + "2\tWhat is on the left?\thot pepper\tfly\tB\tplace\t1\n"
                        + "3\tWhat?\tx\ty\tA\tplace\t" + notAnImage + "\n"
                        + "4\tWhat?\tx\ty\tA\tplace\t77\n"
                        + "5\ta\tb\tc\td\te\tf\tg\th\n");
        Path out = folder.resolve("out");
        Results results = run("mmmb", new DataFolder(folder.resolve("data")), out, 2, 0);
        assertEquals(List.of("en"), List.copyOf(results.scores("mmmb").keySet()));
        assertEquals(3, results.failures());
        String json = Files.readString(out.resolve("results.json"));
        assertTrue(json.contains("\"malformed_rows\": 2"), json);
        assertTrue(json.contains("mmmb_en.tsv: line 5, column image: no row with the index"), json);
        assertTrue(json.contains("\"scorer\": \"vanilla/parrot-2024/exact\""), json);
        assertEquals(3, Files.readAllLines(out.resolve("predictions.jsonl")).size());
    }

    @Test
    void storedAnswersAreScoredAgainWithoutAModel() throws IOException {
        Path out = folder.resolve("out");
        run("nano", HELD_OUT, out, 2, 6, "en");
        byte[] before = Files.readAllBytes(out.resolve("results.json"));
        StoredRun.score(out, options -> options);
        assertArrayEquals(before, Files.readAllBytes(out.resolve("results.json")));
        StoredRun.score(
                out,
                options -> new TaskOptions(
                        options.suffix(), Extractor.VLMEVALKIT_2026, options.na(), options.translated()));
        assertTrue(Files.readString(out.resolve("results.json")).contains("vlmevalkit-2026"));
        List<Comparison> same = Comparison.of(StoredRun.read(out), StoredRun.read(out));
        assertEquals(1, same.size());
        assertEquals(0, same.getFirst().low());
        assertEquals(1, same.getFirst().mcNemar().orElseThrow());
    }

    @Test
    void missingDataAreNamed() {
        DatasetException failure =
                assertThrows(DatasetException.class, () -> run("mmmb", HELD_OUT, folder.resolve("out"), 1, 0));
        assertTrue(failure.getMessage().contains("no mmmb_ru.tsv in this folder or in its folder mmmb"));
        assertFalse(Files.exists(folder.resolve("out/results.json")));
    }

    @Test
    void questionsAreCountedBesideTheRun() throws Exception {
        try (QuestionTotals totals = new QuestionTotals(
                List.of(TaskList.byName("nano").orElseThrow()), HELD_OUT, List.of("en", "ur"), settings(1, 7))) {
            for (int i = 0; i < 3000 && totals.all().isEmpty(); i++) {
                Thread.sleep(10);
            }
            assertEquals(OptionalLong.of(14), totals.all());
            assertEquals(OptionalLong.of(7), totals.of("nano", "ur"));
            assertEquals(OptionalLong.empty(), totals.of("nano", "fr"));
        }
    }

    @Test
    void progressTellsTheScoreSoFarAndTheTimesAreInTheResults() throws IOException {
        List<RunProgress> heard = new ArrayList<>();
        List<Double> scores = new ArrayList<>();
        Path out = folder.resolve("out");
        Results results = new EvalRun(model, settings(2, 6), out, progress -> {
                    heard.add(progress);
                    scores.add(progress.score().getAsDouble());
                })
                .run(List.of(TaskList.byName("nano").orElseThrow()), HELD_OUT, List.of("en", "zh"));
        assertEquals(12, heard.size());
        assertEquals(
                List.of(1, 2, 3, 4, 5, 6),
                heard.subList(6, 12).stream().map(RunProgress::done).toList());
        assertEquals(results.scores("nano").get("en"), scores.get(5));
        assertEquals(results.scores("nano").get("zh"), scores.get(11));
        heard.forEach(progress ->
                assertTrue(progress.left().isEmpty() || progress.left().getAsLong() < 12));
        Map<?, ?> timing = (Map<?, ?>) StoredRun.read(out).head().get("timing");
        assertEquals(12, ((Number) timing.get("answered")).intValue());
        assertTrue(((Number) timing.get("questions_per_second")).doubleValue() > 0);
        double shares = 0;
        for (String share : new String[] {"tower_share", "prefill_share", "decode_share"}) {
            assertTrue(((Number) timing.get(share)).doubleValue() > 0, share);
            shares += ((Number) timing.get(share)).doubleValue();
        }
        assertEquals(1, shares, 0.002);
    }

    @Test
    void mcNemarIsExact() {
        assertEquals(1, Comparison.exact(0, 0));
        assertEquals(0.0625, Comparison.exact(0, 5), 1e-12);
        assertEquals(0.125, Comparison.exact(1, 6), 1e-12);
    }
}
