// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.models;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.cli.Captured;
import dev.myna.cli.TestImages;
import dev.myna.cli.terminal.ExitCode;
import dev.myna.testing.TinyCheckpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConvertCommandTest {
    @TempDir
    Path folder;

    @Test
    void writesAPairThatIsFoundAndAnswers() throws IOException {
        Path source = TinyCheckpoint.palo().write(folder.resolve("PALO tiny"));
        Path out = folder.resolve("new/models");
        Captured result = convert(source, out);
        assertEquals(ExitCode.OK, result.code(), result.err());
        Path text = out.resolve("PALO tiny-f16.gguf");
        Path vision = out.resolve("PALO tiny-mmproj-f16.gguf");
        assertEquals(text + "\n" + vision + "\n", result.out());
        assertTrue(result.err().contains("next: myna run -m '" + text + "' --image"), result.err());
        Captured answer = Captured.run(
                "-m",
                text.toString(),
                "--image",
                TestImages.png(folder.resolve("a.png"), 30, 20).toString(),
                "-n",
                "2",
                "-p",
                "A");
        assertEquals(ExitCode.OK, answer.code(), answer.err());
        assertTrue(answer.err().contains("using " + vision), answer.err());
    }

    @Test
    void typesAndNameAreChosen() throws IOException {
        Path source = TinyCheckpoint.palo().write(folder.resolve("source"));
        Captured result = convert(source, folder, "--type", "Q8_0", "--vision-type", "bf16", "--name", "ظهير");
        assertEquals(ExitCode.OK, result.code(), result.err());
        assertTrue(Files.exists(folder.resolve("ظهير-q8_0.gguf")));
        assertTrue(Files.exists(folder.resolve("ظهير-mmproj-bf16.gguf")));
        result = convert(source, folder, "--type", "q4_k_m", "--force");
        assertEquals(ExitCode.OK, result.code(), result.err());
        assertTrue(result.out().contains("-q4_k_m.gguf"), result.out());
        result = convert(source, folder, "--type", "f32", "-t", "1");
        assertEquals(ExitCode.OK, result.code(), result.err());
        assertTrue(Files.exists(folder.resolve("source-mmproj-f32.gguf")));
    }

    @Test
    void existingFilesAreReplacedOnlyByForce() throws IOException {
        Path source = TinyCheckpoint.palo().write(folder.resolve("tiny"));
        Path vision = Files.writeString(folder.resolve("tiny-mmproj-f16.gguf"), "precious");
        Captured refused = convert(source, folder);
        assertEquals(ExitCode.USAGE, refused.code());
        assertTrue(refused.err().contains(vision + " exists: add --force to replace it"), refused.err());
        refused = convert(source, folder, "--resume");
        assertEquals(ExitCode.USAGE, refused.code());
        assertTrue(refused.err().contains("is not what this command writes"), refused.err());
        assertEquals("precious", Files.readString(vision));
        assertFalse(Files.exists(folder.resolve("tiny-f16.gguf")));
        assertEquals(ExitCode.OK, convert(source, folder, "--force").code());
        assertNotEquals(8, Files.size(vision));
    }

    @Test
    void resumingKeepsWhatIsComplete() throws IOException {
        Path source = TinyCheckpoint.palo().write(folder.resolve("tiny"));
        assertEquals(ExitCode.OK, convert(source, folder).code());
        Path text = folder.resolve("tiny-f16.gguf");
        byte[] whole = Files.readAllBytes(text);
        Files.delete(text);
        Captured resumed = convert(source, folder, "--resume");
        assertEquals(ExitCode.OK, resumed.code(), resumed.err());
        assertTrue(resumed.err().contains("tiny-mmproj-f16.gguf is complete: kept"), resumed.err());
        assertEquals(-1, Arrays.mismatch(whole, Files.readAllBytes(text)));
    }

    @Test
    void unusedPartsOfACheckpointAreNoted() throws IOException {
        Path source = TinyCheckpoint.palo()
                .config("new_trick", 3)
                .json("added_tokens.json", java.util.Map.of("[PAD]", 300))
                .write(folder.resolve("tiny"));
        Captured result = convert(source, folder);
        assertEquals(ExitCode.OK, result.code(), result.err());
        assertTrue(result.err().contains("left out \"[PAD]\" with id 300"), result.err());
        assertTrue(result.err().contains("leaves out: new_trick = 3"), result.err());
    }

    /** Through a link, an output may be the file that is being read, or a folder. */
    @Test
    void outputsThatAreInputsOrFoldersAreRefused() throws IOException {
        Path source = TinyCheckpoint.palo().write(folder.resolve("tiny"));
        Path out = Files.createDirectory(folder.resolve("out"));
        Path link = Files.createSymbolicLink(out.resolve("tiny-f16.gguf"), source.resolve("model.safetensors"));
        byte[] weights = Files.readAllBytes(source.resolve("model.safetensors"));
        Captured result = convert(source, out, "--force");
        assertEquals(ExitCode.USAGE, result.code(), result.err());
        assertTrue(result.err().contains("is a file of the checkpoint"), result.err());
        assertEquals(-1, Arrays.mismatch(weights, Files.readAllBytes(source.resolve("model.safetensors"))));
        Files.delete(link);
        Files.createDirectory(link);
        result = convert(source, out, "--force");
        assertEquals(ExitCode.ENVIRONMENT, result.code(), result.err());
        assertTrue(result.err().contains("tiny-f16.gguf: is a directory"), result.err());
        assertFalse(Files.exists(out.resolve("tiny-mmproj-f16.gguf")));
    }

    @Test
    void checkpointsThatCannotBeConvertedSayWhy() throws IOException {
        fails(ExitCode.MODEL, "not a folder", folder.resolve("none"));
        Path bloom = TinyCheckpoint.palo().config("model_type", "bloom").write(folder.resolve("bloom"));
        fails(ExitCode.MODEL, "config.json: model_type = bloom is not supported", bloom);
        Path towerless = TinyCheckpoint.palo()
                .without("model.vision_tower.vision_tower.vision_model.embeddings.class_embedding")
                .write(folder.resolve("towerless"));
        fails(ExitCode.MODEL, "name the folder of the tower's checkpoint with --clip DIR", towerless);
        Path tiny = TinyCheckpoint.palo().write(folder.resolve("tiny"));
        fails(ExitCode.USAGE, "threads must be 0", tiny, "-t", "-1");
        fails(ExitCode.USAGE, "--name must be a file name", tiny, "--name", "../up");
        fails(ExitCode.USAGE, "expected one of [f32, f16, bf16, q8_0, q4_0,", tiny, "--type", "q9");
        fails(ExitCode.USAGE, "needs an importance matrix", tiny, "--type", "q2_k_s");
        Path file = Files.writeString(folder.resolve("file"), "");
        Captured result = convert(tiny, file.resolve("below"));
        assertEquals(ExitCode.ENVIRONMENT, result.code(), result.err());
        assertEquals(2, result.err().lines().count(), result.err());
    }

    private void fails(int code, String expected, Path source, String... options) throws IOException {
        Path out = folder.resolve("out");
        Captured result = convert(source, out, options);
        assertEquals(code, result.code(), result.err());
        assertTrue(result.err().contains(expected), result.err());
        assertEquals("", result.out());
        if (Files.exists(out)) {
            try (Stream<Path> files = Files.list(out)) {
                assertEquals(0, files.count());
            }
        }
    }

    private static Captured convert(Path source, Path out, String... options) {
        return Captured.run(
                Stream.concat(Stream.of("convert", source.toString(), "-o", out.toString()), Stream.of(options))
                        .toArray(String[]::new));
    }
}
