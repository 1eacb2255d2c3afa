// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.cli.launch.ClassArchive;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A user who is only a number: no account, no home. Java calls the home of such a user {@code ?}. */
class NoHomeIT {
    @TempDir
    Path folder;

    @Test
    void anAnswerLeavesNothingInTheCurrentFolder() throws Exception {
        Captured answer = new Jar(
                        Jar.currentJava(), List.of("-Duser.home=?"), "run", "-p", "hello", "-n", "1", "--no-perf")
                .in(folder)
                .without("HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "LOCALAPPDATA", "MYNA_CACHE", ClassArchive.SWITCH)
                .run();
        assertEquals(0, answer.code(), answer.err());
        // What would be made in the background is made below a folder that is created at once.
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(List.of(), files.toList());
        }
        assertTrue(answer.err().lines().allMatch(line -> line.startsWith("WARNING: ")), answer.err());
    }
}
