// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.Myna;
import dev.myna.engine.Model;
import dev.myna.engine.ModelOptions;
import dev.myna.eval.EvalException;
import dev.myna.eval.run.StoredRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MultilingualSuiteTest {
    private static final Path NANO = Path.of("../models-manifest/nano");
    private static final Path DECODER = NANO.resolve("nano.gguf");
    private static final Path VISION = NANO.resolve("nano-mmproj.gguf");
    private static final Path CAT = NANO.resolve("samples/cat.png");

    private static Model model;

    @TempDir
    Path folder;

    @BeforeAll
    static void load() {
        model = Myna.load(DECODER, VISION, ModelOptions.defaults());
    }

    @AfterAll
    static void close() {
        model.close();
    }

    @Test
    void missesAreNamedAndCountAgainstTheirLanguage() throws IOException {
        SuiteResult result = MultilingualSuite.builder()
                .ask("en", CAT, "What is this?", "CAT.")
                .ask("en", CAT, "What is this?", "a mountain")
                .ask("ur", CAT, "یہ کیا ہے؟", "بلی")
                .parallel(2)
                .build()
                .run(model);
        assertEquals(50, result.score("en"));
        assertEquals(100, result.score("ur"));
        assertEquals(75, result.mean());
        assertEquals(50, result.gap());
        assertEquals("en", result.worst());
        assertEquals(1, result.misses().size());
        assertEquals(
                "en: \"What is this?\" expects [a mountain], got \"cat\"",
                result.misses().getFirst().toString());
        assertTrue(assertThrows(IllegalArgumentException.class, () -> result.score("fr"))
                .getMessage()
                .contains("no question in fr"));
    }

    @Test
    void anImageThatIsNoneIsAMissAndAFileThatIsNotThereIsAnError() throws IOException {
        SuiteResult result = MultilingualSuite.builder()
                .ask("hi", new byte[50], "यह क्या है?", "बिल्ली")
                .build()
                .run(model);
        assertEquals(0, result.score("hi"));
        assertTrue(result.misses().getFirst().toString().contains("no answer: "), result.toString());
        MultilingualSuite absent = MultilingualSuite.builder()
                .ask("hi", folder.resolve("absent.png"), "यह क्या है?", "बिल्ली")
                .build();
        assertTrue(assertThrows(EvalException.class, () -> absent.run(model))
                .getMessage()
                .contains("absent.png of the suite cannot be read"));
    }

    @Test
    void anOutputFolderHasAReportAndCanBeScoredAgain() throws IOException {
        Path out = folder.resolve("out");
        SuiteResult result = MultilingualSuite.builder()
                .ask("ar", CAT, "ما هذا؟", "قطة")
                .ask("ja", CAT, "これは何ですか？", "ネコ")
                .output(out, DECODER, VISION)
                .build()
                .run(model);
        assertTrue(Files.readString(out.resolve("report.html")).contains("data:image/png;base64,"));
        StoredRun.score(out, options -> options);
        assertEquals(Set.of("ar", "ja"), StoredRun.read(out).rows().get("jsonl").keySet());
        assertEquals(List.of(), result.misses());
    }

    @Test
    void uselessSuitesAreRefused() {
        MultilingualSuite.Builder builder = MultilingualSuite.builder();
        assertThrows(IllegalArgumentException.class, builder::build);
        assertThrows(IllegalArgumentException.class, () -> builder.ask("en", CAT, "What?"));
        assertThrows(IllegalArgumentException.class, () -> builder.ask("", CAT, "What?", "x"));
        assertThrows(IllegalArgumentException.class, () -> builder.parallel(0));
        assertThrows(IllegalArgumentException.class, () -> builder.maxTokens(0));
        assertThrows(IllegalArgumentException.class, () -> builder.output(folder));
    }
}
