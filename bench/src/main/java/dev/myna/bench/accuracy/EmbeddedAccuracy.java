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
import dev.myna.engine.Part;
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
import java.util.HashMap;
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
 * a second turn, which then counts. {@code conversations.jsonl} has the same form: there a turn can name the images that it
 * shows, and an entry says what each of its turns counts as. Earlier answers in a conversation are the model's own.
 */
@Command(
        name = "accuracy",
        mixinStandardHelpOptions = true,
        description = "Exact-match accuracy per kind of question and language on a folder of labelled images.")
public final class EmbeddedAccuracy implements Callable<Integer> {
    private static final GenerationOptions ANSWER =
            GenerationOptions.builder().maxTokens(96).build();

    /** What is asked about single images. */
    public static final String SINGLE = "heldout.jsonl";

    /** Conversations. */
    public static final String CONVERSATIONS = "conversations.jsonl";

    @Parameters(paramLabel = "FOLDER", description = "Folder with FILE and the images.")
    private Path folder;

    @Option(
            names = "--file",
            paramLabel = "FILE",
            description = "What is asked: " + SINGLE + " (default) or " + CONVERSATIONS + ".")
    private String file = SINGLE;

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

    /**
     * A question, and the answer that is right.
     *
     * @param images files of the images that the turn shows
     */
    private record Turn(String question, String answer, List<String> images) {}

    /**
     * A conversation in every language.
     *
     * @param kinds what each turn counts as; null where it does not count
     */
    private record Ask(List<String> kinds, Map<Language, List<Turn>> turns) {}

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
            result = measure(loaded, folder, file, images);
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
        return measure(model, folder, SINGLE, limit);
    }

    /** Asks what the first {@code limit} lines of a file of the folder say, in every language. */
    public static Result measure(Model model, Path folder, String file, int limit) throws IOException {
        List<String> lines = Files.readAllLines(folder.resolve(file));
        int count = Math.min(limit, lines.size());
        Map<String, Map<Language, Score>> scores = new TreeMap<>();
        List<Mistake> mistakes = new ArrayList<>();
        Map<String, RgbImage> images = new HashMap<>();
        SchedulerOptions options =
                SchedulerOptions.builder().slots(Language.values().length).build();
        try (Scheduler scheduler = model.newScheduler(options)) {
            for (int i = 0; i < count; i++) {
                Map<String, Object> line = JSON.std.mapFrom(lines.get(i));
                String image = (String) line.get("image");
                for (Ask ask : asks(line, image)) {
                    readImages(folder, ask, images);
                    Map<Language, List<String>> answers = answers(scheduler, images, ask);
                    for (Language language : Language.values()) {
                        List<Turn> turns = ask.turns().get(language);
                        for (int turn = 0; turn < turns.size(); turn++) {
                            String kind = ask.kinds().get(turn);
                            if (kind != null) {
                                String answer = answers.get(language).get(turn);
                                String expected = turns.get(turn).answer();
                                boolean right = answer.equals(expected);
                                scores.computeIfAbsent(kind, _ -> new EnumMap<>(Language.class))
                                        .merge(language, new Score(right ? 1 : 0, 1), Score::plus);
                                if (!right) {
                                    mistakes.add(new Mistake(image, kind, language, expected, answer));
                                }
                            }
                        }
                    }
                }
            }
        }
        return new Result(count, scores, mistakes);
    }

    private static void readImages(Path folder, Ask ask, Map<String, RgbImage> images) throws IOException {
        for (List<Turn> turns : ask.turns().values()) {
            for (Turn turn : turns) {
                for (String file : turn.images()) {
                    if (!images.containsKey(file)) {
                        images.put(file, ImageDecoder.decode(folder.resolve(file), ImageDecoder.Orientation.IGNORE));
                    }
                }
            }
        }
    }

    /** The answers of every turn, all languages at once. */
    private static Map<Language, List<String>> answers(Scheduler scheduler, Map<String, RgbImage> images, Ask ask) {
        Map<Language, List<ChatMessage>> conversations = new EnumMap<>(Language.class);
        Map<Language, List<String>> answers = new EnumMap<>(Language.class);
        for (Language language : Language.values()) {
            conversations.put(language, new ArrayList<>());
            answers.put(language, new ArrayList<>());
        }
        for (int turn = 0; turn < ask.kinds().size(); turn++) {
            Map<Language, Generation> running = new EnumMap<>(Language.class);
            for (Language language : Language.values()) {
                Turn asked = ask.turns().get(language).get(turn);
                List<ChatMessage> said = conversations.get(language);
                List<Part> parts = new ArrayList<>();
                asked.images().forEach(file -> parts.add(new Part.Image(images.get(file))));
                parts.add(new Part.Text(asked.question()));
                said.add(new ChatMessage.User(new Message(parts)));
                running.put(language, scheduler.submit(new ChatRequest.Chat(said), ANSWER));
            }
            running.forEach((language, generation) -> {
                String answer = generation.text();
                conversations.get(language).add(new ChatMessage.Assistant(answer));
                answers.get(language).add(answer);
            });
        }
        return answers;
    }

    private static List<Ask> asks(Map<String, Object> line, String image) {
        List<Ask> asks = new ArrayList<>();
        for (Object each : (List<?>) line.get("asks")) {
            Map<?, ?> ask = (Map<?, ?>) each;
            Map<Language, List<Turn>> turns = new EnumMap<>(Language.class);
            for (Language language : Language.values()) {
                List<Turn> all = new ArrayList<>();
                for (Object turn : (List<?>) ask.get(language.code())) {
                    all.add(turn((List<?>) turn, all.isEmpty() ? List.of(image) : List.of()));
                }
                turns.put(language, all);
            }
            asks.add(new Ask(kinds(ask, turns.get(Language.EN).size()), turns));
        }
        return asks;
    }

    /** @param images what the turn shows if it does not say */
    private static Turn turn(List<?> turn, List<String> images) {
        List<String> shown = turn.size() < 3
                ? images
                : ((List<?>) turn.get(2)).stream().map(String.class::cast).toList();
        return new Turn((String) turn.get(0), (String) turn.get(1), shown);
    }

    /** What each turn counts as; only the last one counts if the entry does not say. */
    private static List<String> kinds(Map<?, ?> ask, int turns) {
        List<String> kinds = new ArrayList<>();
        if (ask.get("kinds") instanceof List<?> each) {
            each.forEach(kind -> kinds.add((String) kind));
        } else {
            for (int turn = 1; turn < turns; turn++) {
                kinds.add(null);
            }
            kinds.add((String) ask.get("type"));
        }
        return kinds;
    }
}
