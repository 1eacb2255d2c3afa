// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.models;

import dev.myna.cli.command.CommandContext;
import dev.myna.cli.command.Inputs;
import dev.myna.cli.command.ModelFiles;
import dev.myna.cli.command.Models;
import dev.myna.cli.terminal.ExitCode;
import dev.myna.cli.terminal.Output;
import dev.myna.engine.text.Tokenizer;
import dev.myna.engine.text.Tokenizers;
import dev.myna.loaders.gguf.GgufFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows the tokens that a model's tokenizer makes of a text. */
@Command(
        name = "tokenize",
        header = "Show the tokens of a text.",
        customSynopsis = "myna tokenize [-m FILE] [--ids] [--special] [TEXT]",
        synopsisHeading = "%nUsage: ",
        parameterListHeading = "%n",
        sortOptions = false)
public final class TokenizeCommand implements Callable<Integer> {
    private final CommandContext context;

    @Parameters(paramLabel = "TEXT", arity = "0..1", description = "the text; default: stdin")
    private String text;

    @Option(
            names = {"-m", "--model"},
            paramLabel = "FILE",
            description = "decoder GGUF or model name; default: the embedded model")
    private Path model;

    @Option(names = "--ids", description = "print only the ids, on one line")
    private boolean ids;

    @Option(names = "--special", description = "parse special tokens such as <|im_end|>")
    private boolean special;

    public TokenizeCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException {
        String input = text == null ? Inputs.text(context.console().in(), "stdin") : text;
        boolean embedded = model == null || model.toString().equals(Models.EMBEDDED) && !Files.exists(model);
        try (GgufFile file = embedded
                ? ModelFiles.embedded().getFirst()
                : GgufFile.open(context.models().decoder(model))) {
            print(Tokenizers.load(file), input);
        }
        return ExitCode.OK;
    }

    private void print(Tokenizer tokenizer, String input) {
        int[] tokens = tokenizer.encode(input, special ? Tokenizer.Specials.PARSE : Tokenizer.Specials.PLAIN);
        Output out = context.console().out();
        if (ids) {
            out.line(Arrays.stream(tokens).mapToObj(Integer::toString).collect(Collectors.joining(" ")));
            return;
        }
        for (int token : tokens) {
            out.line(String.format(Locale.ROOT, "%8d  %s", token, escaped(tokenizer.piece(token))));
        }
        context.console().err().println(tokens.length + (tokens.length == 1 ? " token" : " tokens"));
    }

    /** One piece stays on one line. */
    private static String escaped(String piece) {
        return piece.replace("\\", "\\\\")
                .replace("\n", "\\n")
                .replace("\t", "\\t")
                .replace("\r", "\\r");
    }
}
