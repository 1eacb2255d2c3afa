// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.hf;

import dev.myna.loaders.io.Reads;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.Function;

/**
 * The bytes of a file, mapped read-only. They must not change while it is open. The mapping serves headers, which are small
 * and read at random. {@link #read(long, MemorySegment)} serves weights, because mapped pages of weights would count as memory
 * of this process.
 */
final class MappedFile implements AutoCloseable {
    static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final Path path;
    private final MemorySegment bytes;
    /** Owns the mapping; null if the caller owns the memory. */
    private final Arena arena;
    /** The file itself; null if the caller owns the memory. */
    private final FileChannel channel;

    private MappedFile(Path path, MemorySegment bytes, Arena arena, FileChannel channel) {
        this.path = path;
        this.bytes = bytes;
        this.arena = arena;
        this.channel = channel;
    }

    /** Memory of the caller, with the name of a file for messages. */
    static MappedFile of(Path path, MemorySegment bytes) {
        return new MappedFile(path, bytes.asReadOnly(), null, null);
    }

    /**
     * Maps a file and reads it. The result owns the mapping; it is unmapped if reading fails.
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
        FileChannel channel = null;
        try {
            channel = FileChannel.open(path, StandardOpenOption.READ);
            return new MappedFile(path, channel.map(MapMode.READ_ONLY, 0, channel.size(), arena), arena, channel);
        } catch (AccessDeniedException e) {
            release(arena, channel);
            throw new CheckpointException(path + ": no permission to read the file", e);
        } catch (IOException | UnsupportedOperationException e) {
            release(arena, channel);
            throw new CheckpointException(path + ": the file cannot be mapped: " + e.getMessage(), e);
        } catch (RuntimeException | Error e) {
            release(arena, channel);
            throw e;
        }
    }

    private static void release(Arena arena, FileChannel channel) {
        arena.close();
        if (channel != null) {
            try {
                channel.close();
            } catch (IOException e) {
                // The file was only read: nothing is lost.
            }
        }
    }

    /** Opening a FIFO would block, and mapping a device could have any effect, so this checks the kind of file first. */
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

    /**
     * Reads bytes into {@code target}.
     *
     * @throws CheckpointException if the file ends before, or cannot be read
     */
    void read(long offset, MemorySegment target) {
        if (channel == null || !target.isNative()) {
            MemorySegment.copy(bytes, offset, target, 0, target.byteSize());
            return;
        }
        try {
            Reads.fully(channel, offset, target);
        } catch (ClosedChannelException e) {
            throw new IllegalStateException(path + ": the file is closed", e);
        } catch (IOException e) {
            throw new CheckpointException(path + ": the file cannot be read: " + e.getMessage(), e);
        }
    }

    /** An exception that names the file; {@code rule} says what is wrong and where. */
    CheckpointException fail(String rule) {
        return new CheckpointException(path + ": " + rule);
    }

    /** The JVM reports a lost page of the mapping as an InternalError: the file shrank, or its disk failed. */
    CheckpointException changed(InternalError cause) {
        return new CheckpointException(path + ": the file changed or failed while it was read", cause);
    }

    /** Unmaps the file; does nothing the second time, or if the caller owns the memory. */
    @Override
    public synchronized void close() {
        if (arena != null && arena.scope().isAlive()) {
            release(arena, channel);
        }
    }
}
