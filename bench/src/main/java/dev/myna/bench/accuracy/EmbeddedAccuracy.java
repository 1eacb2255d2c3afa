// SPDX-License-Identifier: Apache-2.0
package dev.myna.bench.accuracy;

import dev.myna.Myna;
import dev.myna.engine.ChatMessage;
import dev.myna.engine.ChatRequest;
import dev.myna.engine.Generation;
import dev.myna.engine.GenerationOptions;
import dev.myna.engine.Language;
import dev.myna.engine.Message;
import dev.myna.engine.Model;
import dev.myna.engine.ModelOptions;
import dev.myna.engine.Placement;
import dev.myna.engine.Scheduler;
import dev.myna.engine.SchedulerOptions;
import dev.myna.kernels.CpuKernels;
import dev.myna.loaders.image.ImageDecoder;
import dev.myna.loaders.image.RgbImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.jr.ob.JSON;

/**
 * Measures how often a model gives exactly the expected answer: every image of a folder, asked in each of the ten languages.
 * The folder holds {@code heldout.jsonl}, one image a line with what is asked about it: questions of several kinds, some with
 * a second turn, which then counts.
 */
@Command(
        name = "accuracy",
        mixinStandardHelpOptions = true,
        description = "Exact-match accuracy per kind of question and language on a folder of labelled images.")
public final class EmbeddedAccuracy implements Callable<Integer> {
    private static final GenerationOptions ANSWER =
            GenerationOptions.builder().maxTokens(96).build();

    @Parameters(paramLabel = "FOLDER", description = "Folder with heldout.jsonl and the images.")
    private Path folder;

    @Option(
            names = {"-m", "--model"},
            paramLabel = "FILE",
            description = "Decoder GGUF; default FOLDER/../nano.gguf.")
    private Path model;

    @Option(names = "--mmproj", paramLabel = "FILE", description = "Vision GGUF; default FOLDER/../nano-mmproj.gguf.")
    private Path mmproj;

    @Option(names = "--images", paramLabel = "N", description = "Only the first N images.")
    private int images = Integer.MAX_VALUE;

    @Option(
            names = {"-t", "--threads"},
            paramLabel = "N",
            description = "Worker threads; default one per core.")
    private int threads;

    @Option(names = "--device", paramLabel = "NAME", description = "cpu (default), opencl or opencl:N.")
    private String device = "cpu";

    @Option(names = "--kernels", paramLabel = "NAME", description = "Of the CPU: jit (default), vector or scalar.")
    private CpuKernels kernels = CpuKernels.JIT;

    @Option(
            names = "--mistakes",
            paramLabel = "N",
            description = "Lists the first N mistakes; default ${DEFAULT-VALUE}.")
    private int listed = 40;

    /** One wrong answer. */
    public record Mistake(String image, String kind, Language language, String expected, String answer) {}

    /** Right answers and questions asked. */
    public record Score(int right, int asked) {
        static final Score NONE = new Score(0, 0);

        Score plus(Score other) {
            return new Score(right + other.right, asked + other.asked);
        }

        /** The share of right answers in per cent. */
        public double percent() {
            return 100.0 * right / asked;
        }
    }

    /**
     * @param images asked about in every language
     * @param scores by kind of question and language
     */
    public record Result(int images, Map<String, Map<Language, Score>> scores, List<Mistake> mistakes) {
        /** Over all kinds of questions. */
        public Score of(Language language) {
            return scores.values().stream()
                    .map(byLanguage -> byLanguage.getOrDefault(language, Score.NONE))
                    .reduce(Score.NONE, Score::plus);
        }
    }

    /** A question, and the answer that is right. */
    private record Turn(String question, String answer) {}

    /** A conversation about an image, in every language. */
    private record Ask(String kind, Map<Language, List<Turn>> turns) {}

    public static void main(String[] args) {
        System.exit(new CommandLine(new EmbeddedAccuracy())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .execute(args));
    }

    @Override
    public Integer call() throws IOException {
        Path decoder = model == null ? folder.resolveSibling("nano.gguf") : model;
        Path vision = mmproj == null ? folder.resolveSibling("nano-mmproj.gguf") : mmproj;
        Result result;
        try (Model loaded = Myna.load(
                decoder,
                vision,
                ModelOptions.builder()
                        .threads(threads)
                        .kernels(kernels)
                        .placement(Placement.parse(device))
                        .build())) {
            result = measure(loaded, folder, images);
        }
        result.mistakes().stream()
                .limit(listed)
                .forEach(mistake -> System.out.println(mistake.image() + " " + mistake.kind() + " "
                        + mistake.language().code() + ": " + mistake.answer() + " instead of " + mistake.expected()));
        System.out.print(table(result));
        return 0;
    }

    /** Per cent of right answers, a row for each kind of question, a column for each language. */
    static String table(Result result) {
        StringBuilder table = new StringBuilder("| kind | asked |");
        for (Language language : Language.values()) {
            table.append(' ').append(language.code()).append(" |");
        }
        table.append("\n|---|---|")
                .append("---|".repeat(Language.values().length))
                .append('\n');
        result.scores().forEach((kind, byLanguage) -> row(table, kind, byLanguage));
        Map<Language, Score> all = new EnumMap<>(Language.class);
        for (Language language : Language.values()) {
            all.put(language, result.of(language));
        }
        row(table, "all", all);
        return table.toString();
    }

    private static void row(StringBuilder table, String kind, Map<Language, Score> byLanguage) {
        Score most = byLanguage.values().stream()
                .reduce((a, b) -> a.asked() >= b.asked() ? a : b)
                .orElse(Score.NONE);
        table.append("| ").append(kind).append(" | ").append(most.asked()).append(" |");
        for (Language language : Language.values()) {
            double percent = byLanguage.getOrDefault(language, Score.NONE).percent();
            table.append(String.format(Locale.ROOT, " %.1f |", percent));
        }
        table.append('\n');
    }

    /** Asks about the first {@code limit} images of the folder in every language. */
    public static Result measure(Model model, Path folder, int limit) throws IOException {
        List<String> lines = Files.readAllLines(folder.resolve("heldout.jsonl"));
        int count = Math.min(limit, lines.size());
        Map<String, Map<Language, Score>> scores = new TreeMap<>();
        List<Mistake> mistakes = new ArrayList<>();
        SchedulerOptions options =
                SchedulerOptions.builder().slots(Language.values().length).build();
        try (Scheduler scheduler = model.newScheduler(options)) {
            for (int i = 0; i < count; i++) {
                Map<String, Object> line = JSON.std.mapFrom(lines.get(i));
                String file = (String) line.get("image");
                RgbImage image = ImageDecoder.decode(folder.resolve(file), ImageDecoder.Orientation.IGNORE);
                for (Ask ask : asks(line)) {
                    Map<Language, String> answers = answers(scheduler, image, ask);
                    for (Language language : Language.values()) {
                        String answer = answers.get(language);
                        String expected = ask.turns().get(language).getLast().answer();
                        boolean right = answer.equals(expected);
                        scores.computeIfAbsent(ask.kind(), _ -> new EnumMap<>(Language.class))
                                .merge(language, new Score(right ? 1 : 0, 1), Score::plus);
                        if (!right) {
                            mistakes.add(new Mistake(file, ask.kind(), language, expected, answer));
                        }
                    }
                }
            }
        }
        return new Result(count, scores, mistakes);
    }

    /** The answers to the last question, all languages at once; the model's own answers stand before it. */
    private static Map<Language, String> answers(Scheduler scheduler, RgbImage image, Ask ask) {
        Map<Language, List<ChatMessage>> conversations = new EnumMap<>(Language.class);
        Map<Language, String> answers = new EnumMap<>(Language.class);
        int count = ask.turns().values().stream().mapToInt(List::size).max().orElse(0);
        for (int turn = 0; turn < count; turn++) {
            Map<Language, Generation> running = new EnumMap<>(Language.class);
            for (Language language : Language.values()) {
                if (turn < ask.turns().get(language).size()) {
                    String question = ask.turns().get(language).get(turn).question();
                    List<ChatMessage> said = conversations.computeIfAbsent(language, _ -> new ArrayList<>());
                    Message message = turn == 0 ? Message.of(question, image) : Message.of(question);
                    said.add(new ChatMessage.User(message));
                    running.put(language, scheduler.submit(new ChatRequest.Chat(said), ANSWER));
                }
            }
            running.forEach((language, generation) -> {
                String answer = generation.text();
                conversations.get(language).add(new ChatMessage.Assistant(answer));
                answers.put(language, answer);
            });
        }
        return answers;
    }

    private static List<Ask> asks(Map<String, Object> line) {
        List<Ask> asks = new ArrayList<>();
        for (Object each : (List<?>) line.get("asks")) {
            Map<?, ?> ask = (Map<?, ?>) each;
            Map<Language, List<Turn>> turns = new EnumMap<>(Language.class);
            for (Language language : Language.values()) {
                turns.put(
                        language,
                        ((List<?>) ask.get(language.code()))
                                .stream()
                                        .map(turn -> (List<?>) turn)
                                        .map(turn -> new Turn((String) turn.getFirst(), (String) turn.getLast()))
                                        .toList());
            }
            asks.add(new Ask((String) ask.get("type"), turns));
        }
        return asks;
    }
}
