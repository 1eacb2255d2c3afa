// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.accuracy;

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
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The embedded model answers questions about held-out scenes in all ten languages, nearly all exactly right in each. */
class EmbeddedAccuracyTest {
    private static final Path NANO = Path.of("../models-manifest/nano");

    /** Two of each image. */
    private static final int QUESTIONS = Thorough.Times.of(32, 96);

    private static final double REQUIRED = 85;
    private static final double REQUIRED_OF_SINGLE_THINGS = 95;
    private static final double REQUIRED_OF_LATER_TURNS = 80;

    /** Each conversation has several questions, in the conversation and alone. */
    private static final int TURNS = Thorough.Times.of(60, 120);

    private static final int SAMPLE = 12;

    @TempDir
    Path folder;

    @Thorough
    @Test
    void answersInEveryLanguage() throws IOException {
        Accuracy accuracy = measure(ModelOptions.defaults(), "nano", "heldout", QUESTIONS);
        for (Language language : Language.values()) {
            assertEquals(QUESTIONS, accuracy.asked(language));
        }
        accuracy.requireInEveryLanguage(REQUIRED);
        accuracy.require("single"::equals, REQUIRED_OF_SINGLE_THINGS);
    }

    /** Questions of a conversation, after the model's own answers; each is asked alone, too. */
    @Thorough
    @Test
    void answersInConversations() throws IOException {
        Accuracy accuracy = measure(ModelOptions.defaults(), "nano-talk", "conversations", TURNS);
        accuracy.require("turn 1"::equals, REQUIRED);
        accuracy.require(kind -> kind.matches("turn [234]"), REQUIRED_OF_LATER_TURNS);
        accuracy.require("small talk"::equals, REQUIRED);
    }

    /** The same images on the CPU and on the OpenCL device: what one gets right the other does, but for a near tie. */
    @NeedsOpenCl
    @Test
    void openClAnswersLikeTheCpu() throws IOException {
        Accuracy cpu = measure(ModelOptions.defaults(), "nano", "heldout", SAMPLE);
        Accuracy device = measure(
                ModelOptions.builder().placement(Placement.OPENCL_IF_AVAILABLE).build(), "nano", "heldout", SAMPLE);
        for (Language language : Language.values()) {
            assertEquals(cpu.asked(language), device.asked(language));
            int difference = device.right(language) - cpu.right(language);
            assertTrue(
                    Math.abs(difference) <= 1,
                    language + ": " + device.right(language) + " right on the device, " + cpu.right(language)
                            + " on the CPU");
        }
    }

    private Accuracy measure(ModelOptions options, String task, String data, int limit) throws IOException {
        try (Model model = Myna.load(NANO.resolve("nano.gguf"), NANO.resolve("nano-mmproj.gguf"), options)) {
            return Accuracy.of(model, task, NANO.resolve(data), limit, Files.createTempDirectory(folder, "run"));
        }
    }
}
