// SPDX-License-Identifier: Apache-2.0
package dev.myna.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.engine.Language;
import dev.myna.engine.Model;
import dev.myna.engine.ModelOptions;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The embedded model names held-out pictures in all ten languages: at least 95 of 100 exactly right in each. */
class EmbeddedAccuracyTest {
    private static final Path NANO = Path.of("../models-manifest/nano");
    private static final int PICTURES = 100;
    private static final int REQUIRED = 95;

    @Test
    void names95Of100HeldOutPicturesInEveryLanguage() throws IOException {
        try (Model model =
                Model.load(NANO.resolve("nano.gguf"), NANO.resolve("nano-mmproj.gguf"), ModelOptions.defaults())) {
            EmbeddedAccuracy.Result result = EmbeddedAccuracy.measure(model, NANO.resolve("heldout"), PICTURES);
            assertEquals(PICTURES, result.pictures());
            for (Language language : Language.values()) {
                int right = result.of(language).right();
                assertTrue(
                        right >= REQUIRED,
                        () -> language + ": " + right + " of " + PICTURES + " right, for example not "
                                + result.mistakes().getFirst());
            }
        }
    }
}
