// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.gguf;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * One file of a model, usually the only one.
 *
 * @param name name of the file in messages
 * @param channel the mapped file; null if the caller owns the memory
 */
record GgufPart(String name, MemorySegment bytes, FileChannel channel, GgufHeader header, MetadataView metadata) {

    static GgufPart of(String name, MemorySegment bytes, FileChannel channel) {
        GgufHeader header = GgufHeader.read(new GgufCursor(bytes, name));
        return new GgufPart(name, bytes, channel, header, new MetadataView(bytes, name, header.values()));
    }

    /**
     * Maps a file.
     *
     * @param arena owns the mapping, also after a failure
     * @throws GgufException if it is absent, unreadable, not a regular file or malformed
     */
    static GgufPart map(Path path, Arena arena) {
        requireRegularFile(path);
        FileChannel channel = null;
        try {
            channel = FileChannel.open(path, StandardOpenOption.READ);
            return of(path.toString(), channel.map(MapMode.READ_ONLY, 0, channel.size(), arena), channel);
        } catch (AccessDeniedException e) {
            close(channel);
            throw new GgufException(path + ": no permission to read the file", e);
        } catch (IOException | UnsupportedOperationException e) {
            close(channel);
            throw new GgufException(path + ": the file cannot be mapped: " + e.getMessage(), e);
        } catch (InternalError e) {
            // The JVM reports a lost page of the mapping in this way: the file shrank, or its disk failed.
            close(channel);
            throw new GgufException(path + ": the file changed or failed while it was read", e);
        } catch (RuntimeException | Error e) {
            close(channel);
            throw e;
        }
    }

    /** Opening a FIFO would block, and mapping a device could have any effect, so this checks the kind of file first. */
    private static void requireRegularFile(Path path) {
        if (Files.isRegularFile(path)) {
            return;
        }
        if (Files.isDirectory(path)) {
            throw new GgufException(path + ": " + FileKind.folder(path));
        }
        if (Files.exists(path)) {
            throw new GgufException(path + ": this is not a regular file");
        }
        throw new GgufException(path + ": no such file, or no permission to see it");
    }

    /** @throws GgufException if the file became shorter since it was mapped */
    void requireWhole() {
        if (channel == null) {
            return;
        }
        long now;
        try {
            now = channel.size();
        } catch (IOException e) {
            return; // closed, or the size is not available: nothing is known
        }
        if (now < bytes.byteSize()) {
            throw new GgufException(
                    name + ": the file became shorter since it was opened: " + now + " of " + bytes.byteSize()
                            + " bytes are left; load it again, and replace files that are in use by renaming");
        }
    }

    /** Closes the file; its mapping lives as long as its arena. */
    void close() {
        close(channel);
    }

    private static void close(FileChannel channel) {
        if (channel != null) {
            try {
                channel.close();
            } catch (IOException e) {
                // The file was only read: nothing is lost.
            }
        }
    }
}
