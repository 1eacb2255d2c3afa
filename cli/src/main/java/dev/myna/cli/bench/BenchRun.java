// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.bench;

import dev.myna.cli.command.ModelFacts;
import dev.myna.cli.command.ModelFiles;
import dev.myna.cli.launch.WarmUp;
import dev.myna.cli.options.ModelArguments;
import dev.myna.cli.system.HostFacts;
import dev.myna.cli.terminal.Console;
import dev.myna.engine.Session;
import dev.myna.engine.SessionOptions;
import dev.myna.kernels.Roofline;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** All tests of a benchmark with one model and one number of threads. */
final class BenchRun {
    private final BenchMachine machine;
    private final ModelFacts facts;
    private final ModelArguments model;
    private final BenchQuestion question;
    private final Repetitions repetitions;
    private final Roofline roofline;
    private final String arguments;

    /**
     * @param roofline null if it was not measured
     * @param arguments of the command
     */
    BenchRun(
            BenchMachine machine,
            ModelFacts facts,
            ModelArguments model,
            BenchQuestion question,
            Repetitions repetitions,
            Roofline roofline,
            String arguments) {
        this.machine = machine;
        this.facts = facts;
        this.model = model;
        this.question = question;
        this.repetitions = repetitions;
        this.roofline = roofline;
        this.arguments = arguments;
    }

    /** The number of threads; 0 means one per processor. */
    static int actual(int threads) {
        return threads == 0 ? Runtime.getRuntime().availableProcessors() : threads;
    }

    /** Loads the model and runs the tests, once for each type of cache. */
    void all(List<BenchTest> tests, List<CacheTypes> cacheTypes, Console console, Consumer<BenchResult> results)
            throws IOException {
        try (ModelFiles.Loaded loaded = load(largestSession(tests, cacheTypes), console)) {
            for (CacheTypes cacheType : cacheTypes) {
                BenchResult.Setting setting = new BenchResult.Setting(
                        machine,
                        facts,
                        loaded.model().info().device(),
                        KernelsInUse.of(loaded.model().info(), model.kernels),
                        actual(model.threads),
                        cacheType,
                        arguments);
                ColdBench cold = new ColdBench(coldArguments(cacheType), repetitions.count());
                for (BenchTest test : tests) {
                    Instant begin = Instant.now();
                    Measured measured = measure(test, loaded, cacheType, cold);
                    Optional<Long> peak =
                            test.state() == BenchTest.State.WARM ? HostFacts.peakMemory() : Optional.empty();
                    results.accept(new BenchResult(setting, test, measured, roofline, begin, peak));
                }
            }
        }
    }

    private ModelFiles.Loaded load(Optional<SessionOptions> largest, Console console) throws IOException {
        return largest.isPresent()
                ? ModelFiles.open(model, largest.get(), ModelFiles.Vision.NONE, console, WarmUp.NONE)
                : ModelFiles.open(model, ModelFiles.Vision.NONE, console, WarmUp.NONE);
    }

    /** The session that needs the most memory, if any test opens one in this process. */
    private static Optional<SessionOptions> largestSession(List<BenchTest> tests, List<CacheTypes> cacheTypes) {
        CacheTypes cacheType = cacheTypes.stream()
                .max(Comparator.comparingLong(CacheTypes::bytes))
                .orElseThrow();
        SessionOptions answer = SessionOptions.builder()
                .cacheTypes(cacheType.keys(), cacheType.values())
                .build();
        int tokens = tests.stream()
                .filter(BenchTest.Tokens.class::isInstance)
                .mapToInt(test -> ((BenchTest.Tokens) test).contextSize())
                .max()
                .orElse(0);
        boolean asks = tests.contains(new BenchTest.Ttft(BenchTest.State.WARM));
        // A session without a size has up to this many positions.
        if (tokens > (asks ? Session.LARGEST_DEFAULT_CONTEXT : 0)) {
            return Optional.of(answer.toBuilder().contextSize(tokens).build());
        }
        return asks ? Optional.of(answer) : Optional.empty();
    }

    private Measured measure(BenchTest test, ModelFiles.Loaded loaded, CacheTypes cacheType, ColdBench cold)
            throws IOException {
        AnswerBench warm = new AnswerBench(loaded.model(), cacheType, repetitions);
        return switch (test) {
            case BenchTest.Tokens tokens -> new TokenBench(loaded.model(), cacheType, repetitions).run(tokens);
            case BenchTest.Vit(BenchTest.State state) ->
                state == BenchTest.State.WARM ? warm.vit(question) : cold.vit();
            case BenchTest.Ttft(BenchTest.State state) ->
                state == BenchTest.State.WARM ? warm.ttft(question) : cold.ttft();
        };
    }

    /** Arguments of {@code myna run} in a fresh process. */
    private List<String> coldArguments(CacheTypes cacheType) {
        List<String> words = new ArrayList<>(List.of("-p", question.text(), "-n", "1"));
        if (model.model != null) {
            words.addAll(List.of("-m", model.model.toString()));
        }
        if (model.mmproj != null) {
            words.addAll(List.of("--mmproj", model.mmproj.toString()));
        }
        if (question.hasImage()) {
            words.addAll(List.of("--image", question.file().toString()));
        }
        words.addAll(List.of("-t", Integer.toString(model.threads), "--kernels", model.kernels.name()));
        words.addAll(model.where.words());
        words.addAll(List.of("-ctk", cacheType.keyName(), "-ctv", cacheType.valueName()));
        return words;
    }
}
