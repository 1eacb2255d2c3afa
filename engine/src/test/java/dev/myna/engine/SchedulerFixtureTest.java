// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.loaders.image.ImageDecoder;
import dev.myna.loaders.image.RgbImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import tools.jackson.jr.ob.JSON;

/** The embedded model asked in ten languages at once: each answer is the one that the recipe's evaluation gives. */
class SchedulerFixtureTest {
    private static final Path NANO = Path.of("../models-manifest/nano");

    private record Case(Message message, GenerationOptions options, String expected) {}

    @Test
    void answersInTenLanguagesAtOnce() throws IOException {
        Set<Object> languages = new HashSet<>();
        List<Case> cases = new ArrayList<>();
        try (Model model =
                Model.load(NANO.resolve("nano.gguf"), NANO.resolve("nano-mmproj.gguf"), new ModelOptions(2))) {
            for (Object each : JSON.std.listFrom(Files.readString(NANO.resolve("fixture/fixture.json")))) {
                Map<?, ?> fixture = (Map<?, ?>) each;
                languages.add(fixture.get("language"));
                RgbImage image = ImageDecoder.decode(
                        NANO.resolve("fixture").resolve((String) fixture.get("image")),
                        ImageDecoder.Orientation.IGNORE);
                Message message = Message.of((String) fixture.get("question"), image);
                cases.add(new Case(message, GenerationOptions.greedy(), (String) fixture.get("answer")));
                GenerationOptions sampled = GenerationOptions.greedy()
                        .withTemperature(2)
                        .withTopK(40)
                        .withSeed(cases.size())
                        .withMaxTokens(24);
                try (Session session = model.newSession(SessionOptions.defaults())) {
                    cases.add(new Case(
                            message, sampled, session.generate(message, sampled).text()));
                }
            }
            assertEquals(10, languages.size());
            for (int slots : new int[] {3, 16}) {
                SchedulerOptions options = SchedulerOptions.defaults().withSlots(slots);
                try (Scheduler scheduler = new Scheduler(model, options)) {
                    List<Generation> generations = cases.stream()
                            .map(each -> scheduler.submit(ChatRequest.of(each.message), each.options))
                            .toList();
                    for (int i = 0; i < cases.size(); i++) {
                        assertEquals(cases.get(i).expected, generations.get(i).text(), "request " + i);
                    }
                    SchedulerStats stats = scheduler.stats();
                    assertTrue(stats.passRows() > 4 * stats.passes(), stats.toString());
                }
            }
        }
    }
}
