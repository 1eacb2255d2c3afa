// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.myna.Myna;
import dev.myna.engine.ChatMessage;
import dev.myna.engine.ChatRequest;
import dev.myna.engine.Generation;
import dev.myna.engine.GenerationOptions;
import dev.myna.engine.Message;
import dev.myna.engine.ModelOptions;
import dev.myna.engine.Scheduler;
import dev.myna.engine.SchedulerOptions;
import dev.myna.engine.Session;
import dev.myna.engine.SessionOptions;
import dev.myna.kernels.TensorType;
import dev.myna.loaders.image.RgbImage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Images whose rows have more rows added behind the first layers: sessions and schedulers answer as a fresh session does. */
class DeepstackSessionTest {
    private static final SessionOptions OPTIONS =
            SessionOptions.builder().cacheType(TensorType.F32).build();
    private static final GenerationOptions SHORT = GenerationOptions.greedy().toBuilder()
            .maxTokens(12)
            .logprobs(0)
            .logitBias(Map.of(2, Float.NEGATIVE_INFINITY))
            .build();

    @TempDir
    Path folder;

    private LoadedModel model;

    @BeforeEach
    void load() {
        Path decoder = QwenFilesTest.tiny("qwen3vl")
                .with("qwen3vl.n_deepstack_layers", 2)
                .with("qwen3vl.context_length", 1024)
                .write(folder, "decoder.gguf");
        Path vision = QwenFilesTest.visionOfWidth(3 * TinyModel.WIDTH).write(folder, "mmproj.gguf");
        model = (LoadedModel)
                Myna.load(decoder, vision, ModelOptions.builder().threads(2).build());
    }

    @AfterEach
    void close() {
        model.close();
    }

    private static RgbImage noise(int seed) {
        byte[] rgb = new byte[16 * 16 * 3];
        new Random(seed).nextBytes(rgb);
        return new RgbImage(16, 16, rgb);
    }

    private static List<Integer> tokens(Generation generation) {
        generation.text();
        return generation.choices().stream().map(Generation.TokenChoice::id).toList();
    }

    private List<Integer> fresh(List<ChatMessage> messages) {
        try (Session session = model.newSession(OPTIONS)) {
            return tokens(session.generate(messages, SHORT));
        }
    }

    @Test
    void conversationsWithLateAndSeveralImagesAnswerAsFreshSessions() {
        try (Session session = model.newSession(OPTIONS)) {
            List<ChatMessage> all = new ArrayList<>();
            Message[] questions = {
                Message.of("aei"), Message.of("oe", noise(1)), Message.of("ia"), Message.of("ao", noise(2))
            };
            for (Message question : questions) {
                all.add(new ChatMessage.User(question));
                List<Integer> expected = fresh(all);
                Generation generation = session.generate(question, SHORT);
                assertEquals(expected, tokens(generation));
                all.add(generation.message());
            }
        }
    }

    @Test
    void eightStreamsAnswerAsFreshSessions() {
        List<List<ChatMessage>> requests = new ArrayList<>();
        List<List<Integer>> expected = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            Message question = i == 3 ? Message.of("aeio") : Message.of("ae".repeat(1 + i), noise(i / 2));
            requests.add(List.of(new ChatMessage.User(question)));
            expected.add(fresh(requests.get(i)));
        }
        assertNotEquals(expected.get(0), expected.get(2));
        SchedulerOptions options = SchedulerOptions.builder()
                .slots(8)
                .session(OPTIONS)
                .promptChunk(30)
                .build();
        try (Scheduler scheduler = model.newScheduler(options)) {
            for (int time = 0; time < 2; time++) {
                List<Generation> running = new ArrayList<>();
                for (List<ChatMessage> request : requests) {
                    running.add(scheduler.submit(new ChatRequest.Chat(request), SHORT));
                }
                for (int i = 0; i < 8; i++) {
                    assertEquals(expected.get(i), tokens(running.get(i)), "stream " + i);
                }
            }
        }
    }
}
