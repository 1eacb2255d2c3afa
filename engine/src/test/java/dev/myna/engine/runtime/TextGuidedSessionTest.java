// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.Myna;
import dev.myna.engine.Generation;
import dev.myna.engine.GenerationOptions;
import dev.myna.engine.ImageMode;
import dev.myna.engine.Message;
import dev.myna.engine.ModelOptions;
import dev.myna.engine.SessionOptions;
import dev.myna.loaders.image.RgbImage;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Laws of images whose rows depend on the text around them, on a tiny random model. */
class TextGuidedSessionTest {
    private static final GenerationOptions FOUR =
            GenerationOptions.builder().maxTokens(4).build();
    private static final int EXPERTS = 3;
    private static final RgbImage FIRST = noise(1);
    private static final RgbImage SECOND = noise(2);

    @TempDir
    Path folder;

    private LoadedModel model;

    @BeforeEach
    void load() {
        model = (LoadedModel) Myna.load(
                TinyModel.decoder().write(folder, "decoder.gguf"),
                vision().write(folder, "mmproj.gguf"),
                ModelOptions.builder().threads(2).build());
    }

    @AfterEach
    void close() {
        model.close();
    }

    static TinyModel vision() {
        int inner = 20;
        int width = TinyModel.WIDTH;
        return TinyModel.vision()
                .with("clip.projector_type", "mlp_moe_text")
                .with("clip.vision.feature_select", "cls_patch")
                .with("clip.moe.expert_count", EXPERTS)
                .with("clip.moe.embedding_length", width)
                .with("clip.moe.expert_feed_forward_length", inner)
                .with("clip.moe.residual", true)
                .with("clip.moe.residual_scale", 0.1f)
                .shape("mm.moe.gate.weight", width, EXPERTS)
                .shape("mm.moe.ffn_gate_exps.weight", width, inner, EXPERTS)
                .shape("mm.moe.ffn_up_exps.weight", width, inner, EXPERTS)
                .shape("mm.moe.ffn_down_exps.weight", inner, width, EXPERTS);
    }

    @Test
    void theClassRowIsKept() {
        assertEquals((TinyModel.PATCHES + 1) * TinyModel.WIDTH, model.encode(FIRST, ImageMode.AUTO).length);
    }

    @Test
    void weightsAddUpToOneAndDependOnTheLanguage() {
        float[] english = routers("What is it?").getFirst();
        float[] hindi = routers("यह क्या है?").getFirst();
        assertEquals(EXPERTS, english.length);
        for (float[] weights : List.of(english, hindi)) {
            assertEquals(1, weights[0] + weights[1] + weights[2], 1e-6);
        }
        assertFalse(Arrays.equals(english, hindi), "two languages, the same experts");
        assertArrayEquals(english, routers("What is it?").getFirst());
    }

    private List<float[]> routers(String question, RgbImage... images) {
        RgbImage[] shown = images.length == 0 ? new RgbImage[] {FIRST} : images;
        try (ConversationSession session = model.newSession(SessionOptions.defaults())) {
            Generation generation = session.generate(Message.of(question, shown), FOUR);
            generation.text();
            return generation.routers();
        }
    }

    @Test
    void everyImageHasExpertsUnlessThePublishedCodeIsImitated() {
        for (float[] weights : routers("which?", FIRST, SECOND)) {
            assertEquals(EXPERTS, weights.length);
        }
        try (ConversationSession session = model.newSession(SessionOptions.builder()
                .mixture(SessionOptions.Mixture.FIRST_IMAGE)
                .build())) {
            Generation generation = session.generate(Message.of("which?", FIRST, SECOND), FOUR);
            generation.text();
            assertEquals(EXPERTS, generation.routers().get(0).length);
            assertEquals(0, generation.routers().get(1).length);
        }
    }

    @Test
    void aLaterTurnAnswersAsAFreshSessionDoesAndReusesOnlyWhatStandsBeforeTheImage() {
        String first;
        String second;
        int reused;
        try (ConversationSession session = model.newSession(SessionOptions.defaults())) {
            first = session.generate(Message.of("what is it?", FIRST), FOUR).text();
            Generation later = session.generate(Message.of("and now?"), FOUR);
            second = later.text();
            reused = later.stats().cachedTokens();
            assertEquals(EXPERTS, later.routers().getFirst().length);
        }
        assertTrue(reused > 0 && reused < later(first), "positions found again: " + reused);
        try (ConversationSession fresh = model.newSession(SessionOptions.defaults())) {
            fresh.remember(Message.of("what is it?", FIRST), first);
            assertEquals(second, fresh.generate(Message.of("and now?"), FOUR).text());
        }
    }

    @Test
    void anotherQuestionAboutTheSameImageCostsNoSecondTowerPass() {
        try (ConversationSession session = model.newSession(SessionOptions.defaults())) {
            Generation first = session.generate(Message.of("what is it?", FIRST), FOUR);
            first.text();
            Generation later = session.generate(Message.of("and now?"), FOUR);
            later.text();
            assertFalse(
                    Arrays.equals(first.routers().getFirst(), later.routers().getFirst()),
                    "the mixture was not made anew");
            assertEquals(1, session.towerPasses());
            session.clear();
            session.generate(Message.of("and this?", FIRST), FOUR).text();
            assertEquals(1, session.towerPasses());
            session.clear();
            session.generate(Message.of("and this?", SECOND), FOUR).text();
            assertEquals(2, session.towerPasses());
        }
    }

    /** Positions before the first image's second row: more cannot be the same when the text is another. */
    private int later(String answer) {
        try (ConversationSession session = model.newSession(SessionOptions.defaults())) {
            Generation alone = session.generate(Message.of("what is it?", FIRST), FOUR);
            assertEquals(answer, alone.text());
            return alone.stats().promptTokens() - TinyModel.PATCHES - 1;
        }
    }

    @Test
    void askingAgainWithTheSameTextReusesEverything() {
        try (ConversationSession session = model.newSession(SessionOptions.defaults())) {
            Generation once = session.generate(Message.of("what is it?", FIRST), FOUR);
            String answer = once.text();
            Message question = session.undo().orElseThrow();
            Generation again = session.generate(question, FOUR);
            assertEquals(answer, again.text());
            assertEquals(again.stats().promptTokens() - 1, again.stats().cachedTokens());
        }
    }

    @Test
    void textAloneNeedsNoVision() {
        try (ConversationSession session = model.newSession(SessionOptions.defaults())) {
            Generation generation = session.generate(Message.of("hello"), FOUR);
            generation.text();
            assertTrue(generation.routers().isEmpty());
            assertEquals(0, generation.stats().imageNanos());
            assertEquals(0, session.towerPasses());
        }
    }

    @Test
    void aMixtureThatIsSwitchedOffIsTheIdentity() {
        Path off = vision().with("clip.moe.enabled", false).write(folder, "off.gguf");
        try (LoadedModel plain = (LoadedModel) Myna.load(
                folder.resolve("decoder.gguf"),
                off,
                ModelOptions.builder().threads(1).build())) {
            assertTrue(plain.vision().textGuide().isEmpty());
        }
    }

    @Test
    void contradictionsAreNamed() {
        assertRefused(vision().with("clip.vision.feature_select", "patch"), "feature_select");
        assertRefused(vision().with("clip.moe.embedding_length", 31), "clip.moe.embedding_length = 31");
        assertRefused(vision().with("clip.moe.routing", "top_k"), "clip.moe.routing = top_k");
        assertRefused(vision().with("clip.moe.residual_scale", Float.NaN), "residual_scale");
        assertRefused(vision().without("mm.moe.gate.weight"), "mm.moe.gate.weight");
        assertRefused(vision().shape("mm.moe.ffn_up_exps.weight", 32, 20, 2), "mm.moe.ffn_up_exps.weight");
    }

    private void assertRefused(TinyModel vision, String part) {
        Path path = vision.write(folder, "refused.gguf");
        RuntimeException refusal = assertThrows(
                RuntimeException.class,
                () -> Myna.load(
                                folder.resolve("decoder.gguf"),
                                path,
                                ModelOptions.builder().threads(1).build())
                        .close());
        assertTrue(refusal.getMessage().contains(part), refusal.getMessage());
    }

    private static RgbImage noise(long seed) {
        byte[] rgb = new byte[20 * 12 * 3];
        new Random(seed).nextBytes(rgb);
        return new RgbImage(20, 12, rgb);
    }
}
