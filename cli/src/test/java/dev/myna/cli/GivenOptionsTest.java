// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.cli.command.CommandContext;
import dev.myna.cli.launch.WarmUp;
import dev.myna.cli.terminal.ExitCode;
import dev.myna.cli.terminal.Interruption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** Nothing on a command line is lost without a word. */
class GivenOptionsTest {
    @TempDir
    Path folder;

    private static CommandLine parser(String... args) {
        return Commands.parser(new CommandContext(null, new Interruption(), WarmUp.NONE, Map.of()), args);
    }

    private static List<String> value(OptionSpec option) {
        if (option.arity().max() == 0) {
            return List.of();
        }
        Class<?> type = option.type();
        if (type.isEnum()) {
            return List.of(((Enum<?>) type.getEnumConstants()[0]).name());
        }
        return List.of(
                switch (option.longestName()) {
                    case "--lang" -> "en";
                    case "--device" -> "cpu";
                    case "--image-tokens" -> "4,64";
                    case "--chat-template" -> "plain";
                    default -> type == Path.class || type == String.class ? "x" : "1";
                });
    }

    /** Every option of every command that takes one value, or none, given twice. */
    @Test
    void repeatedOptionsAreRefused() {
        int tried = 0;
        for (CommandLine command : parser().getSubcommands().values()) {
            for (OptionSpec option : command.getCommandSpec().options()) {
                if (option.isMultiValue() || option.usageHelp() || option.inherited()) {
                    continue;
                }
                List<String> args = new ArrayList<>(List.of(command.getCommandName()));
                for (PositionalParamSpec argument : command.getCommandSpec().positionalParameters()) {
                    for (int i = 0; i < argument.arity().min(); i++) {
                        args.add(argument.paramLabel().equals("TYPE") ? "Q8_0" : "x");
                    }
                }
                for (String name : List.of(option.names()[0], option.longestName())) {
                    args.add(name);
                    args.addAll(value(option));
                }
                Captured result = Captured.run(args.toArray(String[]::new));
                assertEquals(ExitCode.USAGE, result.code(), args + ": " + result.err());
                assertTrue(
                        result.err().startsWith("myna: " + option.longestName() + " is given more than once"),
                        args + ": " + result.err());
                tried++;
            }
        }
        assertTrue(tried > 60, "only " + tried + " options were tried");
    }

    @Test
    void repeatedOptionErrorNamesBothValues() {
        Captured result = Captured.run("-m", "a.gguf", "-p", "hi", "--model=b.gguf");
        assertEquals(
                "myna: --model is given more than once (a.gguf and b.gguf): give it once",
                result.err().lines().findFirst().orElseThrow());
        Captured two = Captured.run("run", "a.gguf", "b.gguf", "-p", "hi");
        assertTrue(two.err().contains("two models are given, a.gguf and b.gguf"), two.err());
        Captured mixed = Captured.run("run", "a.gguf", "-m", "b.gguf", "-p", "hi");
        assertTrue(mixed.err().contains("two models are given"), mixed.err());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "run --image | --image needs a file name",
                "run --image --lang fr | --image needs a file name, but --lang is an option",
                "run --image -- a.png | --image needs a file name, but -- is an option",
                "run a.png b.png | a.png is an image: put --image before it",
                "run what is this | two models are given, what and is",
                "run -p - | use -f -",
                "run -m '' -p a | the file name is empty",
                "convert / | is a folder, not a file",
                "chat -m / | is a folder, not a file",
                "serve --host= | --host is empty",
                "a.png | is not a command: to ask about an image, put --image before it",
                "model.gguf | is not a command: to use a model, put run before it",
                "chta | is not a command: did you mean chat?",
                "verfiy x | is not a command: did you mean verify?",
                "rnu | is not a command: did you mean run?",
                "sing | is not a command"
            })
    void usageErrorsAreExplained(String line, String expected) {
        Captured result = Captured.run(
                line.replace("''", "\1").replace(" ", "\0").replace("\1", "").split("\0", -1));
        assertEquals(ExitCode.USAGE, result.code(), result.err());
        assertTrue(result.err().contains(expected), result.err());
    }

    @Test
    void questionsMayBeginWithAnAt() throws IOException {
        Path file = Files.writeString(folder.resolve("args"), "--version");
        Captured result = Captured.run("run", "-m", "none.gguf", "-p", "@" + file);
        assertEquals(ExitCode.MODEL, result.code(), result.err());
        assertFalse(result.out().contains("myna "), result.out());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--temp 0 --top-k 5 --seed 3 | --top-k, --seed have no effect while --temp is 0",
                "--temp 0 --min-p 0.1 | --min-p has no effect while --temp is 0",
                "--lang fr | --lang has no effect with -p or -f",
                "--exif ignore --image-mode pad | --exif, --image-mode have no effect without --image",
                "--tiles 4 --pan-and-scan | --tiles, --pan-and-scan have no effect without --image",
                "--image-tokens 4,64 | --image-tokens has no effect without --image",
                "--parrot-compat | --parrot-compat has no effect without --image",
                "--device cpu -ngl 5 | --gpu-layers has no effect with --device cpu",
                "--temp 1 --seed 3 --lang fr --json | "
            })
    void optionsWithoutEffectAreNamed(String options, String expected) {
        Captured result = Captured.run(("run -m none.gguf -p hi " + options).split(" "));
        assertEquals(ExitCode.MODEL, result.code(), result.err());
        List<String> lines = result.err().lines().toList();
        if (expected == null) {
            assertEquals(1, lines.size(), result.err());
        } else {
            assertEquals(2, lines.size(), result.err());
            assertTrue(lines.getFirst().startsWith("myna: " + expected), result.err());
        }
    }

    @Test
    void unknownVariablesAreNoted() {
        Captured result = Captured.runIn(
                Map.of("MYNA_CAHCE", "/x", "MYNA_CACHE", "/y", "MYNA_LAUNCHED", "1", "MYNAH", "z"),
                new byte[0],
                "list");
        List<String> lines =
                result.err().lines().filter(line -> line.contains("MYNA")).toList();
        assertEquals(1, lines.size(), result.err());
        assertTrue(lines.getFirst().contains("unknown environment variable MYNA_CAHCE: Myna reads "), result.err());
        Captured clean = Captured.runIn(Map.of("MYNA_AOT", "off"), new byte[0], "doctor");
        assertFalse(clean.err().contains("MYNA_"), clean.err());
    }
}
