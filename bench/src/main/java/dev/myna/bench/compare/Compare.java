// SPDX-License-Identifier: Apache-2.0
package dev.myna.bench.compare;

import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** Runs our command and a peer's in turns and prints the ratio of their figures, pair by pair. */
@Command(
        name = "bench/compare",
        sortOptions = false,
        customSynopsis = {
            "bench/compare [--pairs N] --ours CMD --theirs CMD [--column NAME | --pattern REGEX | --wall]",
            "       bench/compare [--pairs N] --preset NAME --peer CMD -m MODEL [--test pp512] [-t N]"
        },
        description = {
            "Runs two commands in turns, A B A B, so that both meet the same machine, and prints the figures of each pair, how"
                    + " many times as fast ours was, and the median of these ratios.",
            "A figure is the last number on stdout unless --column, --pattern or --wall says otherwise. Commands are lines for sh.",
            "Exit codes: 0 ok, 1 a command failed or showed no figure, 2 usage."
        })
public final class Compare implements Callable<Integer> {
    private static final Pattern TEST = Pattern.compile("(pp|tg)([1-9][0-9]{0,6})");

    @Option(names = "--ours", paramLabel = "CMD", description = "Our command.")
    private String ours;

    @Option(names = "--theirs", paramLabel = "CMD", description = "The peer's command.")
    private String theirs;

    @Option(
            names = "--column",
            paramLabel = "NAME",
            description = "Figure: this column of the last row of CSV on stdout.")
    private String column;

    @Option(
            names = "--pattern",
            paramLabel = "REGEX",
            converter = PatternConverter.class,
            description = "Figure: the first group of the last match on stdout, or on stderr where stdout has none.")
    private Pattern pattern;

    @Option(
            names = "--their-pattern",
            paramLabel = "REGEX",
            converter = PatternConverter.class,
            description = "The same for the peer's output alone.")
    private Pattern theirPattern;

    @Option(names = "--wall", description = "Figure: seconds from start to end of the process.")
    private boolean wall;

    @Option(names = "--lower", description = "Lower figures are better; implied by --wall.")
    private boolean lower;

    @Option(
            names = "--preset",
            paramLabel = "NAME",
            converter = PresetConverter.class,
            description = "A peer whose commands and output are known: llama-bench, llama3.java or jinfer.")
    private PeerPreset preset;

    @Option(
            names = "--peer",
            paramLabel = "CMD",
            description =
                    "With --preset: how to start the peer, such as /path/llama-bench or 'java -jar /path/llama3.jar'.")
    private String peer;

    @Option(
            names = "--myna",
            paramLabel = "CMD",
            defaultValue = "./myna",
            description = "With --preset: how to start Myna, default ${DEFAULT-VALUE}.")
    private String myna;

    @Option(
            names = {"-m", "--model"},
            paramLabel = "FILE",
            description = "With --preset: the model both run.")
    private String model;

    @Option(
            names = "--test",
            paramLabel = "TEST",
            defaultValue = "pp512",
            description = "With --preset: ppN or tgN, default ${DEFAULT-VALUE}.")
    private String test;

    @Option(
            names = {"-t", "--threads"},
            paramLabel = "N",
            description = "With --preset: threads of both, default one per core.")
    private int threads;

    @Option(
            names = "--pairs",
            paramLabel = "N",
            defaultValue = "5",
            description = "Pairs to run, default ${DEFAULT-VALUE}.")
    private int pairs;

    @Option(
            names = "--discard",
            paramLabel = "N",
            description = "Pairs to run before these and not to count, default 0.")
    private int discard;

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            defaultValue = "600",
            description = "Longest run of a command, default ${DEFAULT-VALUE}.")
    private int timeout;

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
        return new CommandLine(new Compare())
                .setUsageHelpWidth(120)
                .setParameterExceptionHandler((problem, _) -> {
                    problem.getCommandLine().getErr().println("compare: " + problem.getMessage());
                    return 2;
                })
                .setExecutionExceptionHandler((problem, line, _) -> {
                    if (!(problem instanceof MeasuredCommand.Failure)) {
                        throw problem;
                    }
                    line.getErr().println("compare: " + problem.getMessage());
                    return 1;
                });
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        requireAtLeast("--pairs", pairs, 1);
        requireAtLeast("--discard", discard, 0);
        requireAtLeast("--timeout", timeout, 1);
        requireAtLeast("--threads", threads, 0);
        MeasuredCommand first = preset == null ? own() : preset.ours(myna, presetTest());
        MeasuredCommand second = preset == null ? other() : preset.theirs(peer, presetTest());
        PrintWriter out = spec.commandLine().getOut();
        out.println("ours:   " + first.command());
        out.println("theirs: " + second.command());
        out.printf("%6s %12s %12s %8s%n", "pair", "ours", "theirs", "ratio");
        out.flush();
        Duration limit = Duration.ofSeconds(timeout);
        for (int i = 0; i < discard; i++) {
            run(first, second, limit);
        }
        List<RunPairs.Pair> done = new ArrayList<>();
        for (int i = 1; i <= pairs; i++) {
            RunPairs.Pair pair = run(first, second, limit);
            done.add(pair);
            row(out, Integer.toString(i), pair.ours(), pair.theirs(), pair.ratio());
        }
        RunPairs duel = new RunPairs(done);
        row(out, "median", duel.medianOurs(), duel.medianTheirs(), duel.medianRatio());
        out.printf(
                Locale.ROOT,
                "ours is %.2f times as fast (%.2f to %.2f over %d %s)%n",
                duel.medianRatio(),
                duel.lowestRatio(),
                duel.highestRatio(),
                pairs,
                pairs == 1 ? "pair" : "pairs");
        out.flush();
        return 0;
    }

    private RunPairs.Pair run(MeasuredCommand first, MeasuredCommand second, Duration limit)
            throws IOException, InterruptedException {
        double ourFigure = first.run(limit);
        double theirFigure = second.run(limit);
        return new RunPairs.Pair(
                ourFigure, theirFigure, wall || lower ? RunPairs.Better.LOWER : RunPairs.Better.HIGHER);
    }

    private static void row(PrintWriter out, String name, double ourFigure, double theirFigure, double ratio) {
        out.printf(Locale.ROOT, "%6s %12.3f %12.3f %8.3f%n", name, ourFigure, theirFigure, ratio);
        out.flush();
    }

    private MeasuredCommand own() {
        return new MeasuredCommand("ours", given("--ours", ours), figure(pattern));
    }

    private MeasuredCommand other() {
        return new MeasuredCommand(
                "theirs", given("--theirs", theirs), figure(theirPattern == null ? pattern : theirPattern));
    }

    /** @param found pattern to look for, or null */
    private Figure figure(Pattern found) {
        if ((wall ? 1 : 0) + (column == null ? 0 : 1) + (pattern == null ? 0 : 1) > 1) {
            throw new ParameterException(spec.commandLine(), "give one of --column, --pattern and --wall");
        }
        if (wall) {
            return new Figure.Wall();
        }
        if (found != null) {
            return new Figure.Match(found);
        }
        return column == null ? new Figure.LastNumber() : new Figure.Column(column);
    }

    private PeerPreset.Test presetTest() {
        if (ours != null || theirs != null) {
            throw new ParameterException(spec.commandLine(), "--preset makes both commands: drop --ours and --theirs");
        }
        if (wall || lower || column != null || pattern != null || theirPattern != null) {
            throw new ParameterException(
                    spec.commandLine(), "--preset knows the figures: give the commands to choose others");
        }
        given("--peer", peer);
        Matcher parts = TEST.matcher(test);
        if (!parts.matches()) {
            throw new ParameterException(spec.commandLine(), "--test is ppN or tgN, not '" + test + "'");
        }
        int length = Integer.parseInt(parts.group(2));
        boolean prompt = parts.group(1).equals("pp");
        int count = threads == 0 ? Runtime.getRuntime().availableProcessors() : threads;
        return new PeerPreset.Test(given("--model", model), prompt ? length : 0, prompt ? 0 : length, count);
    }

    private String given(String option, String value) {
        if (value == null) {
            throw new ParameterException(
                    spec.commandLine(),
                    option + " is missing: give --ours and --theirs, or --preset, --peer and --model; see --help");
        }
        return value;
    }

    private void requireAtLeast(String option, int value, int least) {
        if (value < least) {
            throw new ParameterException(spec.commandLine(), option + " must be at least " + least + ", not " + value);
        }
    }

    static final class PatternConverter implements ITypeConverter<Pattern> {
        @Override
        public Pattern convert(String value) {
            try {
                return Pattern.compile(value, Pattern.MULTILINE);
            } catch (PatternSyntaxException e) {
                throw new TypeConversionException("'" + value + "' is no regular expression: " + e.getDescription());
            }
        }
    }

    static final class PresetConverter implements ITypeConverter<PeerPreset> {
        @Override
        public PeerPreset convert(String value) {
            return Arrays.stream(PeerPreset.values())
                    .filter(known -> known.label().equalsIgnoreCase(value))
                    .findFirst()
                    .orElseThrow(() -> new TypeConversionException("'" + value + "' is no preset; choose one of "
                            + Arrays.stream(PeerPreset.values())
                                    .map(PeerPreset::label)
                                    .toList()));
        }
    }
}
