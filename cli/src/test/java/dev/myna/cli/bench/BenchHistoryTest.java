// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.engine.error.RequestException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.jr.ob.JSON;

class BenchHistoryTest {
    @TempDir
    Path folder;

    @Test
    void resultsAreAppendedOneLineEach() throws IOException {
        Path file = Files.writeString(folder.resolve("history.jsonl"), "{\"test\":\"earlier\"}\n");
        BenchHistory history = new BenchHistory(file);
        history.add(BenchSamples.prompt(null));
        new BenchHistory(file).add(BenchSamples.firstToken());
        List<String> lines = Files.readAllLines(file);
        assertEquals(3, lines.size());
        assertEquals("{\"test\":\"earlier\"}", lines.getFirst());
        Map<String, Object> last = JSON.std.mapFrom(lines.getLast());
        assertEquals("ttft cold", last.get("test"));
        assertEquals("2026-01-02T03:04:05Z", last.get("test_time"));
        assertEquals("1.2.3", last.get("version"));
        assertEquals("Test CPU", last.get("cpu_info"));
        assertTrue(last.containsKey("flags") && last.containsKey("jvm_flags"));
    }

    @Test
    void aFileThatCannotBeWrittenIsReportedBeforeMeasuring() {
        Path file = folder.resolve("no/such/folder/history.jsonl");
        RequestException problem = assertThrows(RequestException.class, () -> new BenchHistory(file));
        assertTrue(problem.getMessage().contains(file.toString()), problem.getMessage());
    }

    @Test
    void withoutAFileNothingIsKept() throws IOException {
        new BenchHistory(null).add(BenchSamples.prompt(null));
        try (var files = Files.list(folder)) {
            assertEquals(0, files.count());
        }
    }
}
