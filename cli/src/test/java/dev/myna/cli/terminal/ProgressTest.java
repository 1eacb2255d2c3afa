// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.terminal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ProgressTest {
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();
    private final PrintStream err = new PrintStream(written, true, StandardCharsets.UTF_8);
    private long now;

    @Test
    void terminalShowsOneChangingLine() {
        try (Progress progress = new Progress(err, true, "a.gguf", 2L << 30, () -> now)) {
            now += 100_000_000; // too soon
            progress.accept(1L << 28);
            now += 900_000_000;
            progress.accept(1L << 30);
        }
        assertEquals(
                "\r\u001B[Ka.gguf   50 %  1.0 GiB of 2.0 GiB  1.07 GB/s, 1 s left\r\u001B[K",
                written.toString(StandardCharsets.UTF_8));
    }

    @Test
    void withoutATerminalProgressPrintsALinePerTenth() {
        try (Progress progress = new Progress(err, false, "a\nb", 1000, () -> now)) {
            for (int done = 1; done <= 1000; done++) {
                now += 50_000_000; // a tenth takes five seconds
                progress.accept(done);
            }
        }
        String[] lines = written.toString(StandardCharsets.UTF_8).split("\n");
        assertEquals(10, lines.length);
        assertEquals("myna: a b   20 %  200 B of 1000 B  0.00 GB/s, 40 s left", lines[1]);
    }

    @Test
    void quickWorkPrintsNoProgressWithoutATerminal() {
        try (Progress progress = new Progress(err, false, "a", 10, () -> now)) {
            for (int done = 1; done <= 10; done++) {
                progress.accept(done);
            }
        }
        assertEquals("", written.toString(StandardCharsets.UTF_8));
    }
}
