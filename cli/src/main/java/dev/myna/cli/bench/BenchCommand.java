// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.bench;

import dev.myna.cli.command.CommandContext;
import dev.myna.cli.command.ModelFacts;
import dev.myna.cli.command.ModelFiles;
import dev.myna.cli.options.DeviceArguments;
import dev.myna.cli.options.GivenOptions;
import dev.myna.cli.options.ModelArguments;
import dev.myna.cli.options.ProfileArguments;
import dev.myna.cli.terminal.ExitCode;
import dev.myna.engine.Language;
import dev.myna.engine.error.RequestException;
import dev.myna.kernels.Roofline;
import dev.myna.kernels.TensorType;
import dev.myna.kernels.devices.Devices;
import dev.myna.loaders.gguf.GgufFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** Measures how fast a model runs on this machine. */
@Command(
        name = "bench",
        header = "Measure how fast a model runs on this machine.",
        customSynopsis = "myna bench [-m FILE] [-p N,..] [-n N,..] [--vit] [--ttft] [-o FORMAT] [options]",
        descriptionHeading = "%n",
        description = {
            "Options, tests and columns are those of llama-bench; t/s shows median and standard deviation.",
            "Without -p, -n, -pg, --vit and --ttft, all tests run. Commas separate the items of a list."
        },
        synopsisHeading = "%nUsage: ",
        sortOptions = false)
public final class BenchCommand implements Callable<Integer> {
    private static final String TWO_WORDS = "Hello there";

    private final CommandContext context;

    @Spec
    private CommandSpec spec;

    @ArgGroup(validate = false, heading = "%nModel:%n", order = 1)
    Files files = new Files();

    @ArgGroup(validate = false, heading = "%nTests:%n", order = 2)
    Tests tests = new Tests();

    @ArgGroup(validate = false, heading = "%nRuns:%n", order = 3)
    Runs runs = new Runs();

    @ArgGroup(validate = false, heading = "%nOutput:%n", order = 4)
    Format format = new Format();

    /** What to load. */
    static final class Files {
        @Option(
                names = {"-m", "--model"},
                paramLabel = "FILE",
                description = "decoder GGUF or model name; default: the embedded model")
        Path model;

        @Option(names = "--mmproj", paramLabel = "FILE", description = "vision GGUF; default: the one beside the model")
        Path mmproj;

        @Option(names = "--no-mmproj", description = "no images: ttft measures a two-word prompt")
        boolean textOnly;
    }

    /** What to measure. */
    static final class Tests {
        @Option(
                names = {"-p", "--n-prompt"},
                paramLabel = "N",
                split = ",",
                description = "prompt lengths (pp), default 512; 0 = none")
        List<Integer> prompts;

        @Option(
                names = {"-n", "--n-gen"},
                paramLabel = "N",
                split = ",",
                description = "generation lengths (tg), default 128; 0 = none")
        List<Integer> generations;

        @Option(names = "-pg", paramLabel = "P,G", description = "prompt, then generation, as one test (repeatable)")
        List<String> pairs = new ArrayList<>();

        @Option(
                names = {"-d", "--n-depth"},
                paramLabel = "N",
                split = ",",
                description = "context positions filled before each of these tests, default 0")
        List<Integer> depths = List.of(0);

        @Option(names = "--vit", description = "time from a decoded image to decoder rows, in ms")
        boolean vit;

        @Option(names = "--ttft", description = "time from image and question to the first token, in s")
        boolean ttft;

        @Option(
                names = "--state",
                paramLabel = "STATE",
                description = "run vit and ttft in a warm process, a cold (fresh) one, or both (default)")
        State state = State.both;

        @Option(
                names = "--image",
                paramLabel = "FILE",
                description = "image for vit and ttft; default: a gradient, 640 x 480")
        Path image;

        @Option(
                names = "--question",
                paramLabel = "TEXT",
                description = "question for ttft; default: 'Describe the image.'")
        String question;
    }

    /** How to measure. */
    static final class Runs {
        @Option(
                names = {"-t", "--threads"},
                paramLabel = "N",
                split = ",",
                description = "worker threads; 0 (default) = one per core")
        List<Integer> threads = List.of(0);

        @ArgGroup(validate = false)
        DeviceArguments where = new DeviceArguments();

        @ArgGroup(validate = false)
        ProfileArguments profile = new ProfileArguments();

        @Option(
                names = "--kernels",
                paramLabel = "NAME",
                split = ",",
                description = "CPU kernels: jit (default), vector or scalar")
        List<ModelArguments.Kernels> kernels = List.of(ModelArguments.Kernels.jit);

        @Option(
                names = {"-ctk", "--cache-type-k"},
                paramLabel = "TYPE",
                split = ",",
                converter = TypeConverter.class,
                description = "type of cached keys: f16 (default), q8_0 or f32")
        List<TensorType> cacheTypesK = List.of(TensorType.F16);

        @Option(
                names = {"-ctv", "--cache-type-v"},
                paramLabel = "TYPE",
                split = ",",
                converter = TypeConverter.class,
                description = "type of cached values, likewise")
        List<TensorType> cacheTypesV = List.of(TensorType.F16);

        @Option(
                names = {"-r", "--repetitions"},
                paramLabel = "N",
                description = "measured repetitions of each test (default ${DEFAULT-VALUE})")
        int repetitions = 5;

        @Option(names = "--no-warmup", description = "skip the warm-up of 3 seconds before each test")
        boolean noWarmUp;

        @Option(names = "--roofline", description = "also measure the machine's limits, and show the share reached")
        boolean roofline;
    }

    /** Where results go. */
    static final class Format {
        @Option(
                names = {"-o", "--output"},
                paramLabel = "FORMAT",
                description = "md (default), csv, json or jsonl")
        BenchOutput.Format output = BenchOutput.Format.md;

        @Option(names = "--history", paramLabel = "FILE", description = "append each result to this file, as jsonl")
        Path history;

        @Option(
                names = "--dump-code",
                paramLabel = "DIR",
                description = "write the machine code that ran to this new or empty folder, for objdump")
        Path code;
    }

    /** Spelled as people type it. */
    enum State {
        warm,
        cold,
        both;

        List<BenchTest.State> states() {
            return switch (this) {
                case warm -> List.of(BenchTest.State.WARM);
                case cold -> List.of(BenchTest.State.COLD);
                case both -> List.of(BenchTest.State.WARM, BenchTest.State.COLD);
            };
        }
    }

    /** A tensor type in any case. */
    static final class TypeConverter implements ITypeConverter<TensorType> {
        @Override
        public TensorType convert(String name) {
            return Arrays.stream(TensorType.values())
                    .filter(type -> type.name().equalsIgnoreCase(name))
                    .findFirst()
                    .orElseThrow(() ->
                            new TypeConversionException("'" + name + "' is not a cache type: use f16, q8_0 or f32"));
        }
    }

    public BenchCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException {
        // Wrong options are reported before anything is measured.
        withoutEffect().forEach(context.console()::note);
        List<CacheTypes> cacheTypes = CacheTypes.all(runs.cacheTypesK, runs.cacheTypesV);
        if (runs.repetitions < 1) {
            throw new RequestException("-r must be 1 or more, not " + runs.repetitions);
        }
        BenchPlan plan = plan();
        ModelArguments model = new ModelArguments();
        model.model = files.model;
        model.mmproj = files.mmproj;
        model.where = runs.where;
        model.profile = runs.profile;
        // Speed does not depend on what is left out; a line says so.
        model.ignoreUnused = true;
        context.models().resolve(model);
        files.model = model.model;
        if (!files.textOnly) {
            files.mmproj = model.mmproj;
        }
        boolean sees = !files.textOnly && plan.looks() && findVision(model);
        List<BenchTest> selected = plan.tests(sees);
        BenchHistory history = new BenchHistory(format.history);
        ModelFacts facts = facts();
        CodeDump dump = format.code == null ? null : CodeDump.into(format.code);
        if (dump != null) {
            runs.profile.also = dump;
        }
        BenchMachine machine = BenchMachine.here();
        BenchOutput output = BenchOutput.of(format.output, context.console().out()::line);
        try (BenchQuestion question = question(sees, plan.looks())) {
            List<Roofline> rooflines = rooflines();
            output.begin(machine, rooflines, cacheTypes);
            for (int i = 0; i < runs.threads.size(); i++) {
                model.threads = runs.threads.get(i);
                Roofline roofline = rooflines.isEmpty() ? null : rooflines.get(i);
                for (ModelArguments.Kernels kernels : runs.kernels) {
                    model.kernels = kernels;
                    BenchRun run =
                            new BenchRun(machine, facts, model, question, repetitions(), roofline, commandLine());
                    run.all(selected, cacheTypes, context.console(), result -> {
                        output.result(result);
                        history.add(result);
                    });
                }
            }
        }
        output.end();
        if (dump != null) {
            context.console().note(dump.write());
        }
        return ExitCode.OK;
    }

    /** Notes on options without effect. */
    private List<String> withoutEffect() {
        GivenOptions given = new GivenOptions(spec.commandLine().getParseResult());
        List<String> lines = new ArrayList<>(runs.where.withoutEffect(given));
        if (!plan().looks()) {
            lines.addAll(given.without("without --vit or --ttft", "--question", "--state", "--mmproj", "--no-mmproj"));
        }
        return lines;
    }

    private BenchPlan plan() {
        return new BenchPlan(
                tests.prompts,
                tests.generations,
                tests.pairs.stream().map(BenchPlan.Pair::parse).toList(),
                tests.depths,
                tests.vit,
                tests.ttft,
                tests.state.states());
    }

    private Repetitions repetitions() {
        return new Repetitions(runs.repetitions, !runs.noWarmUp);
    }

    /** Whether the model has a vision file; names it in {@code model}, so that it is looked for once. */
    private boolean findVision(ModelArguments model) {
        if (model.model != null && model.mmproj == null) {
            model.mmproj = ModelFiles.findMmproj(
                    model.model, tests.vit ? ModelFiles.Vision.REQUIRED : ModelFiles.Vision.IF_PRESENT);
            if (model.mmproj != null) {
                context.console().note("using " + model.mmproj + " for images");
            }
        }
        return model.model == null || model.mmproj != null;
    }

    private ModelFacts facts() {
        if (files.model == null) {
            return ModelFacts.of(ModelFiles.embedded().getFirst());
        }
        try (GgufFile file = GgufFile.open(files.model)) {
            return ModelFacts.of(file);
        }
    }

    private List<Roofline> rooflines() {
        if (runs.roofline && runs.where.choice().onOpenCl()) {
            Roofline device = Devices.openClRoofline(runs.where.choice().openClDevice());
            return runs.threads.stream().map(_ -> device).toList();
        }
        return runs.roofline
                ? runs.threads.stream()
                        .map(threads -> Devices.roofline(BenchRun.actual(threads)))
                        .toList()
                : List.of();
    }

    private BenchQuestion question(boolean sees, boolean asked) {
        if (sees && asked) {
            return BenchQuestion.about(tests.image, tests.question == null ? Language.EN.describe() : tests.question);
        }
        if (tests.image != null) {
            throw new RequestException("--image is for --vit and --ttft of a model with a vision file");
        }
        return BenchQuestion.textOnly(tests.question == null ? TWO_WORDS : tests.question);
    }

    private String commandLine() {
        return spec.commandLine().getParent().getParseResult().originalArgs().stream()
                .map(argument -> argument.matches("[A-Za-z0-9_./,:=@+-]+") ? argument : "'" + argument + "'")
                .collect(Collectors.joining(" "))
                .toString();
    }
}
