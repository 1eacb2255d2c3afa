// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.models;

import dev.myna.cli.command.CommandContext;
import dev.myna.cli.command.ModelFiles;
import dev.myna.cli.command.Models;
import dev.myna.cli.terminal.ExitCode;
import dev.myna.cli.terminal.Output;
import dev.myna.loaders.gguf.GgufFile;
import dev.myna.loaders.text.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows the contents of a GGUF file, and how Myna runs it. */
@Command(
        name = "inspect",
        header = "Show what a GGUF file contains and how Myna runs it.",
        customSynopsis = "myna inspect FILE [--keys] [--tensors]",
        synopsisHeading = "%nUsage: ",
        parameterListHeading = "%n",
        sortOptions = false)
public final class InspectCommand implements Callable<Integer> {
    /** Max. code points of a name that are shown. */
    private static final int SHOWN = 200;

    private final CommandContext context;

    @Parameters(
            paramLabel = "FILE",
            description = "decoder or vision GGUF, or a model name; embedded = the built-in model")
    private Path file;

    @Option(names = "--keys", description = "also list all metadata keys")
    private boolean keys;

    @Option(names = "--tensors", description = "also list all tensors")
    private boolean tensors;

    public InspectCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException {
        Output out = context.console().out();
        String text = file.toString();
        if (text.equals("embedded") || text.equals(Models.EMBEDDED) && !Files.exists(file)) {
            for (GgufFile part : ModelFiles.embedded()) {
                print(part, out);
            }
            return ExitCode.OK;
        }
        for (Path part : context.models().files(file)) {
            try (GgufFile gguf = GgufFile.open(part)) {
                print(gguf, out);
            }
        }
        return ExitCode.OK;
    }

    private void print(GgufFile gguf, Output out) {
        ModelCard.of(gguf).forEach(out::line);
        if (keys) {
            out.line("");
            gguf.metadata()
                    .keys()
                    .forEach(key -> out.line(
                            Text.line(key, SHOWN) + " = " + gguf.metadata().describe(key)));
        }
        if (tensors) {
            out.line("");
            gguf.tensors()
                    .values()
                    .forEach(tensor ->
                            out.line(Text.line(tensor.name(), SHOWN) + " " + tensor.type() + " " + tensor.shape()));
        }
    }
}
