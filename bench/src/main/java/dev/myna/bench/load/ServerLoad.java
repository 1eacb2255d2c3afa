// SPDX-License-Identifier: Apache-2.0
package dev.myna.bench.load;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.jr.ob.JSON;

/**
 * Measures a server of OpenAI's API with streams that run at the same time: tokens a second of all together, and how long each has
 * to wait. Every request has a prompt of its own, so that no prefix is found in a cache beyond the template's.
 */
@Command(
        name = "server-load",
        mixinStandardHelpOptions = true,
        description = "Throughput and latency of a server at several numbers of concurrent streams.")
public final class ServerLoad implements Callable<Integer> {
    private static final double NANOS_PER_MILLI = 1e6;

    @Option(names = "--url", paramLabel = "URL", description = "The server; default ${DEFAULT-VALUE}.")
    private URI url = URI.create("http://127.0.0.1:8080");

    @Option(
            names = "--streams",
            split = ",",
            paramLabel = "N",
            description = "Streams at the same time; default ${DEFAULT-VALUE}.")
    private List<Integer> streams = List.of(1, 2, 4, 8, 16);

    @Option(
            names = {"-r", "--repetitions"},
            paramLabel = "N",
            description = "Requests of each stream, one after the other; default ${DEFAULT-VALUE}.")
    private int repetitions = 3;

    @Option(names = "-n", paramLabel = "N", description = "Tokens of each answer at most; default ${DEFAULT-VALUE}.")
    private int tokens = 64;

    @Option(names = "-p", paramLabel = "N", description = "Words of each question; default ${DEFAULT-VALUE}.")
    private int words = 32;

    @Option(names = "--image", paramLabel = "FILE", description = "An image that comes with each question.")
    private Path imageFile;

    @Option(
            names = "--temp",
            paramLabel = "T",
            description =
                    "Temperature; at the default ${DEFAULT-VALUE} all tokens are alike, so that few answers end early.")
    private float temperature = 100;

    @Option(names = "--api-key", paramLabel = "KEY", description = "Key of the server.")
    private String key;

    @Option(
            names = "--verify",
            description = "First asks everything alone; exit code 1 if an answer differs when asked among others.")
    private boolean verify;

    @Option(names = "--json", description = "One JSON object a line instead of a table.")
    private boolean json;

    /** What one number of streams came to; times in milliseconds. */
    record Level(
            int streams,
            int requests,
            int generated,
            double seconds,
            double firstMedian,
            double firstWorst,
            double gapMedian,
            double gapWorst,
            double answerMedian) {
        double tokensPerSecond() {
            return generated / seconds;
        }
    }

    @Override
    public Integer call() throws Exception {
        String image = imageFile == null
                ? null
                : "data:image/" + (imageFile.toString().endsWith(".png") ? "png" : "jpeg") + ";base64,"
                        + Base64.getEncoder().encodeToString(Files.readAllBytes(imageFile));
        Map<Integer, String> alone = new TreeMap<>();
        int differing = 0;
        try (ServerStream server = new ServerStream(url, key)) {
            server.ask(body("warm-up", 0, image));
            if (verify) {
                int most = streams.stream().mapToInt(Integer::intValue).max().orElseThrow() * repetitions;
                for (int i = 0; i < most; i++) {
                    alone.put(i, server.ask(body("question", i, image)).text());
                }
            }
            if (!json) {
                System.out.println(
                        "| streams | tokens/s | of one | first token ms, median | worst | between tokens ms, median"
                                + " | worst | answer ms, median |");
                System.out.println("|---|---|---|---|---|---|---|---|");
            }
            double one = 0;
            for (int count : streams) {
                Map<Integer, ServerStream.Answer> answers = new TreeMap<>();
                Level level = level(server, count, image, answers);
                one = one == 0 ? level.tokensPerSecond() : one;
                System.out.println(json ? JSON.std.asString(map(level)) : row(level, one));
                for (Map.Entry<Integer, ServerStream.Answer> answer : answers.entrySet()) {
                    if (verify && !answer.getValue().text().equals(alone.get(answer.getKey()))) {
                        differing++;
                        System.err.println(
                                "question " + answer.getKey() + " has another answer among " + count + " streams");
                    }
                }
            }
        }
        if (verify) {
            System.err.println(differing == 0 ? "every answer is the same as alone" : differing + " answers differ");
        }
        return differing == 0 ? 0 : 1;
    }

    private Level level(ServerStream server, int count, String image, Map<Integer, ServerStream.Answer> answers)
            throws InterruptedException, ExecutionException {
        // With --verify the questions are those that were asked alone; else no two levels share one.
        String subject = verify ? "question" : "question of " + count;
        List<Future<List<ServerStream.Answer>>> running = new ArrayList<>();
        long start = System.nanoTime();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int s = 0; s < count; s++) {
                int first = s * repetitions;
                running.add(threads.submit(() -> {
                    List<ServerStream.Answer> own = new ArrayList<>();
                    for (int r = 0; r < repetitions; r++) {
                        own.add(server.ask(body(subject, first + r, image)));
                    }
                    return own;
                }));
            }
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        for (int s = 0; s < count; s++) {
            List<ServerStream.Answer> own = running.get(s).get();
            for (int r = 0; r < repetitions; r++) {
                answers.put(s * repetitions + r, own.get(r));
            }
        }
        double[] firsts = answers.values().stream()
                .mapToDouble(ServerStream.Answer::firstNanos)
                .sorted()
                .toArray();
        double[] gaps = answers.values().stream()
                .flatMapToDouble(answer -> Arrays.stream(answer.gapNanos()).asDoubleStream())
                .sorted()
                .toArray();
        double[] whole = answers.values().stream()
                .mapToDouble(ServerStream.Answer::nanos)
                .sorted()
                .toArray();
        int generated =
                answers.values().stream().mapToInt(ServerStream.Answer::tokens).sum();
        return new Level(
                count,
                answers.size(),
                generated,
                seconds,
                median(firsts),
                worst(firsts),
                median(gaps),
                worst(gaps),
                median(whole));
    }

    private static double median(double[] sorted) {
        return sorted.length == 0 ? 0 : sorted[sorted.length / 2] / NANOS_PER_MILLI;
    }

    private static double worst(double[] sorted) {
        return sorted.length == 0 ? 0 : sorted[sorted.length - 1] / NANOS_PER_MILLI;
    }

    private static String row(Level level, double one) {
        return String.format(
                Locale.ROOT,
                "| %d | %.1f | %.2f | %.0f | %.0f | %.1f | %.0f | %.0f |",
                level.streams(),
                level.tokensPerSecond(),
                level.tokensPerSecond() / one,
                level.firstMedian(),
                level.firstWorst(),
                level.gapMedian(),
                level.gapWorst(),
                level.answerMedian());
    }

    private static Map<String, Object> map(Level level) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("streams", level.streams());
        map.put("requests", level.requests());
        map.put("tokens", level.generated());
        map.put("seconds", level.seconds());
        map.put("tokens_per_second", level.tokensPerSecond());
        map.put("first_token_ms_median", level.firstMedian());
        map.put("first_token_ms_worst", level.firstWorst());
        map.put("between_tokens_ms_median", level.gapMedian());
        map.put("between_tokens_ms_worst", level.gapWorst());
        map.put("answer_ms_median", level.answerMedian());
        return map;
    }

    private String body(String subject, int number, String image) {
        StringBuilder question =
                new StringBuilder(subject).append(' ').append(number).append(':');
        for (int i = 0; i < words; i++) {
            question.append(" word").append((number * 31 + i * 7) % 100);
        }
        List<Object> parts = new ArrayList<>();
        if (image != null) {
            parts.add(Map.of("type", "image_url", "image_url", Map.of("url", image)));
        }
        parts.add(Map.of("type", "text", "text", question.toString()));
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("messages", List.of(Map.of("role", "user", "content", parts)));
        body.put("stream", true);
        body.put("stream_options", Map.of("include_usage", true));
        body.put("max_tokens", tokens);
        body.put("temperature", temperature);
        body.put("seed", number);
        return JSON.std.asString(body);
    }

    public static void main(String[] args) throws IOException {
        System.exit(new CommandLine(new ServerLoad()).execute(args));
    }
}
