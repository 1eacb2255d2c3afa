// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.cli.command.Inputs;
import dev.myna.cli.command.ModelFiles;
import dev.myna.cli.terminal.Console;
import dev.myna.cli.terminal.ExitCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ArgumentsTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "--lang xx -p a | unknown language 'xx': choose one of en zh hi es fr ar bn ru ur ja",
                "run --lang ur | add --image FILE, or -p TEXT",
                "-p a -f b | not both",
                "--image - -f - | stdin can be read once",
                "--temp hot -p a | 'hot' is not a float",
                "-syz x -p a | Unknown option",
                "-sys a -sysf b -p a | --system-prompt-file, not both",
                "-n5 -p a | Unknown option: '-n5'",
                "-j {} --grammar x -p a | --json-schema and --grammar exclude each other: give one",
                "-j [1] -p a | --json-schema: not a JSON object, but an array",
                "-j {\"type\":\"sing\"} -p a | --json-schema: ",
                "--grammar root -p a | --grammar: ",
                "--grammar-file /no/such -p a | there is no such file",
                "--logit-bias x -p a | --logit-bias takes the id of a token and a bias",
                "--logit-bias 99999999+1 -p a | --logit-bias: the model has no token 99999999",
                "--presence-penalty 101 -p a | presence penalty must be in -100..100",
                "--tool-choice required -p a | add --tools FILE",
                "--top-p 2 -p a | top-p must be in (0, 1]",
                "-t -1 -p a | threads must be 0",
                "-c -5 -p a | context size must be",
                "--image-tokens 64 -p a | '64' is not MIN,MAX, as in 64,2048",
                "--image-tokens 64,32 -p a | the most tokens of an image must be 64 to 16384, not 32",
                "--cache-type-k q8 -p a | expected one of [f16, q8_0, f32]",
                "-ctv q4_0 -p a | expected one of [f16, q8_0, f32]",
                "--chat-template jinja -p a | expected one of [vicuna_v1, llava_v1, chatml, llama3, qwen_1_5, aya, centurio, qwen2_vl, "
                        + "qwen3, internvl, gemma3, smolvlm, cohere, plain] or a file, but was 'jinja'",
                "--device gpu -p a | device must be cpu, opencl or opencl:N, not gpu",
                "-ngl -1 -p a | layers on the device must be 0 or more, not -1",
                "bench --device cuda | device must be cpu, opencl or opencl:N",
                "-f /does/not/exist | there is no such file",
                "sing | is not a command",
                "inspect | Missing required parameter: 'FILE'",
                "bench -p 0 -n 0 | nothing to measure",
                "bench -r 0 | -r must be 1 or more",
                "bench -pg 512 | -pg takes prompt and generation lengths",
                "bench -p -1 | -p must be 0 or more",
                "bench -ctk q3 | 'q3' is not a cache type",
                "bench --vit --no-mmproj | --vit needs a model with a vision file",
                "bench -p 8 --image a.png | --image is for --vit and --ttft",
                "bench -o xml | expected one of [md, csv, json, jsonl]",
                "bench -p 8 --history /no/such/folder/file | cannot write the history",
                "--jsonl x -p a | --jsonl takes images and questions from its rows"
            })
    void usageErrorsAreOneLineAndExitWithTwo(String line, String expected) {
        Captured result = Captured.run(line.split(" "));
        assertEquals(ExitCode.USAGE, result.code(), result.err());
        assertTrue(result.err().startsWith("myna: "), result.err());
        assertTrue(result.err().contains(expected), result.err());
        assertEquals("", result.out());
    }

    @Test
    void emptyStdinIsNoQuestion() {
        Captured result = Captured.run();
        assertEquals(ExitCode.USAGE, result.code());
        assertTrue(result.err().contains("the question from stdin is empty"), result.err());
    }

    @Test
    void questionsMustBeUtf8() {
        Captured result = Captured.runWith(new byte[] {'a', (byte) 0xE0, (byte) 0xA6}, "-f", "-");
        assertEquals(ExitCode.USAGE, result.code());
        assertTrue(result.err().contains("not valid UTF-8"), result.err());
    }

    @Test
    void missingFilesHaveTheirOwnCodes(@TempDir Path folder) throws IOException {
        Path text = Files.writeString(folder.resolve("notes.txt"), "not an image");
        assertEquals(
                ExitCode.IMAGE,
                Captured.run("--image", "/no/such.png", "--lang", "ur").code());
        assertEquals(
                ExitCode.IMAGE,
                Captured.run("--image", text.toString(), "--lang", "ur").code());
        assertEquals(
                ExitCode.MODEL, Captured.run("-m", "/no/such.gguf", "-p", "a").code());
        Captured bench = Captured.run("bench", "-m", "/no/such.gguf");
        assertEquals(ExitCode.MODEL, bench.code());
        assertEquals("", bench.out());
        assertEquals(ExitCode.MODEL, Captured.run("inspect", text.toString()).code());
        assertEquals(
                ExitCode.MODEL,
                Captured.run("tokenize", "-m", text.toString(), "a").code());
    }

    @Test
    void escapeSequencesInNamesAreShownNotObeyed() {
        Captured result = Captured.run("inspect", "\u001b[31mred\u001b[0m.gguf");
        assertEquals(ExitCode.MODEL, result.code());
        assertTrue(result.err().contains("\u241b[31mred"), result.err());
        assertTrue(result.err().indexOf('\u001b') < 0, result.err());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"--help", "run --help", "chat --help", "inspect -h", "tokenize -h", "bench -h", "doctor -h"})
    void helpFitsATerminal(String line) {
        Captured result = Captured.run(line.split(" "));
        assertEquals(ExitCode.OK, result.code());
        assertTrue(result.out().contains("Usage: myna"), result.out());
        assertTrue(result.out().lines().allMatch(text -> text.length() <= 100), result.out());
        assertTrue(result.out().lines().count() <= 65, result.out());
    }

    @Test
    void versionIsPrinted() {
        Captured result = Captured.run("--version");
        assertEquals(ExitCode.OK, result.code());
        assertTrue(result.out().matches("myna [0-9]+\\.[0-9]+.*\\R"), result.out());
    }

    @Test
    void runIsTheDefaultVerb() {
        Console console = new Console(null, null, null, true, true);
        assertEquals("run", Commands.withDefaultVerb(new String[] {"--image", "a.png"}, console)[0]);
        assertEquals("run", Commands.withDefaultVerb(new String[] {"--debug", "-p", "a"}, console)[1]);
        assertEquals("chat", Commands.withDefaultVerb(new String[] {"chat"}, console)[0]);
        assertEquals("--version", Commands.withDefaultVerb(new String[] {"--version"}, console)[0]);
        assertEquals(0, Commands.withDefaultVerb(new String[0], console).length);
    }

    @Test
    void theOnlyVisionFileBesideTheModelIsFound(@TempDir Path folder) throws IOException {
        Path model = Files.createFile(folder.resolve("palo.gguf"));
        assertEquals(null, ModelFiles.findMmproj(model, ModelFiles.Vision.IF_PRESENT));
        Captured none =
                Captured.run("-m", model.toString(), "--image", image(folder).toString());
        assertEquals(ExitCode.MODEL, none.code());
        assertTrue(none.err().contains("give one with --mmproj FILE"), none.err());

        Path vision = Files.createFile(folder.resolve("palo-MMPROJ-f16.gguf"));
        assertEquals(vision, ModelFiles.findMmproj(model, ModelFiles.Vision.REQUIRED));

        Files.createFile(folder.resolve("mmproj-other.gguf"));
        assertEquals(vision, ModelFiles.findMmproj(model, ModelFiles.Vision.REQUIRED), "the model's namesake");

        Files.createFile(folder.resolve("palo-mmproj-q8_0.gguf"));
        Captured several =
                Captured.run("-m", model.toString(), "--image", image(folder).toString());
        assertEquals(ExitCode.MODEL, several.code());
        assertTrue(several.err().contains("several vision files"), several.err());
    }

    @Test
    void textFilesLoseOnlyTheirLastLineBreak(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("سوال.txt");
        Files.write(file, "ایک\n\nدو\r\n".getBytes(StandardCharsets.UTF_8));
        assertEquals("ایک\n\nدو", Inputs.text(file));
    }

    private static Path image(Path folder) throws IOException {
        return TestImages.png(folder.resolve("image.png"), 8, 8);
    }
}
