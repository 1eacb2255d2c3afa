// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RelauncherTest {
    @Test
    void aCollectorChosenByTheUserStays() {
        assertTrue(Relauncher.flags(List.of("java", "-Xmx1g")).containsAll(Relauncher.COLLECTOR_FLAGS));
        List<String> flags = Relauncher.flags(List.of("java", "-XX:+UseZGC", "-jar", "myna.jar"));
        assertTrue(flags.containsAll(Relauncher.FLAGS), flags.toString());
        assertTrue(flags.containsAll(Relauncher.COMPILER_FLAGS), flags.toString());
        assertFalse(flags.contains("-XX:+UseSerialGC"), flags.toString());
    }

    @Test
    void theScriptOfACheckoutGivesTheSameFlags() throws IOException {
        String script = Files.readString(Path.of("../myna"));
        for (List<String> flags : List.of(Relauncher.FLAGS, Relauncher.COMPILER_FLAGS, Relauncher.COLLECTOR_FLAGS)) {
            for (String flag : flags) {
                assertTrue(script.contains(flag), flag);
            }
        }
    }

    @Test
    void changedVariablesReplaceGivenOnes() {
        List<byte[]> given = Stream.of("LC_ALL=C", "PATH=/bin", "LC_ALLY=x", "EMPTY=")
                .map(entry -> entry.getBytes(StandardCharsets.UTF_8))
                .toList();
        assertEquals(
                List.of("PATH=/bin", "LC_ALLY=x", "EMPTY=", "LC_ALL=C.UTF-8"),
                Relauncher.changed(given, Map.of("LC_ALL", "C.UTF-8")).stream()
                        .map(entry -> new String(entry, StandardCharsets.UTF_8))
                        .toList());
    }

    @Test
    void commandLinesAreSplitAtNul() {
        byte[] raw = "java\0-jar\0\0تصویر.png\0".getBytes(StandardCharsets.UTF_8);
        assertEquals(
                List.of("java", "-jar", "", "تصویر.png"),
                Relauncher.splitAtNul(raw).stream()
                        .map(part -> new String(part, StandardCharsets.UTF_8))
                        .toList());
    }

    @Test
    void descriptorsThatArgumentsNameStayOpen() {
        String[] args = {"--image=/dev/fd/63", "-f", "/proc/self/fd/4"};
        assertTrue(Relauncher.names(args, 63));
        assertTrue(Relauncher.names(args, 4));
        for (int other : new int[] {3, 6, 5, 40}) {
            assertTrue(!Relauncher.names(args, other), "" + other);
        }
    }
}
