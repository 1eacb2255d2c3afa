// SPDX-License-Identifier: Apache-2.0
package dev.myna.bench;

import dev.myna.engine.Generation;
import dev.myna.engine.GenerationOptions;
import dev.myna.engine.Language;
import dev.myna.engine.Message;
import dev.myna.engine.Model;
import dev.myna.engine.ModelOptions;
import dev.myna.engine.Session;
import dev.myna.engine.SessionOptions;
import dev.myna.loaders.image.ImageDecoder;
import dev.myna.loaders.image.RgbImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.jr.ob.JSON;

/**
 * Measures how often a naming model answers with exactly the expected name: every picture of a folder, asked in each of the ten
 * languages. The folder holds {@code heldout.jsonl} (image and names per language) and {@code questions.json} (phrasings per
 * language; the pictures take turns at them).
 */
@Command(
        name = "accuracy",
        mixinStandardHelpOptions = true,
        description = "Exact-match accuracy per language on a folder of labelled pictures.")
public final class EmbeddedAccuracy implements Callable<Integer> {
    private static final GenerationOptions ANSWER = GenerationOptions.greedy().withMaxTokens(48);

    @Parameters(paramLabel = "FOLDER", description = "Folder with heldout.jsonl, questions.json and the pictures.")
    private Path folder;

    @Option(
            names = {"-m", "--model"},
            paramLabel = "FILE",
            description = "Decoder GGUF; default FOLDER/../nano.gguf.")
    private Path model;

    @Option(names = "--mmproj", paramLabel = "FILE", description = "Vision GGUF; default FOLDER/../nano-mmproj.gguf.")
    private Path mmproj;

    @Option(names = "--pictures", paramLabel = "N", description = "Only the first N pictures.")
    private int pictures = Integer.MAX_VALUE;

    @Option(
            names = {"-t", "--threads"},
            paramLabel = "N",
            description = "Worker threads; default one per core.")
    private int threads;

    /** One wrong answer. */
    public record Mistake(String image, Language language, String expected, String answer) {}

    /**
     * @param pictures asked about in every language
     * @param right exact matches per language
     */
    public record Result(int pictures, Map<Language, Integer> right, List<Mistake> mistakes) {}

    public static void main(String[] args) {
        System.exit(new CommandLine(new EmbeddedAccuracy()).execute(args));
    }

    @Override
    public Integer call() throws IOException {
        Path decoder = model == null ? folder.resolveSibling("nano.gguf") : model;
        Path vision = mmproj == null ? folder.resolveSibling("nano-mmproj.gguf") : mmproj;
        Result result;
        try (Model loaded = Model.load(decoder, vision, new ModelOptions(threads))) {
            result = measure(loaded, folder, pictures);
        }
        for (Mistake mistake : result.mistakes()) {
            System.out.println(mistake.image() + " " + mistake.language().code() + ": " + mistake.answer()
                    + " instead of " + mistake.expected());
        }
        result.right()
                .forEach((language, right) -> System.out.printf(
                        "%s %d/%d = %.1f %%%n",
                        language.code(), right, result.pictures(), 100.0 * right / result.pictures()));
        return 0;
    }

    /** Asks about the first {@code limit} pictures of the folder in every language. */
    public static Result measure(Model model, Path folder, int limit) throws IOException {
        Map<String, Object> questions = JSON.std.mapFrom(Files.readString(folder.resolve("questions.json")));
        List<String> lines = Files.readAllLines(folder.resolve("heldout.jsonl"));
        int count = Math.min(limit, lines.size());
        Map<Language, Integer> right = new EnumMap<>(Language.class);
        List<Mistake> mistakes = new ArrayList<>();
        try (Session session = model.newSession(SessionOptions.defaults())) {
            for (int i = 0; i < count; i++) {
                Map<String, Object> line = JSON.std.mapFrom(lines.get(i));
                String file = (String) line.get("image");
                RgbImage image = ImageDecoder.decode(folder.resolve(file), ImageDecoder.Orientation.IGNORE);
                Map<?, ?> names = (Map<?, ?>) line.get("names");
                for (Language language : Language.values()) {
                    List<?> phrasings = (List<?>) questions.get(language.code());
                    String question = (String) phrasings.get(i % phrasings.size());
                    String expected = (String) names.get(language.code());
                    session.clear();
                    String answer;
                    try (Generation generation = session.generate(Message.of(question, image), ANSWER)) {
                        answer = generation.text();
                    }
                    right.merge(language, answer.equals(expected) ? 1 : 0, Integer::sum);
                    if (!answer.equals(expected)) {
                        mistakes.add(new Mistake(file, language, expected, answer));
                    }
                }
            }
        }
        return new Result(count, right, mistakes);
    }
}
