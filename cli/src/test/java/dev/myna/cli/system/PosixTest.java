// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PosixTest {
    @Test
    void terminalsAreRecognizedByName() {
        assertEquals(Optional.of(true), Posix.isTerminal("/dev/pts/3"));
        assertEquals(Optional.of(true), Posix.isTerminal("/dev/tty1"));
        for (String other : List.of("pipe:[1234]", "socket:[9]", "/dev/null", "/home/user/answer.txt")) {
            assertEquals(Optional.of(false), Posix.isTerminal(other), other);
        }
        assertEquals(Optional.empty(), Posix.isTerminal("/dev/hvc0"));
        assertEquals(Optional.empty(), Posix.isTerminal(""));
    }

    /** Where stdin is closed, the JVM's first file gets its number. */
    @Test
    void closedStdinIsDetectedByAFileOfTheJvm() {
        assertTrue(Posix.isOwnFile("/opt/jdk/lib/modules", "/opt/jdk", "myna.jar"));
        assertTrue(Posix.isOwnFile("/a/myna.jar", "/opt/jdk", "/a/b/../myna.jar"));
        assertFalse(Posix.isOwnFile("/a/rows.jsonl", "/opt/jdk", "/a/myna.jar"));
        assertFalse(Posix.isOwnFile("/opt/jdk-answers/a.txt", "/opt/jdk", "/a/myna.jar"));
        assertFalse(Posix.isOwnFile("pipe:[123]", "/opt/jdk", ""));
        assertFalse(Posix.isOwnFile("/a/b.jar", "/opt/jdk", "/a/b.jar:/a/c.jar"));
    }
}
