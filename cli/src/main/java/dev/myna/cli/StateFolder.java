// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;

/** The folder for things worth keeping between runs but not worth backing up. */
final class StateFolder {
    private StateFolder() {}

    /** The chat history, created readable by its owner only; empty if that is not possible. */
    static Optional<Path> historyFile() {
        try {
            Path folder = folder();
            boolean posix = folder.getFileSystem().supportedFileAttributeViews().contains("posix");
            Files.createDirectories(folder);
            Path file = folder.resolve("history");
            if (!Files.exists(file)) {
                Files.createFile(file);
            }
            if (posix) {
                Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
            }
            return Optional.of(file);
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static Path folder() {
        String state = System.getenv("XDG_STATE_HOME");
        if (state != null && Path.of(state).isAbsolute()) {
            return Path.of(state, "myna");
        }
        String local = System.getenv("LOCALAPPDATA");
        return local != null
                ? Path.of(local, "myna")
                : Path.of(System.getProperty("user.home"), ".local", "state", "myna");
    }
}
