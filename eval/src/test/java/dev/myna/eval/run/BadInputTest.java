// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.run;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.Myna;
import dev.myna.engine.Model;
import dev.myna.engine.ModelOptions;
import dev.myna.engine.SessionOptions;
import dev.myna.eval.data.DataFolder;
import dev.myna.eval.data.TaskOptions;
import dev.myna.eval.synthetic.ParquetTable;
import dev.myna.eval.synthetic.SyntheticSets;
import dev.myna.eval.tasks.TaskList;
import dev.myna.loaders.datasets.DatasetException;
import dev.myna.testing.NeedsTmpfs;
import dev.myna.testing.SmallDisk;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Data that are damaged, and disks that are full: a clear error or a counted row, and nothing is lost. */
class BadInputTest {
    private static final Path NANO = Path.of("../models-manifest/nano");

    private static Model model;

    @TempDir
    Path folder;

    @BeforeAll
    static void load() {
        model = Myna.load(NANO.resolve("nano.gguf"), NANO.resolve("nano-mmproj.gguf"), ModelOptions.defaults());
    }

    @AfterAll
    static void close() {
        model.close();
    }

    private Results run(String task, Path data, Path out, int limit, String... languages) throws IOException {
        RunSettings settings = new RunSettings(
                TaskOptions.DEFAULT,
                SessionOptions.builder().contextSize(256).build(),
                Optional.empty(),
                Map.of("nano.gguf", "0"),
                4,
                limit,
                Map.of());
        return new EvalRun(model, settings, out, RunListener.NONE)
                .run(List.of(TaskList.byName(task).orElseThrow()), new DataFolder(data), List.of(languages));
    }

    private Path sets() throws IOException {
        Path data = folder.resolve("data");
        new SyntheticSets(NANO.resolve("heldout")).write(data, 2);
        return data;
    }

    /** Wherever a table ends, each of its rows is asked, counted, or was never there. */
    @Test
    void aTableThatIsCutOffIsCountedOrRefused() throws IOException {
        Path data = sets();
        Path table = data.resolve("mmmb/mmmb_en.tsv");
        byte[] whole = Files.readAllBytes(table);
        int header = new String(whole, StandardCharsets.UTF_8).indexOf('\n');
        for (int length : new int[] {0, 5, header, header + 20, whole.length / 3, whole.length - 20}) {
            Files.write(table, Arrays.copyOf(whole, length));
            try {
                Results results = run("mmmb", data, folder.resolve("out" + length), 0, "en");
                String json = Files.readString(folder.resolve("out" + length).resolve("results.json"));
                assertTrue(results.failures() > 0, "cut at " + length + ": " + json);
            } catch (DatasetException e) {
                assertTrue(e.getMessage().contains("mmmb"), e.getMessage());
                assertEquals(1, e.getMessage().lines().count());
            }
        }
    }

    @Test
    void aParquetFileWithoutAColumnIsNamedWithThoseThatItHas() throws IOException {
        Path data = Files.createDirectories(folder.resolve("data/PangeaBench-xgqa/data"));
        Files.write(
                data.resolve("en-00000-of-00001.parquet"),
                new ParquetTable(1)
                        .texts("question", List.of("?"))
                        .texts("answer", List.of("!"))
                        .bytes());
        DatasetException failure = assertThrows(
                DatasetException.class, () -> run("xgqa", folder.resolve("data"), folder.resolve("out"), 0, "en"));
        assertEquals("en-00000-of-00001.parquet: no column image; it has question, answer", failure.getMessage());
    }

    @Test
    void imagesThatAreNoneAreCountedAndTheOthersScored() throws IOException {
        Path data = Files.createDirectories(folder.resolve("data/PangeaBench-xgqa/data"));
        byte[] image = Files.readAllBytes(NANO.resolve("heldout/0000.png"));
        Files.write(
                data.resolve("en-00000-of-00001.parquet"),
                new ParquetTable(4)
                        .texts("question_id", List.of("1", "2", "3", "4"))
                        .texts("question", List.of("What?", "What?", "What?", "What?"))
                        .texts("answer", List.of("x", "x", "x", "x"))
                        .images(
                                "image",
                                List.of(
                                        image,
                                        "no image".getBytes(StandardCharsets.UTF_8),
                                        new byte[0],
                                        Arrays.copyOf(image, image.length / 2)))
                        .bytes());
        Results results = run("xgqa", folder.resolve("data"), folder.resolve("out"), 0, "en");
        assertEquals(3, results.failures());
        List<StoredRun.Row> rows =
                StoredRun.read(folder.resolve("out")).rows().get("xgqa").get("en");
        assertEquals(4, rows.size());
        assertEquals("", rows.getFirst().answered().error());
        assertTrue(rows.get(1).answered().error().contains("2:2"), rows.get(1).toString());
    }

    /** The disk fills up in the middle of a run. With free space, the next run ends as if nothing had happened. */
    @Test
    @NeedsTmpfs
    void aFullDiskLosesNothing() throws IOException {
        Path heldOut = NANO.resolve("heldout");
        Path expected = folder.resolve("expected");
        run("nano", heldOut, expected, 40, "en");
        Path small = folder.resolve("small");
        try (SmallDisk disk = SmallDisk.mount(small, 8)) {
            Path out = small.resolve("out");
            IOException failure = assertThrows(IOException.class, () -> run("nano", heldOut, out, 40, "en"));
            assertTrue(failure.getMessage().contains("journal.jsonl cannot be written"), failure.getMessage());
            assertTrue(failure.getMessage().contains("run again to go on"), failure.getMessage());
            String journal = Files.readString(out.resolve("journal.jsonl"));
            assertTrue(journal.endsWith("}\n"), "only whole lines: " + journal.substring(journal.length() - 40));
            assertTrue(journal.lines().count() > 5, journal);
            disk.remount("size=1m");
            run("nano", heldOut, out, 40, "en");
            assertTrue(Files.readString(out.resolve("journal.jsonl")).startsWith(journal), "answers are kept");
            assertArrayEquals(
                    Files.readAllBytes(expected.resolve("predictions.jsonl")),
                    Files.readAllBytes(out.resolve("predictions.jsonl")));
        }
    }
}
