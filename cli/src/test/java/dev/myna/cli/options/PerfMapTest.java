// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.options;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.cli.system.Posix;
import dev.myna.cli.terminal.ExitCode;
import dev.myna.cli.terminal.Failure;
import dev.myna.testing.Machine;
import dev.myna.testing.NeedsSuperuser;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What profilers read about code that was made at run time. */
class PerfMapTest {
    private static final int PID = 4711;

    @TempDir
    Path folder;

    private final List<String> complaints = new ArrayList<>();

    @BeforeEach
    void needPosix() {
        Machine.assume(Posix.available(), "no profiler reads such files here");
    }

    private Path file() {
        return folder.resolve("perf-" + PID + ".map");
    }

    private PerfMap create() throws IOException {
        return PerfMap.create(folder, PID, complaints::add);
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        }
    }

    @Test
    void eachKernelIsALineAtOnceAndJavasMethodsFollow() throws IOException {
        PerfMap map = create();
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file())));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment code = arena.allocate(0x1b3, 64);
            String first = Long.toHexString(code.address()) + " 1b3 myna::matvec Q4_K x1 [AVX2]";
            map.assembled("matvec Q4_K x1 [AVX2]", code);
            assertEquals(List.of(first), Files.readAllLines(file()));
            map.assembled("store [AVX2]", code.asSlice(16, 8));
            String second = Long.toHexString(code.address() + 16) + " 8 myna::store [AVX2]";
            assertEquals(List.of(first, second), Files.readAllLines(file()));
            map.end();
            List<String> whole = Files.readAllLines(file());
            assertEquals(List.of(first, second), whole.subList(0, 2));
            // The JVM's own spelling; perf reads both.
            assertTrue(
                    whole.stream().skip(2).allMatch(line -> line.matches("0x[0-9a-f]{16} 0x[0-9a-f]{16} .+")),
                    whole.toString());
            assertTrue(whole.stream().skip(2).anyMatch(line -> line.contains(" java.lang.String")), whole.toString());
            map.assembled("late [AVX2]", code);
            map.end();
            assertEquals(whole, Files.readAllLines(file()), "nothing follows the end");
        }
        assertEquals(List.of(), complaints);
        assertEquals(List.of(file()), files());
    }

    @Test
    void aFileLeftByAnEarlierProcessIsReplaced() throws IOException {
        Files.writeString(file(), "1 1 old\n");
        create();
        assertEquals("", Files.readString(file()));
    }

    @Test
    void linksAreNotFollowed() throws IOException {
        Path victim = Files.writeString(folder.resolve("victim"), "precious");
        Files.createSymbolicLink(file(), victim);
        FileSystemException refused = assertThrows(FileSystemException.class, this::create);
        assertEquals(
                file() + ": exists and is not a file: remove it for --perf-map",
                Failure.of(refused).message().orElseThrow());
        assertEquals(ExitCode.ENVIRONMENT, Failure.of(refused).exitCode());
        assertEquals("precious", Files.readString(victim));
        assertTrue(Files.isSymbolicLink(file()));
        assertEquals(2, files().size());
    }

    @Test
    @NeedsSuperuser
    void anotherUsersFileIsLeftAlone() throws IOException {
        Files.writeString(file(), "theirs");
        Files.setAttribute(file(), "unix:uid", 54321, LinkOption.NOFOLLOW_LINKS);
        FileSystemException refused = assertThrows(FileSystemException.class, this::create);
        assertTrue(Failure.of(refused).message().orElseThrow().contains("belongs to 54321"), refused.getMessage());
        assertEquals("theirs", Files.readString(file()));
        assertEquals(1, files().size());
    }
}
