// SPDX-License-Identifier: Apache-2.0
package dev.myna.bench.load;

import dev.myna.Myna;
import dev.myna.engine.Model;
import dev.myna.engine.ModelOptions;
import dev.myna.engine.SchedulerOptions;
import dev.myna.engine.SessionOptions;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** How throughput and latency change with the number of answers at once. */
@Command(
        name = "concurrency",
        sortOptions = false,
        description =
                "Answers 1, 2, 4, 8 and 16 requests at once by one scheduler, and prints tokens per second, of all streams"
                        + " together and of each, and the time to the first text. Prompts are random and share nothing.")
public final class ConcurrencyBenchmark implements Callable<Integer> {

    @Option(
            names = {"-m", "--model"},
            required = true,
            paramLabel = "FILE",
            description = "Decoder GGUF.")
    private Path model;

    @Option(
            names = "--parallel",
            split = ",",
            paramLabel = "N",
            defaultValue = "1,2,4,8,16",
            description = "Streams at once, default ${DEFAULT-VALUE}.")
    private List<Integer> parallel;

    @Option(
            names = {"-p", "--n-prompt"},
            paramLabel = "N",
            defaultValue = "32",
            description = "Prompt tokens of each request, about; default ${DEFAULT-VALUE}.")
    private int prompt;

    @Option(
            names = {"-n", "--n-gen"},
            paramLabel = "N",
            defaultValue = "64",
            description = "Tokens of each answer, default ${DEFAULT-VALUE}.")
    private int generated;

    @Option(
            names = {"-r", "--repetitions"},
            paramLabel = "N",
            defaultValue = "3",
            description = "Measured rounds of each number of streams, default ${DEFAULT-VALUE}; medians are printed.")
    private int repetitions;

    @Option(
            names = {"-t", "--threads"},
            paramLabel = "N",
            description = "Worker threads, default one per core.")
    private Integer threads;

    @Option(
            names = "--warm-up",
            paramLabel = "S",
            defaultValue = "3",
            description = "Seconds of unmeasured rounds before, default ${DEFAULT-VALUE}.")
    private int warmUp;

    @Option(
            names = "--prompt-chunk",
            paramLabel = "N",
            defaultValue = "256",
            description = "Prompt positions per pass, default ${DEFAULT-VALUE}.")
    private int promptChunk;

    @Option(
            names = "--approximate",
            description = "Let results depend on who shares a pass: SchedulerOptions.exact off.")
    private boolean approximate;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Print this text.")
    @SuppressWarnings("unused") // picocli asks for it
    private boolean help;

    @Spec
    private CommandSpec spec;

    /** The command line: {@code --help} lists the options. */
    public static void main(String[] args) {
        System.exit(commandLine().execute(args));
    }

    static CommandLine commandLine() {
        return new CommandLine(new ConcurrencyBenchmark());
    }

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        ModelOptions options = threads == null
                ? ModelOptions.defaults()
                : ModelOptions.builder().threads(threads).build();
        try (Model loaded = Myna.loadTextOnly(model, options)) {
            out.println(loaded.info().name() + ", " + loaded.info().device() + ", prompts of about " + prompt
                    + ", answers of " + generated + " tokens, " + (approximate ? "approximate" : "exact"));
            out.println("| streams | tokens/s | each | first text, ms | slowest, ms | rows per pass |");
            out.println("|---:|---:|---:|---:|---:|---:|");
            for (int streams : parallel) {
                SchedulerOptions scheduling = SchedulerOptions.builder()
                        .slots(streams)
                        .promptChunk(promptChunk)
                        .prefixBytes(0)
                        .exact(!approximate)
                        .session(SessionOptions.builder()
                                .contextSize(Math.min(loaded.info().contextLength(), 2 * prompt + generated + 16))
                                .build())
                        .build();
                ConcurrentRound.Result result = ConcurrentRound.median(
                        loaded, scheduling, new ConcurrentRound.Load(prompt, generated), repetitions, warmUp);
                out.println(String.format(
                        Locale.ROOT,
                        "| %d | %.1f | %.1f | %.1f | %.1f | %.1f |",
                        streams,
                        result.tokensPerSecond(),
                        result.eachPerSecond(),
                        result.firstMillis(),
                        result.slowestMillis(),
                        result.rowsPerPass()));
                out.flush();
            }
        }
        return 0;
    }
}
