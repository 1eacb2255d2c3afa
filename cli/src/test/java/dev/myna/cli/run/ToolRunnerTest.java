// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.cli.terminal.Console;
import dev.myna.cli.terminal.LineSource;
import dev.myna.cli.terminal.Output;
import dev.myna.cli.terminal.PlainLines;
import dev.myna.engine.ChatMessage;
import dev.myna.engine.error.RequestException;
import dev.myna.engine.tools.ToolCall;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Tools of {@code chat}: what the file may say, and that nothing runs unless the user agrees. */
class ToolRunnerTest {
    @TempDir
    private Path folder;

    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private ToolFile file(String json) throws IOException {
        return ToolFile.read(Files.writeString(folder.resolve("tools.json"), json));
    }

    private String result(ToolFile tools, String answers, String name, String arguments) throws IOException {
        Console console = new Console(
                new ByteArrayInputStream(new byte[0]),
                new Output(new ByteArrayOutputStream(), false),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                false,
                false);
        LineSource lines = new PlainLines(new ByteArrayInputStream(answers.getBytes(StandardCharsets.UTF_8)));
        List<ChatMessage> results =
                new ToolRunner(tools, console, lines).results(List.of(new ToolCall("id", name, arguments)));
        ChatMessage.ToolResult result = (ChatMessage.ToolResult) results.getFirst();
        assertEquals("id", result.callId());
        return result.text();
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void toolRunsOnlyAfterYes() throws IOException {
        Path trace = folder.resolve("trace");
        ToolFile tools = file("""
                {"tools": [{"name": "echo", "parameters": {"type": "object"},
                 "command": ["sh", "-c", "touch '%s'; cat; printf ' ok'"]}]}
                """.formatted(trace));
        for (String no : List.of("", "\n", "n\n", "maybe\n", "yess\n")) {
            assertEquals("The user did not allow this call.", result(tools, no, "echo", "{\"a\": \"بلی\"}"));
            assertFalse(Files.exists(trace), no);
        }
        assertEquals("{\"a\": \"بلی\"} ok", result(tools, "Y\n", "echo", "{\"a\": \"بلی\"}"));
        assertTrue(Files.exists(trace));
        String said = err.toString(StandardCharsets.UTF_8);
        assertTrue(said.contains("The model calls echo with {\"a\": \"بلی\"}: run sh -c"), said);
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void toolErrorsBecomeTheResult() throws IOException {
        ToolFile tools = file("""
                {"tools": [{"name": "fails", "command": ["sh", "-c", "echo half; exit 3"]},
                 {"name": "missing", "command": ["/nonexistent/program"]},
                 {"name": "long", "command": ["sh", "-c", "head -c 1000000 /dev/zero | tr '\\\\0' x"]}]}
                """);
        assertEquals("The tool failed with code 3. half", result(tools, "yes\n", "fails", "{}"));
        assertTrue(result(tools, "yes\n", "missing", "{}").startsWith("The tool could not be started"));
        assertEquals(64 << 10, result(tools, "yes\n", "long", "{}").length());
    }

    @Test
    void mistakesInTheFileAreNamedWithTheirPlace() {
        Map<String, String> wrong = Map.of(
                "[]", "not a JSON object",
                "{}", "a list \"tools\"",
                "{\"tools\": [7]}", "tools[0] must be an object",
                "{\"tools\": [{\"name\": \"a\", \"comand\": []}]}", "tools[0] must be an object",
                "{\"tools\": [{\"name\": \"a b\", \"command\": [\"x\"]}]}", "tools[0]: a tool's name",
                "{\"tools\": [{\"name\": \"a\"}]}", "tools[0].command must be a list",
                "{\"tools\": [{\"name\": \"a\", \"command\": []}]}", "tools[0].command must be a list",
                "{\"tools\": [{\"command\": [\"x\"]}]}", "tools[0].name must be a string",
                "{\"tools\": [{\"name\": \"a\", \"parameters\": 1, \"command\": [\"x\"]}]}",
                        "tools[0].parameters must be");
        wrong.forEach((json, message) -> {
            RequestException e = assertThrows(
                    RequestException.class,
                    () -> {
                        Path path = folder.resolve("tools.json");
                        file(json).requireCommands(path);
                    },
                    json);
            assertTrue(e.getMessage().contains(message), e.getMessage());
            assertTrue(e.getMessage().contains("tools.json"), e.getMessage());
        });
    }
}
