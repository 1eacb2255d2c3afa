// SPDX-License-Identifier: Apache-2.0
package dev.myna.bench;

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
            description = "Type of the decoder's matrices, default ${DEFAULT-VALUE}: ${COMPLETION-CANDIDATES}.")
    private TensorType type;

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

    @Option(names = "--vision-layers", description = "Tower layers, default the 23 that run.")
    private Integer visionLayers;

    @Option(names = "--no-mmproj", description = "Write the decoder only.")
    private boolean textOnly;

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
        Files.createDirectories(out);
        TextShape text = layers == null ? model.text() : model.text().withLayers(layers);
        Path decoder = out.resolve(model.id() + "-" + type + ".gguf");
        long start = System.nanoTime();
        TextModelWriter.write(decoder, text, type, seed);
        report(decoder, start);
        if (!textOnly) {
            VisionShape vision = VisionShape.CLIP_VIT_L_14_336;
            Path mmproj = out.resolve(model.id() + "-mmproj-" + mmprojType + ".gguf");
            start = System.nanoTime();
            VisionModelWriter.write(
                    mmproj,
                    visionLayers == null ? vision : vision.withLayers(visionLayers),
                    model.projector(),
                    text.width(),
                    mmprojType,
                    seed);
            report(mmproj, start);
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
}
