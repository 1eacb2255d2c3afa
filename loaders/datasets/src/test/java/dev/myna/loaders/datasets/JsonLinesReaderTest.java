// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.datasets;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JsonLinesReaderTest {
    @TempDir
    Path folder;

    @Test
    void malformedLinesAreCountedAndNamed() throws IOException {
        Path file = Files.writeString(folder.resolve("a.jsonl"), "\ufeff{\"a\": 1}\r\n\n{\"a\" 2}\n{\"a\": [3, null]}");
        try (JsonLinesReader reader = JsonLinesReader.open(file)) {
            assertEquals(Map.of("a", 1), reader.next().orElseThrow().fields());
            DataRow second = reader.next().orElseThrow();
            assertEquals(4, second.line());
            assertTrue(reader.next().isEmpty());
            assertEquals(1, reader.problems().count());
            assertEquals(
                    "a.jsonl: line 3: expected ':'; found '2' (character 6)",
                    reader.problems().first().getFirst().toString());
        }
    }

    @Test
    void bothLayoutsOfLlavaBenchAreFound() throws IOException {
        Path hindi = Files.createDirectories(folder.resolve("hindi/corrected"));
        Files.writeString(hindi.resolve("question.jsonl"), "{\"question_id\": 0}\n");
        Files.writeString(hindi.resolve("answers.jsonl"), "");
        Files.writeString(hindi.resolve("context.jsonl"), "{\"image\": \"1.jpg\", \"caption\": [\"a\", \"b\"]}\n");
        LlavaBenchFiles files = LlavaBenchFiles.in(folder.resolve("hindi"));
        assertEquals(Map.of("1.jpg", "a\nb"), files.captions());
        Path english = Files.createDirectories(folder.resolve("english"));
        Files.writeString(english.resolve("questions.jsonl"), "");
        assertTrue(assertThrows(DatasetException.class, () -> LlavaBenchFiles.in(english))
                .getMessage()
                .endsWith("no answers_gpt4.jsonl and no answers.jsonl in this folder"));
    }
}
