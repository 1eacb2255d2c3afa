// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.DataInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LauncherTest {
    private static final int JAVA_8 = 52;

    @Test
    void aCollectorChosenByTheUserStays() {
        assertTrue(Relauncher.flags(List.of("java", "-Xmx1g")).containsAll(Relauncher.COLLECTOR_FLAGS));
        List<String> flags = Relauncher.flags(List.of("java", "-XX:+UseZGC", "-jar", "myna.jar"));
        assertTrue(flags.containsAll(Relauncher.FLAGS), flags.toString());
        assertTrue(flags.containsAll(Relauncher.COMPILER_FLAGS), flags.toString());
        assertFalse(flags.contains("-XX:+UseSerialGC"), flags.toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"25.0.3", "25.0.3.0.1", "25.0.10", "25.1", "26", "26-ea", "26.0.1"})
    void acceptsNewEnough(String version) {
        assertTrue(Launcher.suitable(version));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"25", "25-ea", "25.0.2", "25.0.2+10", "24.0.9", "21.0.7", "17.0.15", "1.8.0_412", "9", "unknown"
            })
    void rejectsTooOld(String version) {
        assertFalse(Launcher.suitable(version));
    }

    @Test
    void anyJavaCanLoadIt() throws IOException {
        try (DataInputStream in = new DataInputStream(Launcher.class.getResourceAsStream("Launcher.class"))) {
            assertEquals(0xCAFEBABE, in.readInt());
            in.readUnsignedShort();
            assertEquals(JAVA_8, in.readUnsignedShort());
        }
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
    void terminalsAreKnownByName() {
        assertEquals(Optional.of(true), Posix.isTerminal("/dev/pts/3"));
        assertEquals(Optional.of(true), Posix.isTerminal("/dev/tty1"));
        for (String other : List.of("pipe:[1234]", "socket:[9]", "/dev/null", "/home/user/answer.txt")) {
            assertEquals(Optional.of(false), Posix.isTerminal(other), other);
        }
        assertEquals(Optional.empty(), Posix.isTerminal("/dev/hvc0"));
        assertEquals(Optional.empty(), Posix.isTerminal(""));
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
}
