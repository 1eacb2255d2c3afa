// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.bench;

import dev.myna.engine.Generation;
import dev.myna.engine.GenerationOptions;
import dev.myna.engine.ImageMode;
import dev.myna.engine.Message;
import dev.myna.engine.Model;
import dev.myna.engine.Session;
import dev.myna.engine.SessionOptions;
import dev.myna.loaders.image.RgbImage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Measures images and first tokens in this warm process. */
final class AnswerBench {
    private static final GenerationOptions ONE_TOKEN =
            GenerationOptions.builder().maxTokens(1).build();

    private final Model model;
    private final SessionOptions options;
    private final Repetitions repetitions;

    AnswerBench(Model model, CacheTypes cacheType, Repetitions repetitions) {
        this.model = model;
        this.options = SessionOptions.builder()
                .cacheTypes(cacheType.keys(), cacheType.values())
                .build();
        this.repetitions = repetitions;
    }

    /** A decoded image to decoder rows. */
    Measured vit(BenchQuestion question) throws IOException {
        RgbImage image = question.image();
        return repetitions.measure(() -> {
            float[] rows = model.encode(image, ImageMode.AUTO);
            if (rows.length == 0) {
                throw new IllegalStateException("the image has no rows");
            }
        });
    }

    /** A decoded image and a question to the first token, in a new session each time. */
    Measured ttft(BenchQuestion question) throws IOException {
        Message message =
                question.hasImage() ? Message.of(question.text(), question.image()) : Message.of(question.text());
        try (FirstToken run = new FirstToken(message)) {
            Measured measured = repetitions.measure(run);
            return new Measured(measured.nanos(), measured.allocated(), run.parts(repetitions.count()));
        }
    }

    private final class FirstToken implements Repetitions.Run, AutoCloseable {
        private final Message message;
        private final List<Generation.Stats> stats = new ArrayList<>();
        private Session session;

        FirstToken(Message message) {
            this.message = message;
        }

        @Override
        public void reset() {
            close();
            session = model.newSession(options);
        }

        @Override
        public void run() {
            Generation generation = session.generate(message, ONE_TOKEN);
            // This call computes the token, with or without text.
            boolean ignored = generation.hasNext();
            stats.add(generation.stats());
        }

        /** Medians over the last {@code count} runs: the measured ones. */
        Map<String, Double> parts(int count) {
            List<Generation.Stats> last = stats.subList(stats.size() - count, stats.size());
            Map<String, Double> parts = new LinkedHashMap<>();
            if (message.images().isEmpty()) {
                parts.put("image", 0.0);
            } else {
                parts.put(
                        "image",
                        new Samples(last.stream()
                                        .mapToDouble(s -> s.imageNanos() / 1e6)
                                        .toArray())
                                .median());
            }
            parts.put(
                    "prompt",
                    new Samples(last.stream()
                                    .mapToDouble(s -> s.promptNanos() / 1e6)
                                    .toArray())
                            .median());
            return parts;
        }

        @Override
        public void close() {
            if (session != null) {
                session.close();
            }
        }
    }
}
