// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.gguf;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/**
 * A file that takes its name only when it is complete: until then its bytes lie in a temporary file beside the target,
 * which {@link #close} removes.
 *
 * <p>Bytes go to the file in large pieces at multiples of their size: Linux then keeps them in large pieces of memory, too, and
 * a model that was just written is read faster (docs/performance.md, "Where weights lie").
 */
final class PendingFile implements AutoCloseable {
    private static final int PIECE_BYTES = 2 << 20;

    private final Path target;
    private final Path temporary;
    private final FileChannel channel;
    private final ByteBuffer piece = ByteBuffer.allocateDirect(PIECE_BYTES);

    PendingFile(Path target) throws IOException {
        if (Files.isDirectory(target)) {
            throw new FileAlreadyExistsException(target.toString(), null, "is a directory");
        }
        this.target = target;
        this.temporary = target.resolveSibling("." + target.getFileName() + "." + UUID.randomUUID() + ".part");
        this.channel = FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    }

    Path target() {
        return target;
    }

    /** Writes all remaining bytes, perhaps only when more have come. */
    void write(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            int count = Math.min(piece.remaining(), bytes.remaining());
            piece.put(piece.position(), bytes, bytes.position(), count);
            piece.position(piece.position() + count);
            bytes.position(bytes.position() + count);
            if (!piece.hasRemaining()) {
                flush();
            }
        }
    }

    private void flush() throws IOException {
        piece.flip();
        try {
            while (piece.hasRemaining()) {
                channel.write(piece);
            }
            piece.clear();
        } catch (ClosedChannelException e) {
            throw e;
        } catch (IOException e) {
            throw unwritable(e);
        }
    }

    private IOException unwritable(IOException e) {
        return new IOException(target + ": cannot be written: " + e.getMessage(), e);
    }

    /** Gives the file its name, in one step and only after its bytes have reached the disk. */
    void commit() throws IOException {
        flush();
        try {
            channel.force(true);
            channel.close();
        } catch (IOException e) {
            throw unwritable(e);
        }
        Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Removes the temporary file if there still is one. */
    @Override
    public void close() throws IOException {
        try (channel) {
            Files.deleteIfExists(temporary);
        }
    }
}
