// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.io;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/**
 * The place of an output file. Symbolic links are followed to their end, so that a link stays a link. A target that is not a
 * regular file is refused, so that a file never replaces a device, a pipe or a folder.
 */
public final class OutputPath {
    /** The limit of Linux. */
    private static final int MAX_LINKS = 40;

    private OutputPath() {}

    /**
     * The file that a write to {@code named} creates or replaces. It need not exist.
     *
     * @throws FileSystemException if it exists and is not a regular file, if its folder does not exist, or if links form a
     *     circle
     * @throws IOException if a link cannot be read
     */
    public static Path resolve(Path named) throws IOException {
        // First check what the system finds at the end of all links: some links, such as those in /proc, do not resolve
        // to a path.
        if (Files.exists(named)) {
            requireRegular(named, named);
        }
        Path at = named.toAbsolutePath();
        for (int links = 0; Files.isSymbolicLink(at); links++) {
            if (links == MAX_LINKS) {
                throw new FileSystemException(named.toString(), null, "symbolic links lead in a circle");
            }
            at = at.resolveSibling(Files.readSymbolicLink(at));
        }
        if (at.getFileName() == null) {
            throw new FileSystemException(named.toString(), null, "is a directory: name a file");
        }
        if (Files.exists(at, LinkOption.NOFOLLOW_LINKS)) {
            requireRegular(at, named);
        }
        Path folder = at.getParent();
        if (!Files.isDirectory(folder)) {
            throw new FileSystemException(
                    named.toString(),
                    null,
                    "the folder " + folder + (Files.exists(folder) ? " is no folder" : " does not exist"));
        }
        return at;
    }

    private static void requireRegular(Path path, Path named) throws FileSystemException {
        if (Files.isDirectory(path)) {
            throw new FileSystemException(named.toString(), null, "is a directory: name a file");
        }
        if (!Files.isRegularFile(path)) {
            throw new FileSystemException(
                    named.toString(),
                    null,
                    "is a device, a pipe or a socket, which is never replaced by a file: name another file");
        }
    }
}
