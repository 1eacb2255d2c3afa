// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.cli.Captured;
import dev.myna.cli.TestImages;
import dev.myna.cli.run.PastedPaths;
import dev.myna.cli.terminal.ExitCode;
import dev.myna.engine.error.RequestException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files as people name them, on the command line and in a conversation. */
class UserPathTest {
    @TempDir
    Path folder;

    private static final String NAME = "it's \"a\" ق%20.png";

    private Path of(String text) {
        return UserPath.of(text, new UserFolders(Map.of("HOME", folder.toString()), "?"));
    }

    @Test
    void tildeIsHome() {
        assertEquals(folder, of("~"));
        assertEquals(folder, of("~/"));
        assertEquals(folder.resolve("a b/c.png"), of("~/a b/c.png"));
        assertEquals(Path.of("~other/a.png"), of("~other/a.png"));
        assertEquals(Path.of("a~/b"), of("a~/b"));
        UserFolders nobody = new UserFolders(Map.of(), "?");
        assertThrows(RequestException.class, () -> UserPath.of("~/a.png", nobody));
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "file:///a/b.png, /a/b.png",
                "file:/a/b.png, /a/b.png",
                "FILE://LocalHost/a/b.png, /a/b.png",
                "file:///a%20b/it%27s.png, /a b/it's.png",
                "file:///a b/c#d?e.png, /a b/c#d?e.png",
                "file:///%D9%82.png, /ق.png",
                "file:///ق.png, /ق.png",
                "file:///100%25.png, /100%.png",
                "C:\\pictures\\a.png, C:\\pictures\\a.png",
                "c:/pictures/a.png, c:/pictures/a.png",
                "hf:org/repo:q4_k_m, hf:org/repo:q4_k_m"
            })
    @DisabledOnOs(OS.WINDOWS)
    void urisAreDecodedAndTheRestIsLeftAlone(String text, String path) {
        assertEquals(Path.of(path), of(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "file:a.png",
                "file:",
                "file://",
                "file://host",
                "file://host/a.png",
                "file:///a%2.png",
                "file:///%zz",
                "file:///%FF.png",
                "file:///%00",
                "a\0b"
            })
    void whatCannotBeAFileIsRefused(String text) {
        assertThrows(RequestException.class, () -> of(text));
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void aFileOfThatVeryNameComesFirst() throws IOException {
        Path odd = Files.createFile(folder.resolve("file:a%20b"));
        assertEquals(odd, of(odd.toString()));
    }

    /** Options of every kind take them, and say what they are given when there is no such file. */
    @Test
    void optionsAndArgumentsTakeThem() throws IOException {
        Path image = TestImages.png(folder.resolve("a b.png"), 8, 8);
        String uri = image.toUri().toString();
        Captured run = Captured.run(
                "run", "--image", uri, "-m", folder.resolve("none.gguf").toUri().toString());
        assertEquals(ExitCode.MODEL, run.code(), run.err());
        assertTrue(run.err().contains(folder.resolve("none.gguf") + ":"), run.err());
        assertEquals(ExitCode.IMAGE, Captured.run("run", "--image", uri + "x").code());
        assertEquals(
                ExitCode.USAGE,
                Captured.run("run", "--image=a.png", "-m", "file://host/a").code());
        Captured inspect =
                Captured.run("inspect", folder.resolve("x%20y.gguf").toUri().toString());
        assertTrue(inspect.err().contains("x%20y.gguf"), inspect.err());
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void droppedFilesComeQuotedInManyWays() throws IOException {
        Path image = Files.createFile(folder.resolve(NAME));
        Path other = Files.createFile(folder.resolve("b.png"));
        String bare = image.toString();
        String single = "'" + bare.replace("'", "'\\''") + "'";
        String twofold = "\"" + bare.replace("\"", "\\\"") + "\"";
        String escaped = bare.replaceAll("[ '\"]", "\\\\$0");
        for (String text : List.of(bare, single, twofold, escaped)) {
            assertEquals(List.of(bare), PastedPaths.of(text), text);
        }
        assertEquals(List.of(bare, other.toString()), PastedPaths.of(escaped + " '" + other + "'"));
        assertEquals(List.of("no such.png"), PastedPaths.of("no such.png"));
        assertEquals(List.of("it's.png"), PastedPaths.of("it's.png"));
        assertEquals(List.of("C:\\a b\\c.png"), PastedPaths.of("\"C:\\a b\\c.png\""));
        assertEquals(List.of("C:\\a\\c.png"), PastedPaths.of("C:\\a\\c.png"));
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void aConversationTakesThem() throws IOException {
        Path image = TestImages.png(folder.resolve(NAME), 8, 8);
        String bare = image.toString();
        String script = "\uFEFF/image " + bare + "\n/image '" + bare.replace("'", "'\\''") + "' \r\n/image "
                + bare.replaceAll("[ '\"]", "\\\\$0") + "\n/image " + image.toUri() + "\n/image none.png\n" + bare
                + "\n/clear\n/exit\n";
        Captured chat = Captured.runWith(script.getBytes(StandardCharsets.UTF_8), "chat");
        assertEquals(0, chat.code(), chat.err());
        assertEquals(
                4,
                chat.err()
                        .lines()
                        .filter(line -> line.contains("8 x 8 image added"))
                        .count(),
                chat.err());
        assertTrue(chat.err().contains("none.png: no such file"), chat.err());
        assertTrue(chat.err().contains("to add that image to the next question: /image " + bare), chat.err());
    }
}
