// SPDX-License-Identifier: Apache-2.0
package dev.myna.bench.load;

import dev.myna.engine.ChatRequest;
import dev.myna.engine.Generation;
import dev.myna.engine.GenerationOptions;
import dev.myna.engine.Model;
import dev.myna.engine.Scheduler;
import dev.myna.engine.SchedulerOptions;
import dev.myna.engine.SchedulerStats;
import dev.myna.engine.text.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** As many requests as a scheduler has slots, sent at once: what they got, and when. */
final class ConcurrentRound {
    private ConcurrentRound() {}

    /**
     * What is asked for.
     *
     * @param prompt tokens of each prompt, about
     * @param generated tokens of each answer
     */
    record Load(int prompt, int generated) {}

    /**
     * What came of it.
     *
     * @param tokensPerSecond tokens of all answers, from the first request to the last answer's end
     * @param eachPerSecond median over the answers: tokens per second from its first text to its end
     * @param firstMillis median over the answers: from the request to its first text
     * @param slowestMillis the longest of these
     * @param rowsPerPass rows that shared a pass of the decoder, prompts included
     */
    record Result(
            double tokensPerSecond,
            double eachPerSecond,
            double firstMillis,
            double slowestMillis,
            double rowsPerPass) {}

    private record Times(long first, long end, int tokens) {}

    /** The round with the median throughput, after {@code warmUp} seconds of unmeasured ones. */
    static Result median(Model model, SchedulerOptions options, Load load, int repetitions, int warmUp) {
        SplittableRandom random = new SplittableRandom(1);
        List<Result> results = new ArrayList<>();
        try (Scheduler scheduler = model.newScheduler(options);
                ExecutorService readers = Executors.newVirtualThreadPerTaskExecutor()) {
            long end = System.nanoTime() + warmUp * 1_000_000_000L;
            while (System.nanoTime() < end) {
                run(scheduler, readers, model.tokenizer(), options.slots(), load, random);
            }
            for (int i = 0; i < Math.max(1, repetitions); i++) {
                results.add(run(scheduler, readers, model.tokenizer(), options.slots(), load, random));
            }
        }
        results.sort(Comparator.comparingDouble(Result::tokensPerSecond));
        return results.get(results.size() / 2);
    }

    private static Result run(
            Scheduler scheduler,
            ExecutorService readers,
            Tokenizer tokenizer,
            int streams,
            Load load,
            SplittableRandom random) {
        GenerationOptions options = GenerationOptions.builder()
                .maxTokens(load.generated())
                .temperature(1)
                .topK(40)
                .logitBias(noEnd(tokenizer))
                .build();
        SchedulerStats before = scheduler.stats();
        long start = System.nanoTime();
        List<Future<Times>> futures = new ArrayList<>();
        for (int i = 0; i < streams; i++) {
            Generation generation = scheduler.submit(
                    new ChatRequest.Raw(text(tokenizer, load.prompt(), random)),
                    options.toBuilder().seed(random.nextLong()).build());
            futures.add(readers.submit(() -> {
                boolean any = generation.hasNext();
                long first = System.nanoTime();
                generation.text();
                return new Times(
                        any ? first : start,
                        System.nanoTime(),
                        generation.stats().generatedTokens());
            }));
        }
        List<Times> times = futures.stream().map(ConcurrentRound::await).toList();
        SchedulerStats after = scheduler.stats();
        long end = times.stream().mapToLong(Times::end).max().orElseThrow();
        long tokens = times.stream().mapToLong(Times::tokens).sum();
        double[] first = times.stream()
                .mapToDouble(t -> (t.first - start) / 1e6)
                .sorted()
                .toArray();
        double[] each = times.stream()
                .mapToDouble(t -> (t.tokens - 1) * 1e9 / Math.max(1, t.end - t.first))
                .sorted()
                .toArray();
        return new Result(
                tokens * 1e9 / (end - start),
                each[streams / 2],
                first[streams / 2],
                first[streams - 1],
                (double) (after.passRows() - before.passRows()) / (after.passes() - before.passes()));
    }

    /** Random weights may end an answer at any time: every answer is to be as long as asked for. */
    private static Map<Integer, Float> noEnd(Tokenizer tokenizer) {
        Map<Integer, Float> banned = new HashMap<>();
        for (int id = 0; id < tokenizer.size(); id++) {
            if (tokenizer.isEndOfGeneration(id)) {
                banned.put(id, Float.NEGATIVE_INFINITY);
            }
        }
        return banned;
    }

    /** Text of about as many tokens: pieces of the vocabulary that are words or parts of such. */
    private static String text(Tokenizer tokenizer, int tokens, SplittableRandom random) {
        StringBuilder text = new StringBuilder();
        int taken = 0;
        while (taken < tokens) {
            byte[] bytes = tokenizer.bytes(random.nextInt(tokenizer.size()));
            if (bytes.length > 1 && isAscii(bytes)) {
                text.append(new String(bytes, StandardCharsets.US_ASCII));
                taken++;
            }
        }
        return text.toString();
    }

    private static boolean isAscii(byte[] bytes) {
        for (byte each : bytes) {
            if (each < ' ') {
                return false;
            }
        }
        return true;
    }

    private static Times await(Future<Times> future) {
        try {
            return future.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }
}
