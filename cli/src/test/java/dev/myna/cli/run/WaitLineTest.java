// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.engine.Generation.Progress;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class WaitLineTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private Progress progress = new Progress(0, 600, 0, 2, 0, 0);
    private long now;

    private final WaitLine line =
            new WaitLine(new PrintStream(out, true, StandardCharsets.UTF_8), () -> progress, () -> now);

    private String drawn(double seconds, Progress at) {
        now = Math.round(seconds * 1e9);
        progress = at;
        out.reset();
        assertTrue(line.draw());
        return out.toString(StandardCharsets.UTF_8).replace("\r\u001B[K", "");
    }

    @Test
    void saysWhatIsDoneAndHowLongTheRestTakes() {
        assertEquals("", drawn(0.1, new Progress(0, 600, 0, 2, 1, 24)));
        assertEquals("image 1 of 2  25 %, 3 s left", drawn(1, new Progress(0, 600, 0, 2, 12, 24)));
        assertEquals("image 2 of 2  50 %, 2 s left", drawn(2, new Progress(0, 600, 1, 2, 0, 24)));
        assertEquals("0 of 600 positions read  0 %", drawn(4, new Progress(0, 600, 2, 2, 0, 0)));
        assertEquals("150 of 600 positions read  25 %, 6 s left", drawn(6, new Progress(150, 600, 2, 2, 0, 0)));
        assertEquals("answering", drawn(12, new Progress(600, 600, 2, 2, 0, 0)));
        out.reset();
        line.close();
        assertEquals("\r\u001B[K", out.toString(StandardCharsets.UTF_8));
        out.reset();
        assertFalse(line.draw());
        line.close();
        assertEquals(0, out.size());
    }

    @Test
    void quickAnswersHaveNoLine() {
        assertEquals("", drawn(0.3, new Progress(10, 600, 0, 0, 0, 0)));
        line.close();
        assertEquals(0, out.size());
    }
}
