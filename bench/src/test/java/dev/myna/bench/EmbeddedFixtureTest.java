// SPDX-License-Identifier: Apache-2.0
package dev.myna.bench;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.myna.Myna;
import dev.myna.engine.Generation;
import dev.myna.engine.GenerationOptions;
import dev.myna.engine.Message;
import dev.myna.engine.Model;
import dev.myna.engine.ModelOptions;
import dev.myna.engine.Placement;
import dev.myna.engine.Session;
import dev.myna.engine.SessionOptions;
import dev.myna.engine.prompt.Conversation;
import dev.myna.engine.prompt.NamedFormat;
import dev.myna.engine.prompt.PromptPiece;
import dev.myna.engine.prompt.Turn;
import dev.myna.loaders.image.ImageDecoder;
import dev.myna.testing.NeedsOpenCl;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import tools.jackson.jr.ob.JSON;

/** The engine gives the prompt ids and answers that the training recipe's own evaluation of the exported files gives. */
class EmbeddedFixtureTest {
    private static final Path NANO = Path.of("../models-manifest/nano");
    private static final int IMAGE = -200;

    @Test
    void promptIdsAndAnswersEqualTheFixture() throws IOException {
        assertAnswers(ModelOptions.defaults());
    }

    @NeedsOpenCl
    @Test
    void promptIdsAndAnswersEqualTheFixtureOnOpenCl() throws IOException {
        assertAnswers(
                ModelOptions.builder().placement(Placement.OPENCL_IF_AVAILABLE).build());
    }

    private static void assertAnswers(ModelOptions options) throws IOException {
        List<Object> cases = JSON.std.listFrom(Files.readString(NANO.resolve("fixture/fixture.json")));
        assertFalse(cases.isEmpty());
        try (Model model = Myna.load(NANO.resolve("nano.gguf"), NANO.resolve("nano-mmproj.gguf"), options);
                Session session = model.newSession(SessionOptions.defaults())) {
            for (Object each : cases) {
                Map<?, ?> fixture = (Map<?, ?>) each;
                String question = (String) fixture.get("question");
                Conversation conversation = new Conversation(null, List.of(new Turn(1, question, null)));
                int[] ids = NamedFormat.VICUNA_V1.render(model.tokenizer(), conversation).stream()
                        .flatMapToInt(piece -> switch (piece) {
                            case PromptPiece.Tokens tokens -> Arrays.stream(tokens.ids());
                            case PromptPiece.Image _ -> IntStream.of(IMAGE);
                        })
                        .toArray();
                assertArrayEquals(
                        ((List<?>) fixture.get("prompt_ids"))
                                .stream()
                                        .mapToInt(id -> ((Number) id).intValue())
                                        .toArray(),
                        ids,
                        question);

                session.clear();
                Message message = Message.of(
                        question,
                        ImageDecoder.decode(
                                NANO.resolve("fixture").resolve((String) fixture.get("image")),
                                ImageDecoder.Orientation.IGNORE));
                try (Generation generation = session.generate(message, GenerationOptions.greedy())) {
                    assertEquals(fixture.get("answer"), generation.text(), question);
                }
            }
        }
    }
}
