// SPDX-License-Identifier: Apache-2.0
package dev.myna.bench.accuracy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.Myna;
import dev.myna.engine.Language;
import dev.myna.engine.Model;
import dev.myna.engine.ModelOptions;
import dev.myna.testing.Thorough;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Trained models of other architectures give right answers: an LDP projector, tiles, text-guided experts. */
@Thorough
class SiblingModelsTest {
    private static final Path SIBLINGS = Path.of("../models-manifest/nano/siblings");
    private static final int IMAGES = Thorough.Times.of(8, 24);

    /** Per cent right: of all questions, and of those in the language that it knows least. */
    @ParameterizedTest
    @CsvSource({"palo, 80, 70", "pangea, 70, 60", "parrot, 70, 55"})
    void answersInEveryLanguage(String name, double required, double requiredOfEach) throws IOException {
        Path decoder = SIBLINGS.resolve(name + ".gguf");
        Path vision = SIBLINGS.resolve(name + "-mmproj.gguf");
        EmbeddedAccuracy.Result result;
        try (Model model = Myna.load(decoder, vision, ModelOptions.defaults())) {
            result = EmbeddedAccuracy.measure(model, SIBLINGS.resolve("heldout"), IMAGES);
        }
        assertEquals(IMAGES, result.images());
        RequiredAccuracy.inEveryLanguage(result, requiredOfEach);
        EmbeddedAccuracy.Score all = Arrays.stream(Language.values())
                .map(result::of)
                .reduce(EmbeddedAccuracy.Score.NONE, EmbeddedAccuracy.Score::plus);
        assertTrue(all.percent() >= required, name + ": " + all);
    }
}
