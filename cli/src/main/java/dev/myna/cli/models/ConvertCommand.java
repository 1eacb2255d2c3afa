// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.models;

import dev.myna.cli.command.CommandContext;
import dev.myna.cli.command.LongWork;
import dev.myna.cli.terminal.ExitCode;
import dev.myna.cli.text.Units;
import dev.myna.engine.error.RequestException;
import dev.myna.loaders.convert.Conversion;
import dev.myna.loaders.convert.plan.PlannedFile;
import dev.myna.loaders.gguf.FileType;
import dev.myna.loaders.io.OutputPath;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

/** Converts a published checkpoint to GGUF files. */
@Command(
        name = "convert",
        header = "Convert a published checkpoint to GGUF files, without Python.",
        customSynopsis = "myna convert DIR [-o DIR] [--type TYPE] [--vision-type TYPE] [--clip DIR] [options]",
        synopsisHeading = "%nUsage: ",
        parameterListHeading = "%n",
        descriptionHeading = "%n",
        description = {
            "Writes NAME-TYPE.gguf (decoder) and NAME-mmproj-TYPE.gguf (vision tower and projector). Supports",
            "PALO, MobilePALO, Pangea (both layouts), Parrot, LLaVA-1.5, MobileVLM, Qwen2-VL, Qwen2.5-VL,",
            "Qwen3-VL, Gemma 3, SmolVLM, InternVL3 (both layouts) and Qwen3 (text only). Reads safetensors",
            "and PyTorch files as data; executes nothing in them."
        },
        footer = {
            "",
            "Examples:",
            "  myna convert ~/models/PALO-7B -o ~/models",
            "  myna convert ~/models/PALO-13B --type q4_k_m --vision-type q8_0",
            "  myna convert MobilePALO-1.7B --clip clip-vit-large-patch14-336"
        },
        sortOptions = false)
public final class ConvertCommand implements Callable<Integer> {
    private final CommandContext context;

    @Parameters(paramLabel = "DIR", description = "folder of the checkpoint: config.json, weights and tokenizer")
    private Path source;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "DIR",
            description = "output folder; default: the current folder")
    private Path output = Path.of("");

    @Option(
            names = "--type",
            paramLabel = "TYPE",
            converter = TypeConverter.class,
            description = {
                "decoder type: f16, bf16, f32, q8_0, q4_k_m or another type",
                "of myna quantize; default: f16 or bf16, as published"
            })
    private FileType type;

    @Option(
            names = "--vision-type",
            paramLabel = "TYPE",
            converter = TypeConverter.class,
            description = "type of tower and projector; default: f16, or f32 with --type f32")
    private FileType visionType;

    @Option(names = "--clip", paramLabel = "DIR", description = "checkpoint of the vision tower, if DIR has none")
    private Path clip;

    @Option(names = "--name", paramLabel = "NAME", description = "model name; default: the folder's name")
    private String name;

    @Option(
            names = {"-t", "--threads"},
            paramLabel = "N",
            description = "worker threads; 0 = one per core")
    private int threads;

    @Option(names = "--force", description = "replace existing files")
    private boolean force;

    @Option(names = "--resume", description = "keep files that an earlier run has completed")
    private boolean resume;

    public ConvertCommand(CommandContext context) {
        this.context = context;
    }

    /** A file to be written. */
    private record Target(Path path, PlannedFile file, FileType type) {
        long bytes() {
            return Conversion.bytes(file, type);
        }
    }

    @Override
    public Integer call() throws IOException {
        int workers = LongWork.threads(threads);
        Path folderName = source.toAbsolutePath().normalize().getFileName();
        String title = name != null ? name : folderName == null ? "model" : folderName.toString();
        if (!title.matches("[^/\\\\\\p{Cntrl}]{1,200}") || title.startsWith(".")) {
            throw new RequestException("--name must be a file name without folders, not '" + title + "'");
        }
        try (Conversion conversion = Conversion.open(source, Optional.ofNullable(clip), title)) {
            FileType textType = type != null ? type : conversion.storedType();
            FileType towerType =
                    visionType != null ? visionType : textType == FileType.F32 ? FileType.F32 : FileType.F16;
            Target text = new Target(
                    output.resolve(title + "-" + suffix(textType)),
                    conversion.plan().text(),
                    textType);
            List<Target> targets = new ArrayList<>();
            if (conversion.plan().hasVision()) {
                targets.add(new Target(
                        output.resolve(title + "-mmproj-" + suffix(towerType)),
                        conversion.plan().vision(),
                        towerType));
            }
            targets.add(text);
            context.console().note(source + ": " + conversion.family());
            noteUnused(conversion.plan().unused());
            conversion.plan().notes().forEach(context.console()::note);
            Files.createDirectories(output);
            write(conversion, toWrite(targets), workers);
            targets.reversed()
                    .forEach(
                            target -> context.console().out().line(target.path().toString()));
            context.console()
                    .note("next: myna run -m " + LongWork.shellWord(text.path())
                            + (conversion.plan().hasVision() ? " --image photo.jpg" : ""));
        }
        return ExitCode.OK;
    }

    private void noteUnused(List<String> unused) {
        if (!unused.isEmpty()) {
            context.console()
                    .note("left out " + unused.size() + (unused.size() == 1 ? " tensor" : " tensors")
                            + " that the model does not use, such as " + unused.getFirst());
        }
    }

    /** The targets to write: absent ones, and those to replace. */
    private List<Target> toWrite(List<Target> targets) throws IOException {
        List<Target> left = new ArrayList<>();
        for (Target target : targets) {
            requireNoInput(OutputPath.resolve(target.path()));
            boolean exists = Files.exists(target.path());
            if (exists && resume && Conversion.isResult(target.path(), target.file(), target.type())) {
                context.console().note(target.path() + " is complete: kept");
            } else if (exists && !force) {
                throw new RequestException(target.path() + " exists"
                        + (resume
                                ? " and is not what this command writes: add --force to replace it"
                                : ": add --force to replace it, or --resume to keep what is complete"));
            } else {
                left.add(target);
            }
        }
        LongWork.requireSpace(output, left.stream().mapToLong(Target::bytes).sum());
        return left;
    }

    /** Refuses an output that is, through a link, an input. */
    private void requireNoInput(Path target) throws IOException {
        if (!Files.exists(target)) {
            return;
        }
        for (Path folder : clip == null ? List.of(source) : List.of(source, clip)) {
            try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
                for (Path file : files) {
                    if (Files.exists(file) && Files.isSameFile(file, target)) {
                        throw new RequestException(
                                target + " is a file of the checkpoint: choose another folder with -o");
                    }
                }
            }
        }
    }

    private void write(Conversion conversion, List<Target> targets, int workers) throws IOException {
        for (Target target : targets) {
            String what = target.path().getFileName().toString();
            LongWork.run(
                    context,
                    what,
                    target.bytes(),
                    progress -> conversion.write(target.file(), target.type(), target.path(), workers, progress));
            context.console()
                    .note(String.format(
                            "%s: %s weights, %s, %s",
                            what,
                            Units.count(target.file().elements()),
                            label(target.type()),
                            Units.bytes(Files.size(target.path()))));
        }
    }

    private static String suffix(FileType type) {
        return label(type) + ".gguf";
    }

    /** As users write it: {@code q4_k_m}. */
    private static String label(FileType type) {
        return type.name().toLowerCase(Locale.ROOT);
    }

    /** File types in any case, except those that need an importance matrix. */
    static final class TypeConverter implements ITypeConverter<FileType> {
        @Override
        public FileType convert(String value) {
            List<String> known = Stream.of(FileType.values())
                    .filter(type -> type != FileType.Q2_K_S)
                    .map(ConvertCommand::label)
                    .toList();
            return FileType.byName(value)
                    .filter(type -> type != FileType.Q2_K_S)
                    .orElseThrow(() -> new TypeConversionException("expected one of " + known + " but was '" + value
                            + "'"
                            + (value.equalsIgnoreCase("q2_k_s")
                                    ? ", which needs an importance matrix: convert to f16, then quantize --imatrix"
                                    : "")));
        }
    }
}
