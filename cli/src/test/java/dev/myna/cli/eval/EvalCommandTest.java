// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.cli.Captured;
import dev.myna.cli.terminal.ExitCode;
import dev.myna.eval.tasks.Task;
import dev.myna.eval.tasks.TaskList;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvalCommandTest {
    private static final String HELD_OUT = "../models-manifest/nano/heldout";

    @TempDir
    Path folder;

    @Test
    void theEmbeddedModelIsScoredScoredAgainAndCompared() throws Exception {
        String out = folder.resolve("out").toString();
        Captured run = Captured.run(
                "eval", "nano", "--data", HELD_OUT, "--lang", "en,hi", "--limit", "4", "-o", out, "-c", "512");
        assertEquals(ExitCode.OK, run.code(), run.err());
        assertTrue(run.out().contains("gap between languages"), run.out());
        assertTrue(run.err().contains("nano hi: 4 questions"), run.err());
        String results = Files.readString(folder.resolve("out/results.json"));
        assertTrue(results.contains("\"scorer\": \"exact-match\""), results);
        Path report = folder.resolve("out/report.html");
        assertTrue(Files.readString(report).contains("data:image/png;base64,"));
        assertTrue(Files.readString(folder.resolve("out/plot.svg")).contains(": mean "));
        String before = Files.readString(report);
        Files.delete(report);
        Captured score = Captured.run("eval", "score", out);
        assertEquals(run.out(), score.out());
        assertEquals(before, Files.readString(report), "the report has the images of the run");
        Captured compare = Captured.run("eval", "compare", out, out);
        assertTrue(compare.out().contains("McNemar p = 1"), compare.out());
    }

    @Test
    void runsAreShownSideBySide() {
        String[] runs = {folder.resolve("one").toString(), folder.resolve("two").toString()};
        for (String out : runs) {
            String limit = out.endsWith("one") ? "2" : "4";
            Captured run = Captured.run(
                    "eval", "nano", "--data", HELD_OUT, "--lang", "en,ja", "--limit", limit, "-o", out, "-c", "512");
            assertEquals(ExitCode.OK, run.code(), run.err());
        }
        Captured table = Captured.run("eval", "table", runs[0], runs[1]);
        assertEquals(ExitCode.OK, table.code(), table.err());
        String[] lines = table.out().split("\n");
        assertEquals(4, lines.length, table.out());
        assertTrue(lines[0].startsWith("| nano | questions | mean | worst and best language | "), lines[0]);
        assertTrue(lines[2].startsWith("| one | 4 | "), lines[2]);
        assertTrue(lines[3].startsWith("| two | 8 | "), lines[3]);
        assertEquals(ExitCode.USAGE, Captured.run("eval", "table").code());
        assertEquals(
                ExitCode.USAGE,
                Captured.run("eval", "table", folder.resolve("none").toString()).code());
    }

    @Test
    void whatToDownloadIsSaidForEachTask() {
        for (Task task : TaskList.ALL) {
            Captured data = Captured.run("eval", "data", task.name());
            assertEquals(ExitCode.OK, data.code(), data.err());
            for (String part : new String[] {"  from      ", "  size      ", "  licence   ", "  $ "}) {
                assertTrue(data.out().contains(part), task.name() + " has no " + part);
            }
        }
        assertTrue(Captured.run("eval", "data", "mmmb")
                .out()
                .contains("md5 1cd781a71ec5a2983c090b84105d6a01  mmmb/mmmb_en.tsv"));
        assertTrue(Captured.run("eval", "list").out().contains("myna eval data TASK says what to download"));
        assertEquals(ExitCode.USAGE, Captured.run("eval", "data", "none").code());
    }

    @Test
    void badArgumentsGetOneLine() {
        for (String[] args : new String[][] {
            {"eval"},
            {"eval", "sing", "--data", "."},
            {"eval", "mmmb"},
            {"eval", "mmmb", "--data", folder.toString(), "--extractor", "best"},
            {
                "eval",
                "mmmb",
                "--data",
                folder.toString(),
                "-o",
                folder.resolve("o").toString()
            },
            {"eval", "score", folder.toString()},
            {"eval", "compare", folder.toString()}
        }) {
            Captured run = Captured.run(args);
            assertEquals(ExitCode.USAGE, run.code(), run.err());
            assertEquals("", run.out());
        }
    }

    @Test
    void storedReviewsAreScored() throws Exception {
        Path file = Files.writeString(folder.resolve("reviews.jsonl"), """
                {"content": "8 7\\nfine", "category": "llava_bench_conv"}
                {"content": "4, 4", "category": "llava_bench_conv"}
                """);
        Captured palo = Captured.run("eval", "reviews", file.toString());
        assertTrue(palo.out().contains("(reference 35.0, model 30.0)"), palo.out() + palo.err());
        assertTrue(palo.out().contains("2 reviews, 1 without two scores"), palo.out());
        Captured wild = Captured.run("eval", "reviews", file.toString(), "--review-parser", "lmms-eval-wild");
        assertTrue(wild.out().contains("2 reviews, 0 without two scores"), wild.out());
    }

    @Test
    void tasksAreListedWithTheirLanguages() {
        Captured list = Captured.run("eval", "list");
        assertTrue(list.out().contains("mmbench-dev"), list.out());
        assertTrue(list.out().contains("en zh pt ar tr ru"), list.out());
    }
}
