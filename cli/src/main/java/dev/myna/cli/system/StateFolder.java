// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.system;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;

/** The chat history in {@link UserFolders#state}. */
public final class StateFolder {
    private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private StateFolder() {}

    /** The chat history, created readable by its owner only; empty if that is not possible. */
    public static Optional<Path> historyFile() {
        Optional<Path> state = UserFolders.ofProcess().state();
        if (state.isEmpty()) {
            return Optional.empty();
        }
        Path folder = state.get();
        try {
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
}
