// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.Myna;
import dev.myna.engine.Model;
import dev.myna.engine.ModelOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The example of docs/eval.md: an application's own questions to its own model, in the languages of its users. */
class MultilingualRegressionTest {
    private static final Path NANO = Path.of("../models-manifest/nano");
    private static final Path CAT = NANO.resolve("samples/cat.png");

    @Test
    void everyLanguageOfOurUsersStillWorks() throws IOException {
        MultilingualSuite suite = MultilingualSuite.builder()
                .ask("en", CAT, "What is this?", "cat", "a cat")
                .ask("zh", CAT, "这是什么？", "猫")
                .ask("hi", CAT, "यह क्या है?", "बिल्ली")
                .ask("es", CAT, "¿Qué es esto?", "gato", "un gato")
                .ask("fr", CAT, "Qu'est-ce que c'est ?", "chat", "un chat")
                .ask("ar", CAT, "ما هذا؟", "قطة")
                .ask("bn", CAT, "এটা কী?", "বিড়াল")
                .ask("ru", CAT, "Что это?", "кошка", "кот")
                .ask("ur", CAT, "یہ کیا ہے؟", "بلی")
                .ask("ja", CAT, "これは何ですか？", "ネコ", "猫")
                .build();
        try (Model model =
                Myna.load(NANO.resolve("nano.gguf"), NANO.resolve("nano-mmproj.gguf"), ModelOptions.defaults())) {
            SuiteResult result = suite.run(model);
            assertEquals(List.of(), result.misses());
            assertTrue(result.gap() < 10, "worst language: " + result.worst());
        }
    }
}
