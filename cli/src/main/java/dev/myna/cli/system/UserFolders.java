// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.system;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The folders of the user who runs Myna. Only this class decides where files go. If a folder is not known, it is absent, and nothing
 * is kept: Myna uses neither the current directory nor a name in {@code /tmp} that others can guess. Source of the {@code XDG_}
 * rules: XDG Base Directory Specification 0.8, which ignores relative values.
 *
 * @param environment variables
 * @param accountHome home folder of the account; Java sets {@code ?} if there is none
 */
public record UserFolders(Map<String, String> environment, String accountHome) {
    private static final String NAME = "myna";

    /** Of the user of this process. */
    public static UserFolders ofProcess() {
        return of(System.getenv());
    }

    /** Of this process's user in another environment. */
    public static UserFolders of(Map<String, String> environment) {
        return new UserFolders(environment, System.getProperty("user.home", ""));
    }

    /** {@code HOME}, or the home folder of the account if {@code HOME} is not set or relative; empty if it does not exist. */
    Optional<Path> home() {
        return absolute(environment.get("HOME")).or(() -> absolute(accountHome)).filter(Files::isDirectory);
    }

    /**
     * The folder for caches and models: {@code MYNA_CACHE}, else {@code $XDG_CACHE_HOME/myna}, else {@code ~/.cache/myna}. It need not
     * exist.
     */
    public Optional<Path> cache() {
        String own = environment.get("MYNA_CACHE");
        if (own != null && !own.isBlank()) {
            return Optional.of(UserPath.of(own, this).toAbsolutePath());
        }
        return absolute(environment.get("XDG_CACHE_HOME"))
                .map(folder -> folder.resolve(NAME))
                .or(() -> absolute(environment.get("LOCALAPPDATA"))
                        .map(folder -> folder.resolve(NAME).resolve("cache")))
                .or(() -> home().map(folder -> folder.resolve(".cache").resolve(NAME)));
    }

    /** The folder for state, such as the chat history. It need not exist. */
    public Optional<Path> state() {
        return absolute(environment.get("XDG_STATE_HOME"))
                .or(() -> absolute(environment.get("LOCALAPPDATA")))
                .or(() -> home().map(folder -> folder.resolve(".local").resolve("state")))
                .map(folder -> folder.resolve(NAME));
    }

    /** Notes on variables for folders that are ignored. */
    public List<String> ignored() {
        List<String> lines = new ArrayList<>();
        for (String variable : List.of("XDG_CACHE_HOME", "XDG_STATE_HOME", "HOME")) {
            String value = environment.get(variable);
            if (value != null && !value.isEmpty() && absolute(value).isEmpty()) {
                lines.add(variable + " is ignored because it is relative: " + value);
            }
        }
        return lines;
    }

    private static Optional<Path> absolute(String text) {
        if (text == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(Path.of(text)).filter(Path::isAbsolute);
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }
}
