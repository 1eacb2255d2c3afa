// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.cli.Captured;
import dev.myna.cli.terminal.ExitCode;
import dev.myna.cli.text.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Rows of {@code --jsonl}. */
class BatchTest {

    private static List<Map<String, Object>> results(Captured run) {
        List<Map<String, Object>> results = new ArrayList<>();
        run.out().lines().forEach(line -> results.add(Json.object(line)));
        return results;
    }

    private static Captured batch(String rows) {
        return Captured.runWith(rows.getBytes(StandardCharsets.UTF_8), "run", "--jsonl", "-", "-n", "1");
    }

    @Test
    void someRowsMayFail() throws IOException {
        Captured run = batch("""
                \uFEFF{"id":"a","prompt":"hello","colour":"red"}\r
                null

                {"id":"a","prompt":"hello","colour":"blue","size":3}
                {"id":[1],"image":"no-such.png"}""");
        assertEquals(ExitCode.OK, run.code(), run.err());
        List<Map<String, Object>> results = results(run);
        assertEquals(
                List.of("a", 2, "a", List.of(1)),
                results.stream().map(row -> row.get("id")).toList());
        assertEquals(
                List.of("ok", "error", "ok", "error"),
                results.stream().map(row -> row.get("status")).toList());
        assertEquals(ExitCode.USAGE, results.get(1).get("code"));
        assertEquals(ExitCode.IMAGE, results.get(3).get("code"));
        assertEquals(
                1, run.err().lines().filter(line -> line.contains("\"colour\"")).count(), run.err());
        assertTrue(run.err().contains("line 4: unknown key \"size\""), run.err());
        assertTrue(run.err().contains("2 of 4 rows failed"), run.err());
    }

    @Test
    void batchFailsIfAllRowsFail() {
        Captured run = batch("null\n{\"image\":\"no-such.png\"}\n");
        assertEquals(ExitCode.GENERATION, run.code(), run.err());
        assertEquals(2, results(run).size());
        Captured none = batch("\n");
        assertEquals(ExitCode.OK, none.code());
        assertTrue(none.err().contains("- has no rows"), none.err());
    }
}
