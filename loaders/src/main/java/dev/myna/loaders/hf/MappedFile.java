// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.hf;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.Function;

/** The bytes of a file, mapped read-only; they must not change while it is open. */
final class MappedFile implements AutoCloseable {
    static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final Path path;
    private final MemorySegment bytes;
    /** Owns the mapping; null if the caller owns the memory. */
    private final Arena arena;

    private MappedFile(Path path, MemorySegment bytes, Arena arena) {
        this.path = path;
        this.bytes = bytes;
        this.arena = arena;
    }

    /** Memory of the caller under the name of a file. */
    static MappedFile of(Path path, MemorySegment bytes) {
        return new MappedFile(path, bytes.asReadOnly(), null);
    }

    /**
     * Maps a file and reads it; the result owns the mapping, which is undone if reading fails.
     *
     * @throws CheckpointException if the file cannot be mapped, or what {@code reader} throws
     */
    static <T> T read(Path path, Function<MappedFile, T> reader) {
        MappedFile file = map(path);
        try {
            return reader.apply(file);
        } catch (InternalError e) {
            file.close();
            throw file.changed(e);
        } catch (RuntimeException | Error e) {
            file.close();
            throw e;
        }
    }

    private static MappedFile map(Path path) {
        requireRegularFile(path);
        Arena arena = Arena.ofShared();
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            return new MappedFile(path, channel.map(MapMode.READ_ONLY, 0, channel.size(), arena), arena);
        } catch (AccessDeniedException e) {
            arena.close();
            throw new CheckpointException(path + ": no permission to read the file", e);
        } catch (IOException | UnsupportedOperationException e) {
            arena.close();
            throw new CheckpointException(path + ": the file cannot be mapped: " + e.getMessage(), e);
        } catch (RuntimeException | Error e) {
            arena.close();
            throw e;
        }
    }

    /** Opening a FIFO would block and mapping a device could do anything, so the kind is asked for first. */
    private static void requireRegularFile(Path path) {
        if (Files.isRegularFile(path)) {
            return;
        }
        if (Files.exists(path)) {
            throw new CheckpointException(path + ": this is not a regular file");
        }
        throw new CheckpointException(path + ": no such file, or no permission to see it");
    }

    Path path() {
        return path;
    }

    MemorySegment bytes() {
        return bytes;
    }

    long size() {
        return bytes.byteSize();
    }

    /** A copy of some bytes. */
    byte[] copy(long offset, int length) {
        return bytes.asSlice(offset, length).toArray(ValueLayout.JAVA_BYTE);
    }

    /** An exception that names the file; {@code rule} says what is wrong and where. */
    CheckpointException fail(String rule) {
        return new CheckpointException(path + ": " + rule);
    }

    /** The JVM reports a page of the mapping that has gone as an InternalError: the file shrank, or its disk failed. */
    CheckpointException changed(InternalError cause) {
        return new CheckpointException(path + ": the file changed or failed while it was read", cause);
    }

    /** Unmaps the file; does nothing the second time, or if the caller owns the memory. */
    @Override
    public synchronized void close() {
        if (arena != null && arena.scope().isAlive()) {
            arena.close();
        }
    }
}
