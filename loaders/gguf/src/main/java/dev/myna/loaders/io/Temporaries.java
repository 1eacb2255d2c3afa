// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.io;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Temporary files beside their targets. Each is locked while it is written, and a lock ends with its process. A file with such
 * a name and no lock was left by a killed process; the next process that writes into the folder removes it.
 */
final class Temporaries {
    /** Identifies this process. Process ids do not: in containers every process may have id 1. */
    private static final String PROCESS =
            String.format("%016x", UUID.randomUUID().getMostSignificantBits());

    private static final AtomicLong COUNT = new AtomicLong();
    private static final Pattern NAME =
            Pattern.compile("\\..*\\.myna-([0-9a-f]{16})-[0-9a-f]{1,16}\\.part", Pattern.DOTALL);
    /** Most file systems allow names of 255 bytes; the additions take up to 45. */
    private static final int MAX_NAME_BYTES = 200;
    /** An offset beyond any data, for systems where a lock blocks other writers. */
    private static final long LOCKED = Long.MAX_VALUE - 1;

    private static final int ATTEMPTS = 100;

    private Temporaries() {}

    /** A temporary file, open for writing and locked where the file system has locks. */
    record Temporary(Path path, FileChannel channel) {}

    /** Creates one beside a target. */
    static Temporary create(Path target) throws IOException {
        removeAbandoned(target.getParent());
        for (int i = 0; i < ATTEMPTS; i++) {
            Path path =
                    target.resolveSibling("." + shortened(target.getFileName().toString()) + ".myna-" + PROCESS + "-"
                            + Long.toHexString(COUNT.incrementAndGet()) + ".part");
            FileChannel channel;
            try {
                channel = FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            } catch (FileAlreadyExistsException e) {
                continue;
            } catch (AccessDeniedException e) {
                throw new AccessDeniedException(target.toString());
            } catch (FileSystemException e) {
                throw new FileSystemException(target.toString(), null, "cannot be written: " + e.getReason());
            }
            // Between creation and lock, another process may have removed it as abandoned.
            if (lock(channel) != Lock.TAKEN && Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
                return new Temporary(path, channel);
            }
            channel.close();
            Files.deleteIfExists(path);
        }
        throw new IOException(target + ": no temporary file beside it can be had");
    }

    private static String shortened(String name) {
        String kept = name;
        while (kept.getBytes(StandardCharsets.UTF_8).length > MAX_NAME_BYTES) {
            kept = kept.substring(0, kept.offsetByCodePoints(kept.length(), -1));
        }
        return kept;
    }

    private enum Lock {
        HELD,
        TAKEN,
        /** The file system has no locks. */
        UNKNOWN
    }

    private static Lock lock(FileChannel channel) {
        try {
            FileLock lock = channel.tryLock(LOCKED, 1, false);
            return lock == null ? Lock.TAKEN : Lock.HELD;
        } catch (OverlappingFileLockException e) {
            return Lock.TAKEN;
        } catch (IOException e) {
            return Lock.UNKNOWN;
        }
    }

    /** Removes temporary files of killed processes from a folder, as far as they can be recognized. */
    static void removeAbandoned(Path folder) {
        List<Path> found;
        try (Stream<Path> files = Files.list(folder)) {
            found = files.filter(Temporaries::isOfAnotherProcess).toList();
        } catch (IOException | RuntimeException e) {
            return; // cleaning is optional; a problem with the folder will show when the file is written
        }
        found.forEach(Temporaries::removeUnlessLocked);
    }

    private static boolean isOfAnotherProcess(Path path) {
        Matcher name = NAME.matcher(path.getFileName().toString());
        return name.matches() && !name.group(1).equals(PROCESS) && Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS);
    }

    private static void removeUnlessLocked(Path path) {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
            if (lock(channel) == Lock.HELD) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            // Already removed, or no permission to remove it.
        }
    }
}
