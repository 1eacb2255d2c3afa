// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.terminal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.myna.cli.Captured;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What becomes of stdin and stdout that are full, gone or closed. */
class OutputTest {

    private static Captured writingTo(String failure, String... args) {
        OutputStream failing = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException(failure);
            }
        };
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Console console = new Console(
                InputStream.nullInputStream(),
                new Output(failing, false),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                false,
                false);
        int code = Captured.runOn(console, Map.of(), args);
        return new Captured(code, "", err.toString(StandardCharsets.UTF_8));
    }

    @Test
    void fullDiskIsAnErrorButAClosedReaderIsNot() {
        for (String[] args : new String[][] {{"--version"}, {"run", "--help"}, {"man"}, {"list", "--all"}}) {
            Captured full = writingTo("No space left on device", args);
            assertEquals(ExitCode.GENERATION, full.code(), args[0]);
            assertEquals("myna: cannot write to stdout: No space left on device\n", full.err());
            Captured left = writingTo("Broken pipe", args);
            assertEquals(ExitCode.OK, left.code(), args[0]);
            assertEquals("", left.err());
        }
    }
}
