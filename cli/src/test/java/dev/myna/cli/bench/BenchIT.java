// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.cli.Captured;
import dev.myna.cli.Jar;
import dev.myna.cli.command.ModelFiles;
import dev.myna.cli.terminal.ExitCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.jr.ob.JSON;

/** {@code myna bench} from the single jar, on the embedded model. What it measures is not judged. */
class BenchIT {
    @TempDir
    Path folder;

    @BeforeEach
    void needEmbeddedModel() {
        if (!ModelFiles.hasEmbedded()) {
            System.err.println("SKIPPED: this build carries no embedded model");
            Assumptions.abort("no embedded model in this build");
        }
    }

    @Test
    void tokensAreMeasuredAndRemembered() throws Exception {
        Path history = folder.resolve("history.jsonl");
        Captured result = Jar.started(
                        "bench",
                        "-p",
                        "8",
                        "-n",
                        "4",
                        "-d",
                        "0,16",
                        "-r",
                        "1",
                        "--no-warmup",
                        "--roofline",
                        "-o",
                        "json",
                        "--history",
                        history.toString())
                .run();
        assertEquals(0, result.code(), result.err());
        List<Object> results = JSON.std.listFrom(result.out());
        assertEquals(
                List.of("pp8", "tg4", "pp8 @ d16", "tg4 @ d16"),
                results.stream().map(row -> ((Map<?, ?>) row).get("test")).toList());
        for (Object row : results) {
            Map<?, ?> fields = (Map<?, ?>) row;
            assertTrue(((Number) fields.get("avg_ts")).doubleValue() > 0, result.out());
            assertTrue(((Number) fields.get("roofline_read_gb_s")).doubleValue() > 0, result.out());
            assertTrue(((Number) fields.get("roofline_fma_gflop_s")).doubleValue() > 0, result.out());
            assertTrue(((Number) fields.get("roofline_share")).doubleValue() > 0, result.out());
            assertEquals(1, fields.get("repetitions"));
        }
        assertEquals(4, Files.readAllLines(history).size());
    }

    @Test
    void imagesAndFirstTokensAreMeasuredWarmAndCold() throws Exception {
        Captured result = Jar.started(
                        "bench", "--vit", "--ttft", "-ctk", "f32", "-r", "1", "--no-warmup", "-o", "jsonl")
                .run();
        assertEquals(0, result.code(), result.err());
        List<String> lines = result.out().lines().toList();
        assertEquals(4, lines.size(), result.out());
        Map<String, Object> last = JSON.std.mapFrom(lines.getLast());
        assertEquals("ttft cold", last.get("test"));
        assertEquals("f32", last.get("type_k"));
        assertEquals("f16", last.get("type_v"));
        double whole = ((Number) last.get("median_ns")).doubleValue() / 1e6;
        double parts = ((Number) last.get("load_ms")).doubleValue()
                + ((Number) last.get("image_ms")).doubleValue()
                + ((Number) last.get("prompt_ms")).doubleValue();
        // The stages are told in hundredths of a second.
        assertTrue(parts > 0 && parts < whole + 15, result.out());
    }

    @Test
    void aColdRunThatFailsIsExplained() throws Exception {
        Path notes = Files.writeString(folder.resolve("notes.png"), "not an image");
        Captured result = Jar.started(
                        "bench", "--ttft", "--state", "cold", "--image", notes.toString(), "-r", "1", "--no-warmup")
                .run();
        assertEquals(ExitCode.GENERATION, result.code());
        assertTrue(result.err().contains("the cold run ended with exit code 5"), result.err());
    }
}
