// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.myna.cli.terminal.Console;
import dev.myna.cli.terminal.Output;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A newcomer's walk from an empty home, screen by screen: docs/first-minutes.md is what these commands print. With {@code
 * -Dmyna.write=true} the test writes the page. What depends on the machine is replaced by an example.
 */
class FirstMinutesTest {
    private static final Path PAGE = Path.of("../docs/first-minutes.md");

    private static final String INTRODUCTION = """
            # The first minutes

            What a newcomer sees, from an empty home and the jar alone. A test runs these commands and compares (`FirstMinutesTest`);
            memory, speeds and times are examples.

            """;

    @TempDir
    Path home;

    /** A command and what precedes it on the page. */
    private record Step(String text, String... words) {}

    @Test
    void thePageIsWhatTheCommandsPrint() throws IOException {
        Path checkpoint = Files.createDirectory(home.resolve("my-checkpoint"));
        Files.createFile(checkpoint.resolve("config.json"));
        Files.createFile(checkpoint.resolve("model.safetensors"));
        List<Step> walk = List.of(
                new Step("`myna` alone, on a terminal, says what it is, what to type, and which model to get."),
                new Step(
                        "The model inside answers at once, without a network.",
                        "run",
                        "--image",
                        "../models-manifest/nano/samples/sunflower.png",
                        "--lang",
                        "ur"),
                new Step("`fit` measures this machine, recommends one model, and compares the others.", "fit"),
                new Step("A family's name leads to its models.", "run", "qwen", "-p", "Hello!"),
                new Step("A model that is known, but not here yet.", "run", "qwen3-vl-2b", "-p", "Hello!"),
                new Step(
                        "A published checkpoint in place of a GGUF file.",
                        "run",
                        "-m",
                        checkpoint.toString(),
                        "-p",
                        "Hello!"),
                new Step("A question without an image.", "run"));
        StringBuilder page = new StringBuilder(INTRODUCTION);
        for (Step step : walk) {
            page.append(step.text()).append("\n\n```\n$ ").append(typed(step)).append("\n");
            page.append(screen(step.words())).append("```\n\n");
        }
        String made = page.toString().stripTrailing() + "\n";
        if (Boolean.getBoolean("myna.write")) {
            Files.writeString(PAGE, made);
        }
        assertEquals(made, Files.readString(PAGE), "write the page with -Dmyna.write=true");
    }

    private String typed(Step step) {
        List<String> words = new ArrayList<>(List.of("myna"));
        for (String word : step.words()) {
            words.add(word.contains(" ") || word.contains("!") ? "'" + word + "'" : word);
        }
        return String.join(" ", words).replace(home.toString(), "~").replace("../models-manifest", "models-manifest");
    }

    /** What a terminal shows: both streams in the order of writing. */
    private String screen(String... words) {
        ByteArrayOutputStream shown = new ByteArrayOutputStream();
        Console console = new Console(
                InputStream.nullInputStream(),
                new Output(shown, true),
                new PrintStream(shown, true, StandardCharsets.UTF_8),
                true,
                true);
        int ignored = Captured.runOn(
                console, Map.of("MYNA_CACHE", home.resolve("cache").toString()), words);
        String text = shown.toString(StandardCharsets.UTF_8).replace(home.toString(), "~");
        assumeFalse(text.contains("No model of the catalogue fits"), "too little memory is free");
        StringBuilder lines = new StringBuilder();
        text.lines()
                .filter(line -> !line.contains("less than 1 GB/s"))
                .forEach(line -> lines.append(example(line)).append("\n"));
        return lines.toString();
    }

    /** A line with examples for what depends on the machine. */
    private static String example(String line) {
        if (line.matches(".*: [0-9.]+ .iB to download, [0-9.]+ .iB of memory, [0-9]+ of 10 languages")) {
            return line.replaceFirst(
                    "^(Recommended: |  ).*",
                    "$1Qwen3-VL 2B Instruct: 1.4 GiB to download, 2.2 GiB of memory, 10 of 10 languages");
        }
        if (line.startsWith("  myna pull ")) {
            return "  myna pull qwen3-vl-2b && myna chat qwen3-vl-2b";
        }
        if (line.startsWith("Why: ")) {
            return "Why: it fits in free memory, knows most languages, and is the largest that writes 5 tokens a second.";
        }
        if (line.startsWith("memory ")) {
            return "memory 23.5 GiB, 15.9 GiB available; read at 18.0 GB/s";
        }
        if (line.startsWith("[load ")) {
            return "[load 0.20 s, image 0.11 s, prompt 79 tokens in 0.04 s (1975.0/s), answer 8 tokens in 0.03 s (266.7/s)]";
        }
        if (line.matches("\\[[0-9]+ threads?, .*")) {
            return "[2 threads, peak memory 210.0 MiB]";
        }
        return line.replaceFirst("[0-9.]+ .iB of memory are free", "15.9 GiB of memory are free")
                // A row of fit: whether it fits, and tokens per second.
                .replaceFirst(
                        "^(\\S+ +[0-9.]+ .iB) +(?:yes|no|not now|unknown)( +[0-9]+) +(?:[0-9.]+-[0-9.]+|fast)( .*)$",
                        "$1        ...$2        ...$3");
    }
}
