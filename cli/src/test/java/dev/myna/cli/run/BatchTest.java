// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.cli.Captured;
import dev.myna.cli.terminal.ExitCode;
import dev.myna.cli.text.Json;
import dev.myna.engine.Language;
import dev.myna.engine.error.RequestException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Rows of {@code --jsonl}. */
class BatchTest {

    private static BatchRow row(String text) {
        return BatchRow.of(Json.object(text), Language.FR);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "null | not a JSON object, but null",
                "5 | not a JSON object, but a number",
                "-0.5e3 | not a JSON object, but a number",
                "[{\"prompt\":\"a\"}] | not a JSON object, but an array",
                "\"a\" | not a JSON object, but a string",
                "true | not a JSON object, but true or false",
                "nonsense | not a JSON object",
                "{\"prompt\":\"a\" | not a JSON object",
                "{\"prompt\":\"a\"} {\"prompt\":\"b\"} | something follows the end of the value",
                "{\"prompt\":\"a\",\"prompt\":\"b\"} | not a JSON object: the name \"prompt\" appears twice",
                "{} | the row has no question",
                "{\"lang\":\"fr\",\"image\":[],\"prompt\":null} | the row has no question",
                "{\"prompt\":5} | \"prompt\" must be a string, not a number",
                "{\"prompt\":[\"a\"]} | \"prompt\" must be a string, not an array",
                "{\"prompt\":\" \\n\"} | \"prompt\" is empty",
                "{\"lang\":false,\"prompt\":\"a\"} | \"lang\" must be a string, not true or false",
                "{\"lang\":\"xx\",\"prompt\":\"a\"} | unknown language 'xx'",
                "{\"image\":{},\"prompt\":\"a\"} | \"image\" must be a file name or an array of file names, not an object",
                "{\"image\":[\"a\",null]} | \"image\" must be file names, but contains null",
                "{\"image\":\"\"} | \"image\" is empty",
                "{\"image\":\"-\"} | cannot take its image from stdin",
                "{\"image\":\"/dev/stdin\"} | cannot take its image from stdin"
            })
    void whatIsWrongWithARowIsNamed(String row, String expected) {
        RequestException problem = assertThrows(RequestException.class, () -> row(row));
        assertTrue(problem.getMessage().contains(expected), problem.getMessage());
    }

    @Test
    void rowsSayWhatIsAsked() {
        assertEquals(
                new BatchRow(List.of(), "a", Language.UR), row("{\"prompt\":\"a\",\"lang\":\"ur\",\"image\":null}"));
        assertEquals(new BatchRow(List.of("x"), Language.FR.describe(), Language.FR), row("{\"image\":\"x\"}"));
        assertEquals(List.of("x", "y"), row("{\"image\":[\"x\",\"y\"]}").images());
    }

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
    void whenAllFailSoDoesTheBatch() {
        Captured run = batch("null\n{\"image\":\"no-such.png\"}\n");
        assertEquals(ExitCode.GENERATION, run.code(), run.err());
        assertEquals(2, results(run).size());
        Captured none = batch("\n");
        assertEquals(ExitCode.OK, none.code());
        assertTrue(none.err().contains("- has no rows"), none.err());
    }
}
