// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.myna.Myna;
import dev.myna.engine.Model;
import dev.myna.engine.ModelOptions;
import dev.myna.engine.SessionOptions;
import dev.myna.eval.data.DataFolder;
import dev.myna.eval.data.TaskOptions;
import dev.myna.eval.report.Report;
import dev.myna.eval.tasks.TaskList;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.jr.ob.JSON;

/** Results of a real run beside the published schemas of its files. */
class ResultsSchemaTest {
    private static final Path NANO = Path.of("../models-manifest/nano");

    @TempDir
    static Path out;

    @BeforeAll
    static void run() throws IOException {
        Path data = Files.createDirectories(out.resolve("data"));
        Files.copy(NANO.resolve("heldout/0000.png"), data.resolve("0000.png"));
        Files.writeString(data.resolve("questions.jsonl"), """
                {"id": "1", "image": "0000.png", "question": "What is in the picture?", "answers": ["hot pepper, fly", "x"]}
                {"id": "2", "image": "0000.png", "question": "Which?", "options": ["cat", "dog"], "answer": "B", "category": "a,b"}
                {"id": "3", "image": "0000.png", "question": "تصویر میں کیا ہے؟", "answer": "کچھ نہیں", "language": "ur"}
                {"id": "4", "image": "missing.png", "question": "?", "answer": "x", "language": "ur"}
                """);
        try (Model model =
                Myna.load(NANO.resolve("nano.gguf"), NANO.resolve("nano-mmproj.gguf"), ModelOptions.defaults())) {
            RunSettings settings = new RunSettings(
                    TaskOptions.DEFAULT,
                    SessionOptions.builder().contextSize(512).build(),
                    Optional.empty(),
                    Map.of("nano.gguf", "0"),
                    2,
                    0,
                    Map.of("model", "nano"));
            new EvalRun(model, settings, out, RunListener.NONE)
                    .run(List.of(TaskList.byName("jsonl").orElseThrow()), new DataFolder(data), List.of());
        }
    }

    private static String resource(String name) throws IOException {
        try (InputStream in = Report.class.getResourceAsStream("/dev/myna/eval/" + name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static List<String> problems(String schemaName, String json) throws IOException {
        SchemaRegistry registry = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);
        Schema schema = registry.getSchema(resource(schemaName), InputFormat.JSON);
        return schema.validate(json, InputFormat.JSON).stream()
                .map(Object::toString)
                .toList();
    }

    @Test
    void resultsKeepTheirSchema() throws IOException {
        String json = Files.readString(out.resolve("results.json"));
        assertEquals(List.of(), problems("results.schema.json", json));
        assertFalse(problems("results.schema.json", json.replace("\"other_language\"", "\"another\""))
                .isEmpty());
        assertFalse(problems("results.schema.json", json.replace("myna-eval-2", "myna-eval-1"))
                .isEmpty());
        assertFalse(problems("results.schema.json", json.replaceFirst("\"mean\": [0-9.]+", "\"mean\": \"good\""))
                .isEmpty());
    }

    @Test
    void predictionsKeepTheirSchema() throws IOException {
        List<String> lines = Files.readAllLines(out.resolve("predictions.jsonl"));
        assertEquals(3, lines.size());
        for (String line : lines) {
            assertEquals(List.of(), problems("prediction.schema.json", line));
            assertFalse(problems("prediction.schema.json", line.replace("\"verdict\":\"", "\"verdict\":\"very "))
                    .isEmpty());
        }
    }

    /** People read schemas to learn what a field means. */
    @Test
    void everyFieldIsExplained() throws IOException {
        for (String name : List.of("results.schema.json", "prediction.schema.json")) {
            List<String> silent = new ArrayList<>();
            collect("", JSON.std.mapFrom(resource(name)), silent);
            assertEquals(List.of(), silent, name);
        }
    }

    private static void collect(String path, Object node, List<String> silent) {
        if (node instanceof Map<?, ?> map) {
            map.forEach((key, value) -> {
                if (key.equals("properties")) {
                    ((Map<?, ?>) value).forEach((field, schema) -> {
                        Map<?, ?> inner = (Map<?, ?>) schema;
                        if (!inner.containsKey("description") && !inner.containsKey("$ref")) {
                            silent.add(path + "/" + field);
                        }
                    });
                }
                collect(path + "/" + key, value, silent);
            });
        } else if (node instanceof List<?> list) {
            list.forEach(each -> collect(path, each, silent));
        }
    }

    @Test
    void theTableHasOneLineForEachLanguageAndCategory() throws IOException {
        List<String> lines = Files.readAllLines(out.resolve("jsonl.csv"));
        assertEquals(
                "language,category,score,questions,right,partial,wrong,undecided,format_error,unanswered,grouped,"
                        + "other_language",
                lines.getFirst());
        assertEquals(4, lines.size(), lines.toString());
        assertTrue(lines.get(1).startsWith("en,,"), lines.toString());
        assertTrue(lines.get(2).startsWith("en,\"a,b\","), lines.toString());
        assertEquals("ur,,0.0,1,0,0,1,0,0,0,0,0", lines.get(3));
    }
}
