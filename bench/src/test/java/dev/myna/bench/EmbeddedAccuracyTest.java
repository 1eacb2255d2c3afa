// SPDX-License-Identifier: Apache-2.0
package dev.myna.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.engine.Language;
import dev.myna.engine.Model;
import dev.myna.engine.ModelOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
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

    @Test
    void tablesHaveARowPerKindAndOneForAll() {
        Map<Language, EmbeddedAccuracy.Score> single = new EnumMap<>(Language.class);
        Map<Language, EmbeddedAccuracy.Score> list = new EnumMap<>(Language.class);
        for (Language language : Language.values()) {
            single.put(language, new EmbeddedAccuracy.Score(9, 10));
            list.put(language, new EmbeddedAccuracy.Score(language == Language.values()[0] ? 4 : 3, 10));
        }
        String[] lines = EmbeddedAccuracy.table(new EmbeddedAccuracy.Result(
                        20, new TreeMap<>(Map.of("single", single, "list", list)), List.of()))
                .split("\n");
        assertEquals(5, lines.length);
        assertTrue(lines[2].startsWith("| list | 10 | 40.0 | 30.0 |"), lines[2]);
        assertTrue(lines[4].startsWith("| all | 20 | 65.0 | 60.0 |"), lines[4]);
    }
}
