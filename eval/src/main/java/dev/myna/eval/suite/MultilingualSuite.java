// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.suite;

import dev.myna.engine.Model;
import dev.myna.engine.SessionOptions;
import dev.myna.eval.EvalException;
import dev.myna.eval.data.DataFolder;
import dev.myna.eval.data.TaskOptions;
import dev.myna.eval.report.Report;
import dev.myna.eval.run.EvalRun;
import dev.myna.eval.run.Results;
import dev.myna.eval.run.RunListener;
import dev.myna.eval.run.RunSettings;
import dev.myna.eval.run.Sha256;
import dev.myna.eval.run.StoredRun;
import dev.myna.eval.tasks.Task;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Questions about images in many languages, asked of a model with greedy decoding, and scored by accepted answers. A suite is immutable
 * and can be run many times.
 *
 * {@snippet :
 * MultilingualSuite suite = MultilingualSuite.builder()
 *         .ask("en", Path.of("cat.jpg"), "What is this?", "a cat", "cat")
 *         .ask("hi", Path.of("cat.jpg"), "यह क्या है?", "बिल्ली")
 *         .ask("ur", Path.of("cat.jpg"), "یہ کیا ہے؟", "بلی")
 *         .build();
 * SuiteResult result = suite.run(model);
 * assertEquals(List.of(), result.misses());
 * assertTrue(result.gap() < 10, "worst language: " + result.worst());
 * }
 */
public final class MultilingualSuite {
    private final List<SuiteQuestion> questions;
    private final List<SuiteTask.Image> images;
    private final SessionOptions session;
    private final int parallel;
    private final int maxTokens;
    private final Optional<Path> output;
    private final List<Path> modelFiles;

    private MultilingualSuite(Builder builder) {
        this.questions = List.copyOf(builder.questions);
        this.images = List.copyOf(builder.images);
        this.session = builder.session;
        this.parallel = builder.parallel;
        this.maxTokens = builder.maxTokens;
        this.output = builder.output;
        this.modelFiles = builder.modelFiles;
    }

    /** Starts a suite. */
    public static Builder builder() {
        return new Builder();
    }

    /** The questions, in their order. */
    public List<SuiteQuestion> questions() {
        return questions;
    }

    /**
     * Asks all questions.
     *
     * @throws EvalException if the suite's image of a question cannot be read as a file
     * @throws IOException if results cannot be written
     */
    public SuiteResult run(Model model) throws IOException {
        if (output.isPresent()) {
            Files.createDirectories(output.get());
            return run(model, output.get());
        }
        Path folder = Files.createTempDirectory("myna-suite");
        try {
            return run(model, folder);
        } finally {
            delete(folder);
        }
    }

    private SuiteResult run(Model model, Path folder) throws IOException {
        Task task = new SuiteTask(questions, images, maxTokens);
        DataFolder data = new DataFolder(folder);
        RunSettings settings = new RunSettings(
                TaskOptions.DEFAULT,
                session,
                Optional.empty(),
                digests(),
                parallel,
                0,
                Map.of("model", model.info().name()));
        Results results = new EvalRun(model, settings, folder, RunListener.NONE).run(List.of(task), data, List.of());
        StoredRun stored = StoredRun.read(folder);
        if (output.isPresent()) {
            Report.write(folder, Optional.of(data), List.of(task));
        }
        return new SuiteResult(results.scores(task.name()), misses(stored.rows().getOrDefault(task.name(), Map.of())));
    }

    private Map<String, String> digests() throws IOException {
        Map<String, String> digests = new LinkedHashMap<>();
        for (Path file : modelFiles) {
            try (InputStream in = Files.newInputStream(file)) {
                digests.put(file.getFileName().toString(), Sha256.of(in));
            }
        }
        return digests;
    }

    private List<SuiteResult.Miss> misses(Map<String, List<StoredRun.Row>> rows) {
        List<StoredRun.Row> wrong = new ArrayList<>();
        rows.values()
                .forEach(list -> list.stream().filter(row -> row.score() < 1).forEach(wrong::add));
        wrong.sort(Comparator.comparingInt(MultilingualSuite::number));
        return wrong.stream()
                .map(row -> new SuiteResult.Miss(
                        questions.get(number(row)),
                        row.answered().answer(),
                        row.answered().error()))
                .toList();
    }

    private static int number(StoredRun.Row row) {
        return Integer.parseInt(row.answered().id());
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> walk = Files.walk(folder)) {
            for (Path path : walk.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    /** Collects the questions and settings of a suite. Not thread-safe. */
    public static final class Builder {
        private final List<SuiteQuestion> questions = new ArrayList<>();
        private final List<SuiteTask.Image> images = new ArrayList<>();
        private SessionOptions session = SessionOptions.defaults();
        private int parallel = 4;
        private int maxTokens = 64;
        private Optional<Path> output = Optional.empty();
        private List<Path> modelFiles = List.of();

        private Builder() {}

        /**
         * Adds a question about an image file, which is read when the suite runs.
         *
         * @param language code, such as {@code hi}
         * @param accepted right answers, at least one
         */
        public Builder ask(String language, Path image, String question, String... accepted) {
            return add(new SuiteQuestion(language, question, List.of(accepted)), () -> {
                try {
                    return Files.readAllBytes(image);
                } catch (IOException e) {
                    throw new EvalException("the image " + image + " of the suite cannot be read; check its path", e);
                }
            });
        }

        /**
         * Adds a question about an encoded image.
         *
         * @param image bytes of a file that Myna reads, such as PNG or JPEG; not copied
         */
        public Builder ask(String language, byte[] image, String question, String... accepted) {
            return add(new SuiteQuestion(language, question, List.of(accepted)), () -> image);
        }

        private Builder add(SuiteQuestion question, SuiteTask.Image image) {
            questions.add(question);
            images.add(image);
            return this;
        }

        /** Context, KV cache, prompt format of the conversations; as {@link SessionOptions#defaults} says by default. */
        public Builder session(SessionOptions options) {
            session = options;
            return this;
        }

        /** Questions that are answered at once, 4 by default. Answers do not depend on it. */
        public Builder parallel(int count) {
            if (count < 1) {
                throw new IllegalArgumentException("parallel is at least 1, not " + count);
            }
            parallel = count;
            return this;
        }

        /** Most tokens of an answer, 64 by default. */
        public Builder maxTokens(int count) {
            if (count < 1) {
                throw new IllegalArgumentException("maxTokens is at least 1, not " + count);
            }
            maxTokens = count;
            return this;
        }

        /**
         * Keeps the files of a run in a folder: results, predictions, {@code report.html}. A run that was interrupted goes on there.
         *
         * @param files of the model: stored answers are used again for the same files only
         */
        public Builder output(Path folder, Path... files) {
            if (files.length == 0) {
                throw new IllegalArgumentException("output needs the model's files: stored answers belong to them");
            }
            output = Optional.of(folder);
            modelFiles = List.of(files);
            return this;
        }

        /**
         * The suite.
         *
         * @throws IllegalArgumentException if it has no question
         */
        public MultilingualSuite build() {
            if (questions.isEmpty()) {
                throw new IllegalArgumentException("the suite has no question; add some with ask");
            }
            return new MultilingualSuite(this);
        }
    }
}
