// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;

/** The folder for things worth keeping between runs but not worth backing up. */
final class StateFolder {
    private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private StateFolder() {}

    /** The chat history, created readable by its owner only; empty if that is not possible. */
    static Optional<Path> historyFile() {
        try {
            Path folder = folder();
            Files.createDirectories(folder);
            Path file = folder.resolve("history");
            boolean posix = folder.getFileSystem().supportedFileAttributeViews().contains("posix");
            if (!Files.exists(file)) {
                Files.createFile(file, posix ? new FileAttribute<?>[] {OWNER_ONLY} : new FileAttribute<?>[0]);
            }
            if (posix) {
                Files.setPosixFilePermissions(file, OWNER_ONLY.value());
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
