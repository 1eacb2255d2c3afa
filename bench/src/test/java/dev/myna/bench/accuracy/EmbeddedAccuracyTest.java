// SPDX-License-Identifier: Apache-2.0
package dev.myna.bench.accuracy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.Myna;
import dev.myna.engine.Language;
import dev.myna.engine.Model;
import dev.myna.engine.ModelOptions;
import dev.myna.engine.Placement;
import dev.myna.testing.NeedsOpenCl;
import dev.myna.testing.Thorough;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The embedded model answers questions about held-out scenes in all ten languages, nearly all exactly right in each. */
class EmbeddedAccuracyTest {
    private static final Path NANO = Path.of("../models-manifest/nano");
    private static final int IMAGES = Thorough.Times.of(16, 48);
    private static final double REQUIRED = 85;
    private static final double REQUIRED_OF_SINGLE_THINGS = 95;
    private static final int CONVERSATIONS = Thorough.Times.of(6, 12);
    private static final double REQUIRED_IN_CONVERSATIONS = 60;
    private static final int SAMPLE = 6;

    @Thorough
    @Test
    void answersInEveryLanguage() throws IOException {
        EmbeddedAccuracy.Result result = measure(ModelOptions.defaults(), IMAGES);
        assertEquals(IMAGES, result.images());
        RequiredAccuracy.inEveryLanguage(result, REQUIRED);
        EmbeddedAccuracy.Score single = result.scores().get("single").values().stream()
                .reduce(EmbeddedAccuracy.Score.NONE, EmbeddedAccuracy.Score::plus);
        assertTrue(single.percent() >= REQUIRED_OF_SINGLE_THINGS, () -> "of single things " + single);
    }

    @Thorough
    @Test
    void holdsConversationsInEveryLanguage() throws IOException {
        EmbeddedAccuracy.Result result = conversations();
        assertEquals(CONVERSATIONS, result.images());
        RequiredAccuracy.inEveryLanguage(result, REQUIRED_IN_CONVERSATIONS);
    }

    private static EmbeddedAccuracy.Result conversations() throws IOException {
        try (Model model =
                Myna.load(NANO.resolve("nano.gguf"), NANO.resolve("nano-mmproj.gguf"), ModelOptions.defaults())) {
            return EmbeddedAccuracy.measure(
                    model, NANO.resolve("conversations"), EmbeddedAccuracy.CONVERSATIONS, CONVERSATIONS);
        }
    }

    /** The same images on the CPU and on the OpenCL device: what one gets right the other does, but for a near tie. */
    @NeedsOpenCl
    @Test
    void openClAnswersLikeTheCpu() throws IOException {
        EmbeddedAccuracy.Result cpu = measure(ModelOptions.defaults(), SAMPLE);
        EmbeddedAccuracy.Result device = measure(
                ModelOptions.builder().placement(Placement.OPENCL_IF_AVAILABLE).build(), SAMPLE);
        for (Language language : Language.values()) {
            assertEquals(cpu.of(language).asked(), device.of(language).asked());
            int difference = device.of(language).right() - cpu.of(language).right();
            assertTrue(
                    Math.abs(difference) <= 1,
                    language + ": " + device.of(language) + " on the device, " + cpu.of(language) + " on the CPU");
        }
    }

    private static EmbeddedAccuracy.Result measure(ModelOptions options, int images) throws IOException {
        try (Model model = Myna.load(NANO.resolve("nano.gguf"), NANO.resolve("nano-mmproj.gguf"), options)) {
            return EmbeddedAccuracy.measure(model, NANO.resolve("heldout"), images);
        }
    }

    @Test
    void tableHasOneRowPerKindAndOneForAll() {
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
