// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.io;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/**
 * Where an output goes. Symbolic links are followed to their end, so that a link stays a link; what is no regular file is
 * refused, so that a device, a pipe or a folder is never replaced by a file.
 */
public final class OutputPath {
    /** As many as Linux follows. */
    private static final int MAX_LINKS = 40;

    private OutputPath() {}

    /**
     * The file that a write to {@code named} creates or replaces; it need not exist yet.
     *
     * @throws FileSystemException if something else than a regular file is there, if its folder is not there, or if links
     *     lead in a circle
     * @throws IOException if a link cannot be read
     */
    public static Path resolve(Path named) throws IOException {
        // First what the system sees at the end of all links: some links, as those of /proc, lead to no path.
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
