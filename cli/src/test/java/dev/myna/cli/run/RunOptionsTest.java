// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.cli.TestImages;
import dev.myna.cli.command.CommandContext;
import dev.myna.cli.launch.WarmUp;
import dev.myna.cli.system.UserPath;
import dev.myna.cli.terminal.Interruption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class RunOptionsTest {
    @TempDir
    Path folder;

    private static RunCommand parsed(String... args) {
        RunCommand run = new RunCommand(new CommandContext(null, new Interruption(), WarmUp.NONE, Map.of()));
        CommandLine line = new CommandLine(run);
        line.registerConverter(Path.class, new UserPath.Converter());
        line.parseArgs(args);
        return run;
    }

    @Test
    void imageTakesAllFilesOfAPattern() throws IOException {
        String a = TestImages.png(folder.resolve("a.png"), 4, 4).toString();
        String plain = Files.copy(Path.of(a), folder.resolve("IMG 0001")).toString();
        String text = Files.writeString(folder.resolve("notes"), "GG").toString();
        String model = Files.writeString(folder.resolve("model"), "GGUF").toString();
        RunCommand glob = parsed("-p", "What?", "--image", a, "b.PNG", plain, text, "-", model, "-n", "1");
        assertEquals(List.of(a, "b.PNG", plain, text, "-"), glob.ask.images);
        assertEquals(List.of(Path.of(model)), glob.named);
        assertEquals(1, glob.sampling.maxTokens);
        RunCommand twice = parsed("--image=" + a, "b.jpg", "palo-7b", "--image", "c.webp", "-m", "x.gguf", "--json");
        assertEquals(List.of(a, "b.jpg", "c.webp"), twice.ask.images);
        assertEquals(List.of(Path.of("palo-7b")), twice.named);
        assertEquals(Path.of("x.gguf"), twice.model.model);
        assertTrue(twice.format.json);
        assertEquals(List.of("-x.png"), parsed("--image", "-x.png").ask.images);
    }
}
