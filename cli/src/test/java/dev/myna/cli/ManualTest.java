// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.cli.command.CommandContext;
import dev.myna.cli.launch.WarmUp;
import dev.myna.cli.terminal.ExitCode;
import dev.myna.cli.terminal.Interruption;
import dev.myna.cli.text.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** Completion and manual know every option, because they are made of them. */
class ManualTest {
    @TempDir
    Path folder;

    private static CommandLine all() {
        return Commands.parser(new CommandContext(null, new Interruption(), WarmUp.NONE, Map.of()));
    }

    private static String escaped(String text) {
        return text.replace("-", "\\-");
    }

    @Test
    void theManualNamesEveryCommandAndOption() {
        Captured page = Captured.run("man");
        assertEquals(ExitCode.OK, page.code(), page.err());
        for (CommandLine command : all().getSubcommands().values()) {
            assertTrue(page.out().contains(".SS " + command.getCommandName()), command.getCommandName());
            String own = Captured.run("man", command.getCommandName()).out();
            for (OptionSpec option : command.getCommandSpec().options()) {
                assertTrue(own.contains("\\fB" + escaped(option.longestName()) + "\\fR"), option.longestName());
            }
        }
        assertEquals(ExitCode.USAGE, Captured.run("man", "sing").code());
    }

    /** No line of text is taken for a command of man's language, and nothing is lost to its quoting. */
    @Test
    void manualIsValidRoff() {
        List<String> known = List.of(".\\\"", ".TH", ".SH", ".SS", ".PP", ".TP", ".nf", ".fi");
        Captured.run("man")
                .out()
                .lines()
                .filter(line -> line.startsWith("."))
                .forEach(line -> assertTrue(known.contains(line.split(" ", 2)[0]), line));
        assertFalse(Captured.run("man", "quantize").out().lines().anyMatch(line -> line.startsWith("'")));
    }

    @Test
    void completionKnowsCommandsOptionsAndModels() throws IOException, InterruptedException {
        String script = Captured.run("completion", "bash").out();
        for (String word : List.of("pull", "--allow-unverified", "--image", "palo-7b", "mobilevlm-v2-1.7b")) {
            assertTrue(script.contains(word), word);
        }
        assertEquals(script, Captured.run("completion", "zsh").out());
        Path file = Files.writeString(folder.resolve("myna"), script);
        Path words = folder.resolve("words");
        // What bash would offer after "myna pu" and "myna pull pal".
        String test = "source '" + file + "'; COMP_WORDS=(myna pu); COMP_CWORD=1; COMP_LINE='myna pu'; _complete_myna;"
                + " echo \"${COMPREPLY[*]}\" > '" + words + "'";
        Process bash;
        try {
            bash = new ProcessBuilder("bash", "-c", test)
                    .redirectErrorStream(true)
                    .start();
        } catch (IOException e) {
            System.err.println("SKIPPED: no bash to try the completion in");
            return;
        }
        String output = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, bash.waitFor(), output);
        assertEquals("pull", Files.readString(words).strip(), output);
    }

    @Test
    void fitShowsTheMemoryOfTheEmbeddedModel() {
        Captured fit = Captured.run("fit", "nano", "--json", "-t", "1", "-c", "1024");
        assertEquals(ExitCode.OK, fit.code(), fit.err());
        var values = Json.object(fit.out());
        assertEquals(true, values.get("exact"));
        // Two numbers of two bytes for each of 6 layers of width 256.
        assertEquals(1024 * 6 * 256 * 4, values.get("kv_cache"));
        assertTrue(((Number) values.get("weights")).longValue() > 5_000_000, fit.out());
        assertEquals(ExitCode.USAGE, Captured.run("fit", "palo-7b:q9").code());
        assertEquals(ExitCode.MODEL, Captured.run("fit", "palo7b").code());
        assertEquals(ExitCode.USAGE, Captured.run("fit", "-c", "-1").code());
        assertEquals(ExitCode.USAGE, Captured.run("fit", "--tiles", "2").code());
        assertEquals(
                ExitCode.USAGE,
                Captured.run("fit", "nano", "--image-tokens", "4,64").code());
    }
}
