// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.myna.Myna;
import dev.myna.engine.ChatMessage;
import dev.myna.engine.ChatRequest;
import dev.myna.engine.Generation;
import dev.myna.engine.GenerationOptions;
import dev.myna.engine.ImageMode;
import dev.myna.engine.Message;
import dev.myna.engine.SchedulerOptions;
import dev.myna.engine.SessionOptions;
import dev.myna.engine.TestDevice;
import dev.myna.kernels.TensorType;
import dev.myna.loaders.image.RgbImage;
import dev.myna.testing.Golden;
import dev.myna.testing.NeedsGolden;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * LLaVA-OneVision cuts an image into tiles if it is alone, and not if a conversation has others (docs/spec/families.md 6.1): the answers
 * of sessions and schedulers are those of a fresh run over the whole conversation.
 */
@NeedsGolden
class SeveralImagesTest {
    private static final String FOLDER = "families/llava/onevision-f32/";
    private static final RgbImage FIRST = noise(1, 150, 40);
    private static final RgbImage SECOND = noise(2, 50, 90);
    private static final GenerationOptions SHORT =
            GenerationOptions.builder().maxTokens(12).build();

    private static RgbImage noise(int seed, int width, int height) {
        byte[] rgb = new byte[3 * width * height];
        new Random(seed).nextBytes(rgb);
        return new RgbImage(width, height, rgb);
    }

    private static LoadedModel model() {
        return (LoadedModel) Myna.load(
                Golden.path(FOLDER + "text.gguf"), Golden.path(FOLDER + "mmproj.gguf"), TestDevice.JIT.options());
    }

    private static SessionOptions options() {
        return SessionOptions.builder().cacheType(TensorType.F32).build();
    }

    private static Message first() {
        return Message.of("यह क्या है?", FIRST);
    }

    private static Message second() {
        return Message.of("これは?", SECOND);
    }

    private static int rows(LoadedModel model, RgbImage image, int images) {
        return model.vision()
                .layout(image.width(), image.height(), ImageMode.AUTO, images)
                .rows();
    }

    @Test
    void anImageAmongOthersIsOneTile() {
        try (LoadedModel model = model()) {
            int alone = rows(model, FIRST, 1);
            int together = rows(model, FIRST, 2);
            assertEquals(model.vision().config().patches() + 1, together);
            assertNotEquals(alone, together);
            assertEquals(true, model.plan(150, 40, ImageMode.AUTO).isPresent());
            assertEquals(true, model.plan(150, 40, ImageMode.AUTO, 2).isEmpty());
            try (ConversationSession session = model.newSession(options())) {
                try (Generation generation = session.generate(first(), SHORT)) {
                    assertEquals(alone, generation.stats().imageTokens());
                }
                Message both = Message.of("a", FIRST, SECOND);
                try (Generation generation = model.newSession(options()).generate(both, SHORT)) {
                    assertEquals(2 * together, generation.stats().imageTokens());
                }
            }
        }
    }

    /** The image that was alone is encoded anew when a second one comes, and its tiles are found again when it is alone again. */
    @Test
    void aLateImageMakesTheConversationThatOfAFreshRun() {
        try (LoadedModel model = model();
                ConversationSession session = model.newSession(options())) {
            String answer = text(session.generate(first(), SHORT));
            String continued = text(session.generate(second(), SHORT));
            assertEquals(fresh(model, answer), continued);
            session.remember(Message.of("no image"), "none");
            text(session.generate(Message.of("and now?"), SHORT));
            session.generate(Message.of("the same again", FIRST), SHORT).close();
        }
        try (LoadedModel model = model();
                BatchScheduler scheduler = model.newScheduler(
                        SchedulerOptions.builder().session(options()).build())) {
            String answer = text(scheduler.submit(new ChatRequest.Chat(List.of(new ChatMessage.User(first()))), SHORT));
            Generation late = scheduler.submit(
                    new ChatRequest.Chat(List.of(
                            new ChatMessage.User(first()),
                            new ChatMessage.Assistant(answer),
                            new ChatMessage.User(second()))),
                    SHORT);
            assertEquals(fresh(model, answer), text(late));
            Generation again = scheduler.submit(new ChatRequest.Chat(List.of(new ChatMessage.User(first()))), SHORT);
            assertEquals(answer, text(again));
        }
    }

    private static String fresh(LoadedModel model, String answer) {
        try (ConversationSession session = model.newSession(options())) {
            session.remember(first(), answer);
            return text(session.generate(second(), SHORT));
        }
    }

    private static String text(Generation generation) {
        try (generation) {
            StringBuilder text = new StringBuilder();
            generation.forEachRemaining(text::append);
            return text.toString().stripTrailing();
        }
    }
}
