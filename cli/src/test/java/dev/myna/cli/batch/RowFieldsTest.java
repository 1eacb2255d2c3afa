// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.cli.text.Json;
import dev.myna.engine.Language;
import dev.myna.engine.error.RequestException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Rows of JSON. */
class RowFieldsTest {
    private static final Prompts NONE = new Prompts(List.of(), List.of());

    private static RowFields row(String text) {
        return RowFields.of(Json.object(text), NONE);
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
    void invalidRowsAreExplained(String row, String expected) {
        RequestException problem = assertThrows(RequestException.class, () -> row(row));
        assertTrue(problem.getMessage().contains(expected), problem.getMessage());
    }

    @Test
    void rowsAreParsed() {
        assertEquals(
                new RowFields(List.of(), "a", Language.UR), row("{\"prompt\":\"a\",\"lang\":\"ur\",\"image\":null}"));
        assertNull(row("{\"image\":\"x\"}").prompt());
        assertEquals(List.of("x", "y"), row("{\"image\":[\"x\",\"y\"]}").images());
    }
}
