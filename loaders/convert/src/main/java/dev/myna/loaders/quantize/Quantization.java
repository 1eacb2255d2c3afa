// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.quantize;

import dev.myna.kernels.Tensor;
import dev.myna.kernels.TensorType;
import dev.myna.loaders.gguf.FileKind;
import dev.myna.loaders.gguf.FileType;
import dev.myna.loaders.gguf.GgufFile;
import dev.myna.loaders.gguf.GgufMetadata;
import dev.myna.loaders.gguf.GgufWriter;
import dev.myna.loaders.quantize.QuantizeException.Fault;
import dev.myna.loaders.quantize.QuantizeOptions.Flag;
import dev.myna.loaders.rows.GgufRows;
import dev.myna.loaders.rows.TensorStream;
import dev.myna.loaders.rows.TensorTask;
import dev.myna.loaders.text.Text;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongConsumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The conversion of a GGUF file to a smaller one. The constructor chooses and checks every format. Writing streams the
 * tensors, so memory does not grow with the model.
 */
public final class Quantization {
    private static final String ARCHITECTURE = "general.architecture";
    private static final String VISION = "clip";
    /** Decoders, all of dense layers with llama's names of tensors. */
    private static final Set<String> DECODERS = new TreeSet<>(Set.of(
            "llama",
            "qwen2",
            "qwen2vl",
            "qwen3",
            "qwen3vl",
            "gemma3",
            "command-r",
            "cohere2",
            "granite",
            "phi3",
            "smollm3"));

    private static final String FILE_TYPE = "general.file_type";
    private static final String VERSION = "general.quantization_version";
    private static final String ALIGNMENT = "general.alignment";
    private static final String IMATRIX = "quantize.imatrix.";
    /** The output is one file, even if the input is split. */
    private static final String SPLIT = "split.";

    /** Of llama.cpp's block formats. */
    private static final int BLOCKS_VERSION = 2;
    /** Maximum bytes of a row: several rows are in memory at a time. */
    private static final long MAX_WIDTH = 1 << 24;

    private final GgufFile source;
    private final FileType type;
    private final QuantizeOptions options;
    private final List<TensorTask> tensors;

    private Quantization(GgufFile source, FileType type, QuantizeOptions options, List<TensorTask> tensors) {
        this.source = source;
        this.type = type;
        this.options = options;
        this.tensors = List.copyOf(tensors);
    }

    /**
     * Chooses the formats.
     *
     * @param source a decoder's file or a vision file; it must stay open
     * @throws QuantizeException if the file has another architecture or is a part of one, a tensor would be rounded twice, a kept
     *     format does not fit, a pattern fits no tensor, or the importance matrix is that of another model
     */
    public static Quantization of(GgufFile source, FileType type, QuantizeOptions options) {
        requireWhole(source);
        MatrixTypes formats = formats(source, type, options);
        Map<Pattern, TensorType> kept = new LinkedHashMap<>();
        options.kept().forEach((pattern, format) -> kept.put(requireUsed(source, pattern), format));
        List<TensorTask> tasks = new ArrayList<>();
        for (Tensor tensor : source.tensors().values()) {
            TensorType format = format(source, tensor, formats, kept, options);
            boolean rounds = format != tensor.type();
            if (rounds && tensor.type().blockSize() > 1 && !options.has(Flag.ALLOW_REQUANTIZE)) {
                throw new QuantizeException(source.name() + ": tensor " + Text.quote(tensor.name()) + " is "
                        + tensor.type() + ", rounded already: quantize the 16-bit file instead, or allow it with "
                        + "--allow-requantize");
            }
            float[] importance = rounds ? importance(source, tensor, options) : null;
            if (type == FileType.Q2_K_S
                    && format == TensorType.Q2_K
                    && importance == null
                    && !tensor.name().equals("token_embd.weight")) {
                throw new QuantizeException(
                        Fault.REQUEST,
                        source.name() + ": tensor " + Text.quote(tensor.name())
                                + ": Q2_K_S has too few bits for a model without an importance matrix: give one with --imatrix, or "
                                + "choose Q2_K");
            }
            tasks.add(
                    new TensorTask(tensor.name(), format, tensor.shape(), new GgufRows(source, tensor), 0, importance));
        }
        return new Quantization(source, type, options, tasks);
    }

    private static void requireWhole(GgufFile source) {
        GgufMetadata metadata = source.metadata();
        boolean known = !metadata.has(ARCHITECTURE) || isKnown(metadata.string(ARCHITECTURE));
        Optional<String> other = known ? FileKind.otherThanModel(source) : Optional.empty();
        if (other.isPresent()) {
            throw new QuantizeException(source.name() + ": " + other.get());
        }
        for (Tensor tensor : source.tensors().values()) {
            if (tensor.width() > MAX_WIDTH) {
                throw new QuantizeException(source.name() + ": tensor " + Text.quote(tensor.name()) + " has rows of "
                        + tensor.width() + "; at most " + MAX_WIDTH + " are supported");
            }
        }
    }

    private static boolean isKnown(String architecture) {
        return architecture.equals(VISION) || DECODERS.contains(architecture);
    }

    private static MatrixTypes formats(GgufFile source, FileType type, QuantizeOptions options) {
        String architecture = source.metadata().string(ARCHITECTURE);
        if (options.has(Flag.PURE)) {
            return (_, width) -> DecoderTypes.fitting(type.base(), width);
        }
        if (architecture.equals(VISION)) {
            return new VisionTypes(type);
        }
        if (DECODERS.contains(architecture)) {
            return decoder(source, architecture + ".", type, options);
        }
        throw new QuantizeException(source.name() + ": general.architecture = " + Text.line(architecture, Text.SHOWN)
                + " is not supported; it must be " + String.join(", ", DECODERS) + " or " + VISION);
    }

    private static DecoderTypes decoder(GgufFile source, String prefix, FileType type, QuantizeOptions options) {
        GgufMetadata metadata = source.metadata();
        int heads = metadata.integer(prefix + "attention.head_count", 1, 1 << 16);
        return new DecoderTypes(
                type,
                metadata.integer(prefix + "block_count", 1, 1 << 16),
                heads,
                metadata.integer(prefix + "attention.head_count_kv", 1, heads, heads),
                source.find("output.weight").isPresent(),
                options.importance().isPresent());
    }

    private static TensorType format(
            GgufFile source,
            Tensor tensor,
            MatrixTypes formats,
            Map<Pattern, TensorType> kept,
            QuantizeOptions options) {
        TensorType chosen = tensor.type();
        if (isMatrix(tensor)
                && !(options.has(Flag.LEAVE_OUTPUT) && tensor.name().equals("output.weight"))) {
            chosen = formats.of(tensor.name(), tensor.width());
        }
        for (Map.Entry<Pattern, TensorType> rule : kept.entrySet()) {
            if (rule.getKey().matcher(tensor.name()).matches()) {
                chosen = rule.getValue();
                if (tensor.width() % chosen.blockSize() != 0) {
                    throw new QuantizeException(
                            Fault.REQUEST,
                            source.name() + ": tensor " + Text.quote(tensor.name()) + " has rows of "
                                    + tensor.width() + ", no whole number of the blocks of " + chosen.blockSize()
                                    + " of "
                                    + chosen + ", the format to keep it in");
                }
            }
        }
        return chosen;
    }

    private static boolean isMatrix(Tensor tensor) {
        String name = tensor.name();
        return name.endsWith("weight")
                && !name.contains("_norm.weight")
                && VisionTypes.isMatrix(name, tensor.shape().size());
    }

    /** A pattern that matches no tensor is probably a typing error. */
    private static Pattern requireUsed(GgufFile source, String pattern) {
        String[] parts = pattern.split("\\*", -1);
        Pattern compiled =
                Pattern.compile(List.of(parts).stream().map(Pattern::quote).collect(Collectors.joining(".*")));
        if (source.tensors().keySet().stream()
                .noneMatch(name -> compiled.matcher(name).matches())) {
            throw new QuantizeException(Fault.REQUEST, source.name() + ": no tensor is named " + Text.quote(pattern));
        }
        return compiled;
    }

    private static float[] importance(GgufFile source, Tensor tensor, QuantizeOptions options) {
        if (options.importance().isEmpty() || tensor.shape().size() != 2) {
            return null;
        }
        ImportanceMatrix matrix = options.importance().get();
        float[] columns = matrix.columns().get(tensor.name());
        boolean fits = columns != null && columns.length == tensor.width();
        if (columns != null && !fits && !tensor.name().equals("token_embd.weight")) {
            throw new QuantizeException(matrix.path() + ": tensor " + Text.quote(tensor.name()) + " has "
                    + columns.length + " columns, but " + tensor.width() + " in " + source.name()
                    + "; the importance matrix is that of another model");
        }
        return fits ? columns : null;
    }

    /** The tensors of the output, in file order. */
    public List<TensorTask> tensors() {
        return tensors;
    }

    /** Bytes of all tensors. */
    public long bytes() {
        return tensors.stream().mapToLong(TensorTask::bytes).reduce(0, Math::addExact);
    }

    /** Number of weights. */
    public long elements() {
        return tensors.stream()
                .mapToLong(tensor -> Math.multiplyExact(tensor.rows(), tensor.width()))
                .reduce(0, Math::addExact);
    }

    /** Number of quantized matrices that the importance matrix lacks. */
    public long withoutImportance() {
        return options.importance().isEmpty()
                ? 0
                : tensors.stream()
                        .filter(tensor -> tensor.type().blockSize() > 1 && tensor.importance() == null)
                        .count();
    }

    /**
     * Writes the file. The target changes only when the file is complete.
     *
     * @param threads at least 1
     * @param progress receives the number of bytes of tensors written so far, often; an exception ends the work
     * @throws dev.myna.loaders.rows.RowException if a number does not fit its format
     * @throws IOException if the file cannot be written
     */
    public void write(Path target, int threads, LongConsumer progress) throws IOException {
        try (GgufWriter writer = new GgufWriter(target)) {
            for (String key : source.metadata().keys()) {
                switch (key) {
                    case FILE_TYPE, VERSION -> {} // written below
                    case ALIGNMENT -> writer.alignment(source.metadata().integer(key, 8, 1 << 24));
                    default -> {
                        if (!key.startsWith(IMATRIX) && !key.startsWith(SPLIT)) {
                            writer.copy(source, key);
                        }
                    }
                }
            }
            writer.u32(FILE_TYPE, type.id()).u32(VERSION, BLOCKS_VERSION);
            options.importance().ifPresent(matrix -> {
                writer.string(IMATRIX + "file", matrix.path().getFileName().toString());
                if (!matrix.dataset().isEmpty()) {
                    writer.string(IMATRIX + "dataset", matrix.dataset());
                }
                writer.i32(IMATRIX + "entries_count", matrix.columns().size());
                if (matrix.chunks() > 0) {
                    writer.i32(IMATRIX + "chunks_count", matrix.chunks());
                }
            });
            TensorStream.write(writer, tensors, threads, progress);
            writer.finish();
        }
    }
}
