// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.models;

import dev.myna.cli.command.CommandContext;
import dev.myna.cli.command.LongWork;
import dev.myna.cli.terminal.ExitCode;
import dev.myna.cli.text.Controls;
import dev.myna.cli.text.Units;
import dev.myna.engine.error.RequestException;
import dev.myna.kernels.TensorType;
import dev.myna.loaders.gguf.FileType;
import dev.myna.loaders.gguf.GgufFile;
import dev.myna.loaders.io.OutputPath;
import dev.myna.loaders.quantize.ImportanceMatrix;
import dev.myna.loaders.quantize.Quantization;
import dev.myna.loaders.quantize.QuantizeOptions;
import dev.myna.loaders.quantize.QuantizeOptions.Flag;
import dev.myna.loaders.rows.TensorTask;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

/** Quantizes a GGUF file. */
@Command(
        name = "quantize",
        header = "Quantize a GGUF file: store its weights in fewer bits.",
        customSynopsis = "myna quantize IN OUT TYPE [--imatrix FILE] [--keep TENSOR=TYPE] [options]",
        synopsisHeading = "%nUsage: ",
        parameterListHeading = "%n",
        descriptionHeading = "%n",
        description = {
            "Types, from small to large; S, M and L give more bits to some tensors, as llama.cpp does:",
            "  Q2_K_S Q2_K Q3_K_S Q3_K_M Q3_K_L IQ4_XS IQ4_NL Q4_0 Q4_K_S Q4_K_M Q4_1 Q5_0 Q5_K_S Q5_K_M Q5_1",
            "  Q6_K Q8_0 F16 BF16 F32",
            "IN is a decoder or vision file in 16 or 32 bits. For a vision file, Q8_0 is the smallest sensible type."
        },
        footer = {
            "",
            "Examples:",
            "  myna quantize palo-7b-f16.gguf palo-7b-q4_k_m.gguf q4_k_m",
            "  myna quantize palo-7b-f16.gguf small.gguf q3_k_m --imatrix palo-imatrix.gguf",
            "  myna quantize palo-7b-f16.gguf mixed.gguf q4_k_s --keep 'blk.*.ffn_down.weight=q6_k'"
        },
        sortOptions = false)
public final class QuantizeCommand implements Callable<Integer> {
    private static final String EMBEDDING = "token_embd.weight";
    private static final String OUTPUT = "output.weight";

    private final CommandContext context;

    @Parameters(index = "0", paramLabel = "IN", description = "input file")
    private Path in;

    @Parameters(index = "1", paramLabel = "OUT", description = "output file")
    private Path out;

    @Parameters(index = "2", paramLabel = "TYPE", converter = FileTypeConverter.class, description = "see above")
    private FileType type;

    @Option(
            names = "--imatrix",
            paramLabel = "FILE",
            description = "importance matrix of llama.cpp, GGUF or the older format")
    private Path imatrix;

    @Option(
            names = "--keep",
            paramLabel = "TENSOR=TYPE",
            description = "type of a tensor; * in the name matches anything (repeatable)")
    private List<String> kept = List.of();

    @Option(
            names = "--token-embedding-type",
            paramLabel = "TYPE",
            converter = TensorTypeConverter.class,
            description = "type of token_embd.weight")
    private TensorType embeddingType;

    @Option(
            names = "--output-tensor-type",
            paramLabel = "TYPE",
            converter = TensorTypeConverter.class,
            description = "type of output.weight, or of the tied embedding table")
    private TensorType outputType;

    @Option(names = "--leave-output-tensor", description = "leave output.weight as it is")
    private boolean leaveOutput;

    @Option(names = "--pure", description = "one type for all matrices")
    private boolean pure;

    @Option(names = "--allow-requantize", description = "quantize weights that are already quantized, at a loss")
    private boolean allowRequantize;

    @Option(names = "--dry-run", description = "only print the type of each tensor")
    private boolean dryRun;

    @Option(
            names = {"-t", "--threads"},
            paramLabel = "N",
            description = "worker threads; 0 = one per core")
    private int threads;

    @Option(names = "--force", description = "replace OUT if it exists")
    private boolean force;

    public QuantizeCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException {
        int workers = LongWork.threads(threads);
        try (GgufFile source = GgufFile.open(in)) {
            Quantization quantization = Quantization.of(source, type, options(source));
            boolean vision = source.metadata().string("general.architecture").equals("clip");
            if (vision) {
                noteCoarseImages(quantization);
            }
            if (dryRun) {
                quantization.tensors().forEach(tensor -> context.console().out().line(describe(tensor)));
                context.console().note(summary(quantization, source.size()));
                return ExitCode.OK;
            }
            Path target = requireTarget();
            LongWork.requireSpace(target.getParent(), quantization.bytes());
            if (quantization.withoutImportance() > 0) {
                context.console()
                        .note(imatrix + " has no data for " + quantization.withoutImportance()
                                + " tensors: their columns have equal weight");
            }
            LongWork.run(
                    context,
                    out.getFileName().toString(),
                    quantization.bytes(),
                    progress -> quantization.write(out, workers, progress));
            context.console().note(summary(quantization, source.size()));
            context.console().out().line(out.toString());
            context.console()
                    .note("next: myna " + (vision ? "inspect " : "run -m ") + LongWork.shellWord(out)
                            + (vision ? "" : " --image photo.jpg"));
        }
        return ExitCode.OK;
    }

    /** Notes that the type is too coarse for a vision file. */
    private void noteCoarseImages(Quantization quantization) {
        if (perWeight(type.base()) >= perWeight(TensorType.Q8_0)) {
            return;
        }
        boolean finer = quantization.tensors().stream()
                .anyMatch(tensor -> tensor.name().endsWith("_exps.weight") && tensor.type() == TensorType.Q8_0);
        context.console()
                .note(type + " loses detail of images: Q8_0 is better for a vision file"
                        + (finer ? "; the experts stay at Q8_0 unless --pure or --keep says otherwise" : ""));
    }

    private static double perWeight(TensorType format) {
        return (double) format.blockBytes() / format.blockSize();
    }

    private QuantizeOptions options(GgufFile source) {
        Set<Flag> flags = EnumSet.noneOf(Flag.class);
        if (pure) {
            flags.add(Flag.PURE);
        }
        if (leaveOutput) {
            flags.add(Flag.LEAVE_OUTPUT);
        }
        if (allowRequantize) {
            flags.add(Flag.ALLOW_REQUANTIZE);
        }
        Map<String, TensorType> formats = new LinkedHashMap<>();
        if (outputType != null) {
            // A tied embedding table is the output matrix too, as in llama-quantize.
            boolean tied =
                    source.tensors().containsKey(EMBEDDING) && !source.tensors().containsKey(OUTPUT);
            formats.put(tied ? EMBEDDING : OUTPUT, outputType);
        }
        if (embeddingType != null) {
            formats.put(EMBEDDING, embeddingType);
        }
        for (String rule : kept) {
            int equals = rule.lastIndexOf('=');
            if (equals < 1) {
                throw new RequestException("--keep takes TENSOR=TYPE, not '" + rule + "'");
            }
            formats.put(rule.substring(0, equals), tensorType(rule.substring(equals + 1)));
        }
        return new QuantizeOptions(flags, formats, Optional.ofNullable(imatrix).map(ImportanceMatrix::read));
    }

    /** OUT with all links resolved. */
    private Path requireTarget() throws IOException {
        Path folder = out.toAbsolutePath().getParent();
        if (folder != null && !Files.isDirectory(folder)) {
            throw new RequestException(folder + ": no such folder");
        }
        Path target = OutputPath.resolve(out);
        if (Files.exists(target) && Files.isSameFile(in, target)) {
            throw new RequestException("IN and OUT are the same file, " + in + ": give OUT another name");
        }
        if (Files.exists(target) && imatrix != null && Files.isSameFile(imatrix, target)) {
            throw new RequestException("OUT is the importance matrix, " + imatrix + ": give OUT another name");
        }
        if (Files.exists(target) && !force) {
            throw new RequestException(out + " exists: add --force to replace it");
        }
        return target;
    }

    private static String describe(TensorTask tensor) {
        String from = tensor.source().type().toString();
        String to = tensor.type() == tensor.source().type() ? "stays " + from : from + " -> " + tensor.type();
        return Controls.oneLine(tensor.name() + " " + tensor.shape() + " " + to);
    }

    /** Sizes, bits per weight, and the share of each type. */
    private static String summary(Quantization quantization, long sourceBytes) {
        FormatShares shares = new FormatShares();
        quantization.tensors().forEach(tensor -> shares.add(tensor.type(), tensor.bytes()));
        return String.format(
                Locale.ROOT,
                "%s -> %s, %.2f bits per weight: %s",
                Units.bytes(sourceBytes),
                Units.bytes(quantization.bytes()),
                8.0 * quantization.bytes() / quantization.elements(),
                shares);
    }

    private static TensorType tensorType(String name) {
        return Stream.of(TensorType.values())
                .filter(type -> type.name().equalsIgnoreCase(name))
                .findFirst()
                .orElseThrow(() -> new RequestException(
                        "'" + name + "' is not a tensor type: choose one of " + List.of(TensorType.values())));
    }

    /** Tensor types in any case. */
    static final class TensorTypeConverter implements ITypeConverter<TensorType> {
        @Override
        public TensorType convert(String value) {
            try {
                return tensorType(value);
            } catch (RequestException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }

    /** File types in any case. */
    static final class FileTypeConverter implements ITypeConverter<FileType> {
        @Override
        public FileType convert(String value) {
            return FileType.byName(value)
                    .orElseThrow(() -> new TypeConversionException(
                            "expected one of " + List.of(FileType.values()) + " but was '" + value + "'"));
        }
    }
}
