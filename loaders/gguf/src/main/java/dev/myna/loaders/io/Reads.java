// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.io;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/** Reads at given offsets, without a shared position and without a mapping. */
public final class Reads {
    private static final long MAX_READ = 1 << 30;

    private Reads() {}

    /**
     * The bytes of a small file.
     *
     * @param max maximum size; a larger file is refused unread
     * @throws NoSuchFileException if there is none
     * @throws FileSystemException if it is larger, or not a regular file (reading a pipe might never end)
     */
    public static byte[] small(Path path, int max) throws IOException {
        BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
        if (!attributes.isRegularFile()) {
            throw new FileSystemException(path.toString(), null, "is no regular file");
        }
        try (InputStream in = Files.newInputStream(path)) {
            byte[] bytes = attributes.size() > max ? new byte[0] : in.readNBytes(max + 1);
            if (attributes.size() > max || bytes.length > max) {
                throw new FileSystemException(path.toString(), null, "has more than " + max + " bytes");
            }
            return bytes;
        }
    }

    /**
     * Fills {@code target}, which is native memory.
     *
     * @param offset first byte in the file
     * @throws EOFException if the file ends before
     */
    public static void fully(FileChannel channel, long offset, MemorySegment target) throws IOException {
        for (long done = 0; done < target.byteSize(); ) {
            long length = Math.min(MAX_READ, target.byteSize() - done);
            int count = channel.read(target.asSlice(done, length).asByteBuffer(), offset + done);
            if (count < 0) {
                throw new EOFException("the file became shorter while it was read");
            }
            done += count;
        }
    }
}
