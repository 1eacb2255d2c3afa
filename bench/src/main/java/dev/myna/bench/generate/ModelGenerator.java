// SPDX-License-Identifier: Apache-2.0
package dev.myna.bench.generate;

import dev.myna.kernels.TensorType;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** Writes a decoder GGUF and its mmproj GGUF with the shapes of a real model and random weights. */
@Command(
        name = "generate",
        sortOptions = false,
        description = {
            "Writes OUT/<model>-<type>.gguf and OUT/<model>-mmproj-<type>.gguf: full-size models of random weights, to measure"
                    + " loading, speed and memory. What they say means nothing.",
            "The vocabulary is synthetic, but has the size, the token kinds and the special ids of the real one."
        })
public final class ModelGenerator implements Callable<Integer> {

    @Option(
            names = {"-m", "--model"},
            required = true,
            converter = PresetConverter.class,
            completionCandidates = PresetNames.class,
            description = "One of: ${COMPLETION-CANDIDATES}.")
    private Preset model;

    @Option(
            names = "--type",
            defaultValue = "Q4_0",
            converter = FileTypeConverter.class,
            completionCandidates = FileTypeNames.class,
            description = {
                "Type of the decoder's matrices, default ${DEFAULT-VALUE}: ${COMPLETION-CANDIDATES}.",
                "Names that end in _S, _M or _L are llama.cpp's mixtures; the others give every matrix that type."
            })
    private GeneratedFileType type;

    @Option(
            names = "--mmproj-type",
            defaultValue = "F16",
            description = "Type of the tower's and projector's matrices, default ${DEFAULT-VALUE}.")
    private TensorType mmprojType;

    @Option(
            names = {"-o", "--out"},
            defaultValue = ".",
            description = "Folder to write to, default the current one; made when absent.")
    private Path out;

    @Option(names = "--layers", description = "Decoder layers, default the model's own number.")
    private Integer layers;

    @Option(names = "--vision-layers", description = "Tower layers, default the model's own number.")
    private Integer visionLayers;

    @Option(names = "--no-mmproj", description = "Write the decoder only.")
    private boolean noMmproj;

    @Option(names = "--no-decoder", description = "Write the mmproj only.")
    private boolean noDecoder;

    @Option(names = "--seed", defaultValue = "1", description = "Seed of the weights, default ${DEFAULT-VALUE}.")
    private long seed;

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
        return new CommandLine(new ModelGenerator()).setCaseInsensitiveEnumValuesAllowed(true);
    }

    @Override
    public Integer call() throws IOException {
        requirePositive("--layers", layers);
        requirePositive("--vision-layers", visionLayers);
        if (noDecoder && (noMmproj || model.vision().isEmpty())) {
            throw new ParameterException(
                    spec.commandLine(), "--no-decoder leaves nothing to write of " + model + " without an mmproj");
        }
        Files.createDirectories(out);
        TextShape text = layers == null ? model.text() : model.text().withLayers(layers);
        if (!noDecoder) {
            Path path = out.resolve(model.id() + "-" + type.label() + ".gguf");
            long start = System.nanoTime();
            TextModelWriter.write(path, text, type, seed);
            report(path, start);
        }
        if (!noMmproj && model.vision().isPresent()) {
            Path path = out.resolve(model.id() + "-mmproj-" + mmprojType + ".gguf");
            VisionFile vision = model.vision().get();
            vision = visionLayers == null ? vision : vision.withLayers(visionLayers);
            long start = System.nanoTime();
            vision.write(path, text.width(), mmprojType, seed);
            report(path, start);
        }
        return 0;
    }

    private void requirePositive(String option, Integer value) {
        if (value != null && value < 1) {
            throw new ParameterException(spec.commandLine(), option + " must be at least 1, not " + value);
        }
    }

    private void report(Path file, long start) throws IOException {
        PrintWriter output = spec.commandLine().getOut();
        output.printf(
                Locale.ROOT, "%s: %,d bytes in %.1f s%n", file, Files.size(file), (System.nanoTime() - start) / 1e9);
        output.flush();
    }

    static final class PresetNames implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return names().iterator();
        }

        static List<String> names() {
            return Arrays.stream(Preset.values()).map(Preset::id).toList();
        }
    }

    static final class PresetConverter implements ITypeConverter<Preset> {
        @Override
        public Preset convert(String value) {
            return Arrays.stream(Preset.values())
                    .filter(preset -> preset.id().equalsIgnoreCase(value))
                    .findFirst()
                    .orElseThrow(() -> new TypeConversionException(
                            "'" + value + "' is no model of the generator; choose one of " + PresetNames.names()));
        }
    }

    static final class FileTypeNames implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return names().iterator();
        }

        static List<String> names() {
            return GeneratedFileType.all().stream()
                    .map(GeneratedFileType::label)
                    .toList();
        }
    }

    static final class FileTypeConverter implements ITypeConverter<GeneratedFileType> {
        @Override
        public GeneratedFileType convert(String value) {
            return GeneratedFileType.all().stream()
                    .filter(type -> type.label().equalsIgnoreCase(value))
                    .findFirst()
                    .orElseThrow(() -> new TypeConversionException(
                            "'" + value + "' is no type of the generator; choose one of " + FileTypeNames.names()));
        }
    }
}
