// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.cli.Captured;
import dev.myna.cli.terminal.ExitCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where files go, for users with and without a home. */
class UserFoldersTest {
    @TempDir
    Path home;

    private static UserFolders folders(String account, String... variables) {
        Map<String, String> environment = new HashMap<>();
        for (int i = 0; i < variables.length; i += 2) {
            environment.put(variables[i], variables[i + 1]);
        }
        return new UserFolders(environment, account);
    }

    private Optional<Path> below(String folders) {
        return Optional.of(home.resolve(folders));
    }

    @Test
    void homeIsTheVariableOrTheAccountsFolder() {
        assertEquals(below(".cache/myna"), folders("/", "HOME", home.toString()).cache());
        assertEquals(
                below(".local/state/myna"),
                folders("/", "HOME", home.toString()).state());
        assertEquals(below(".cache/myna"), folders(home.toString()).cache());
        assertEquals(below(".cache/myna"), folders(home.toString(), "HOME", "").cache());
        assertEquals(
                below(".cache/myna"),
                folders(home.toString(), "HOME", "relative/home").cache());
    }

    /** Java says {@code ?} for a user without an account, and {@code ?} is a name of a folder like any other. */
    @Test
    void withoutAHomeThereAreNoFolders() {
        for (UserFolders none : List.of(
                folders("?"),
                folders(""),
                folders("?", "HOME", ""),
                folders("?", "HOME", "."),
                folders("?", "XDG_CACHE_HOME", "", "XDG_STATE_HOME", ""),
                folders("?", "XDG_CACHE_HOME", "cache", "XDG_STATE_HOME", "./state"),
                folders("?", "HOME", "/nonexistent"),
                folders("/nonexistent", "HOME", ""))) {
            assertEquals(Optional.empty(), none.cache(), none.toString());
            assertEquals(Optional.empty(), none.state(), none.toString());
        }
    }

    @Test
    void relativeVariablesAreIgnoredWithANote() {
        UserFolders folders = folders("?", "HOME", home.toString(), "XDG_CACHE_HOME", "cache", "XDG_STATE_HOME", "");
        assertEquals(below(".cache/myna"), folders.cache());
        assertEquals(below(".local/state/myna"), folders.state());
        assertEquals(1, folders.ignored().size(), folders.ignored().toString());
        assertTrue(folders.ignored().getFirst().startsWith("XDG_CACHE_HOME is ignored"));
    }

    @Test
    void variablesOfTheUserComeFirst() {
        String[] all = {"HOME", home.toString(), "XDG_CACHE_HOME", "/cache", "XDG_STATE_HOME", "/state"};
        assertEquals(Optional.of(Path.of("/cache/myna")), folders("?", all).cache());
        assertEquals(Optional.of(Path.of("/state/myna")), folders("?", all).state());
        assertEquals(
                Optional.of(Path.of("/own")),
                folders("?", "HOME", home.toString(), "XDG_CACHE_HOME", "/cache", "MYNA_CACHE", "/own")
                        .cache());
        assertEquals(
                below("own"),
                folders("?", "HOME", home.toString(), "MYNA_CACHE", "~/own").cache());
        assertTrue(folders("?", "MYNA_CACHE", "own").cache().orElseThrow().isAbsolute());
    }

    @Test
    void withoutAFolderListIsEmptyAndPullFails() {
        Map<String, String> nobody = Map.of("HOME", home.resolve("none").toString());
        assertEquals(0, Captured.runIn(nobody, new byte[0], "list", "--all").code());
        assertEquals(0, Captured.runIn(nobody, new byte[0], "show", "palo-7b").code());
        assertEquals(
                ExitCode.MODEL,
                Captured.runIn(nobody, new byte[0], "run", "-m", "palo-7b", "-p", "a")
                        .code());
        assertEquals(
                ExitCode.MODEL,
                Captured.runIn(nobody, new byte[0], "rm", "palo-7b").code());
        assertEquals(0, Captured.runIn(nobody, new byte[0], "rm", "--unused").code());
        Captured pulled = Captured.runIn(nobody, new byte[0], "pull", "--offline", "palo-7b", "--accept-license");
        assertEquals(ExitCode.ENVIRONMENT, pulled.code());
        assertTrue(pulled.err().contains("set MYNA_CACHE to a folder"), pulled.err());
        Captured doctor = Captured.runIn(nobody, new byte[0], "doctor");
        assertTrue(doctor.out().contains("none: this user has no home folder"), doctor.out());
        assertTrue(Files.notExists(home.resolve("none")));
    }
}
