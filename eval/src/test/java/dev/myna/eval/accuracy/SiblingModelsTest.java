// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.accuracy;

import dev.myna.Myna;
import dev.myna.engine.Model;
import dev.myna.engine.ModelOptions;
import dev.myna.testing.Thorough;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Trained models of other architectures give right answers: an LDP projector, tiles, text-guided experts. */
@Thorough
class SiblingModelsTest {
    private static final Path SIBLINGS = Path.of("../models-manifest/nano/siblings");

    /** Two of each image. */
    private static final int QUESTIONS = Thorough.Times.of(16, 48);

    @TempDir
    Path folder;

    /** Per cent right: of all questions, and of those in the language that it knows least. */
    @ParameterizedTest
    @CsvSource({"palo, 80, 70", "pangea, 70, 60", "parrot, 70, 55"})
    void answersInEveryLanguage(String name, double required, double requiredOfEach) throws IOException {
        Path decoder = SIBLINGS.resolve(name + ".gguf");
        Path vision = SIBLINGS.resolve(name + "-mmproj.gguf");
        try (Model model = Myna.load(decoder, vision, ModelOptions.defaults())) {
            Accuracy accuracy = Accuracy.of(model, "nano", SIBLINGS.resolve("heldout"), QUESTIONS, folder);
            accuracy.requireInEveryLanguage(requiredOfEach);
            accuracy.require(_ -> true, required);
        }
    }
}
