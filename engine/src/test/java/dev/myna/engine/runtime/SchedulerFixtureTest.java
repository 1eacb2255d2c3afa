// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.Myna;
import dev.myna.engine.ChatRequest;
import dev.myna.engine.Generation;
import dev.myna.engine.GenerationOptions;
import dev.myna.engine.Language;
import dev.myna.engine.Message;
import dev.myna.engine.Model;
import dev.myna.engine.ModelOptions;
import dev.myna.engine.Scheduler;
import dev.myna.engine.SchedulerOptions;
import dev.myna.engine.SchedulerStats;
import dev.myna.engine.Session;
import dev.myna.engine.SessionOptions;
import dev.myna.loaders.image.ImageDecoder;
import dev.myna.loaders.image.RgbImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.jr.ob.JSON;

/** The embedded model asked in ten languages at once: each answer is the one that the recipe's evaluation gives. */
class SchedulerFixtureTest {
    private static final Path NANO = Path.of("../models-manifest/nano");

    private record Case(Message message, GenerationOptions options, String expected) {}

    @Test
    void answersInTenLanguagesAtOnce() throws IOException {
        try (Model model = Myna.load(
                NANO.resolve("nano.gguf"),
                NANO.resolve("nano-mmproj.gguf"),
                ModelOptions.builder().threads(2).build())) {
            List<Case> cases = new ArrayList<>(published());
            for (Language language : Language.values()) {
                Message message = Message.of(language.describe(), image(language.ordinal() % 2 + ".png"));
                GenerationOptions sampled = GenerationOptions.builder()
                        .temperature(2)
                        .topK(40)
                        .seed(language.ordinal())
                        .maxTokens(24)
                        .build();
                cases.add(new Case(
                        message, GenerationOptions.greedy(), alone(model, message, GenerationOptions.greedy())));
                cases.add(new Case(message, sampled, alone(model, message, sampled)));
            }
            for (int slots : new int[] {3, 16}) {
                SchedulerOptions options =
                        SchedulerOptions.builder().slots(slots).build();
                try (Scheduler scheduler = model.newScheduler(options)) {
                    List<Generation> generations = cases.stream()
                            .map(each -> scheduler.submit(ChatRequest.of(each.message), each.options))
                            .toList();
                    for (int i = 0; i < cases.size(); i++) {
                        assertEquals(cases.get(i).expected, generations.get(i).text(), "request " + i);
                    }
                    SchedulerStats stats = scheduler.stats();
                    assertEquals(2, stats.images());
                    assertTrue(stats.passRows() > 4 * stats.passes(), stats.toString());
                }
            }
        }
    }

    /** Questions with the answers of the training recipe's own evaluation. */
    private static List<Case> published() throws IOException {
        List<Case> cases = new ArrayList<>();
        for (Object each : JSON.std.listFrom(Files.readString(NANO.resolve("fixture/fixture.json")))) {
            Map<?, ?> fixture = (Map<?, ?>) each;
            Message message = Message.of((String) fixture.get("question"), image((String) fixture.get("image")));
            cases.add(new Case(message, GenerationOptions.greedy(), (String) fixture.get("answer")));
        }
        return cases;
    }

    private static String alone(Model model, Message message, GenerationOptions options) {
        try (Session session = model.newSession(SessionOptions.defaults())) {
            return session.generate(message, options).text();
        }
    }

    private static RgbImage image(String name) throws IOException {
        return ImageDecoder.decode(NANO.resolve("fixture").resolve(name), ImageDecoder.Orientation.IGNORE);
    }
}
