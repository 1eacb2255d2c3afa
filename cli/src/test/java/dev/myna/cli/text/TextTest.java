// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.text;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.myna.cli.terminal.Output;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** What happens to an answer between the model and the screen. */
class TextTest {

    @Test
    void answersAreTrimmedWhileTheyStream() {
        AnswerText text = new AnswerText();
        StringBuilder shown = new StringBuilder();
        for (String piece : new String[] {" ", "\n", " A", " cat", " ", "\n", "sleeps", ".", " ", "\n"}) {
            shown.append(text.accept(piece));
        }
        assertEquals("A cat \nsleeps.", shown.toString());
        assertEquals("A cat \nsleeps.", text.whole());
    }

    @Test
    void controlCharactersAreVisibleOnATerminal() {
        assertEquals("a\u241b]0;title\u2407b\n\tc\u240d\u2421\uFFFD", written(true));
        assertEquals("a\u001b]0;title\u0007b\n\tc\r\u007f\u009b", written(false));
    }

    @Test
    void joinersAndDirectionMarksPass() {
        String persian = "می\u200cخواهم \u2067نص\u2069 👩\u200d🚀";
        assertEquals(persian, Controls.visible(persian));
    }

    @Test
    void unitsAreReadable() {
        assertEquals("0 B", Units.bytes(0));
        assertEquals("1023 B", Units.bytes(1023));
        assertEquals("1.0 KiB", Units.bytes(1024));
        assertEquals("1.0 MiB", Units.bytes((1 << 20) - 1));
        assertEquals("8.0 EiB", Units.bytes(Long.MAX_VALUE));
        assertEquals("200,704", Units.count(200_704));
        assertEquals("6.74 billion", Units.count(6_738_415_616L));
    }

    private static String written(boolean terminal) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        new Output(bytes, terminal).write("a\u001b]0;title\u0007b\n\tc\r\u007f\u009b");
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
