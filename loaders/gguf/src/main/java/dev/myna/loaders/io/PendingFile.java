// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.io;

import dev.myna.loaders.io.Temporaries.Temporary;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * A file that gets its name only when it is complete. Until then its bytes lie in a temporary file beside the target, which
 * {@link #close} removes. Symbolic links are followed and kept; a target that is not a regular file is refused
 * ({@link OutputPath}). Temporary files that killed processes left in the folder are removed.
 *
 * <p>Bytes are written in large aligned pieces. Linux then keeps them in large pages of its cache, and a model that was just
 * written is read faster (docs/performance.md, "Where weights lie").
 */
public final class PendingFile implements AutoCloseable {
    private static final int PIECE_BYTES = 2 << 20;

    private final Path target;
    private final Path end;
    private final Temporary temporary;
    private final int pieceBytes;
    /** Bytes that are not in the file yet; null before the first write. */
    private ByteBuffer piece;

    /**
     * Starts a file.
     *
     * @param target the file to create or replace
     * @throws FileSystemException if it is not a regular file, or its folder does not exist
     * @throws IOException if no temporary file can be created beside it
     */
    public PendingFile(Path target) throws IOException {
        this(target, PIECE_BYTES);
    }

    private PendingFile(Path target, int pieceBytes) throws IOException {
        this.target = target;
        this.end = OutputPath.resolve(target);
        this.temporary = Temporaries.create(end);
        this.pieceBytes = pieceBytes;
    }

    /** Writes a small file in one step. */
    public static void replace(Path target, byte[] content) throws IOException {
        try (PendingFile file = new PendingFile(target, Math.clamp(content.length, 1, PIECE_BYTES))) {
            file.write(ByteBuffer.wrap(content));
            file.commit();
        }
    }

    /** The target, as given. */
    public Path target() {
        return target;
    }

    /** Takes all remaining bytes; they may reach the file with a later write or the commit. */
    public void write(ByteBuffer bytes) throws IOException {
        if (piece == null) {
            piece = ByteBuffer.allocateDirect(pieceBytes);
        }
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
        if (piece == null) {
            return;
        }
        piece.flip();
        try {
            while (piece.hasRemaining()) {
                temporary.channel().write(piece);
            }
            piece.clear();
        } catch (ClosedChannelException e) {
            throw e;
        } catch (IOException e) {
            throw unwritable(e);
        }
    }

    private FileSystemException unwritable(IOException e) {
        FileSystemException failure =
                new FileSystemException(target.toString(), null, "cannot be written: " + e.getMessage());
        failure.initCause(e);
        return failure;
    }

    /** Renames the file to its target in one step, after its bytes have reached the disk. */
    public void commit() throws IOException {
        flush();
        try {
            temporary.channel().force(true);
        } catch (ClosedChannelException e) {
            throw e;
        } catch (IOException e) {
            throw unwritable(e);
        }
        // The target may have changed in between: only a file is replaced.
        OutputPath.resolve(end);
        Files.move(temporary.path(), end, StandardCopyOption.ATOMIC_MOVE);
        temporary.channel().close(); // this releases the lock, so it comes after the rename
        forceFolder(end.getParent());
    }

    private static void forceFolder(Path folder) {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            // Not every system supports this. Without it a power failure may lose the name, but not the content.
        }
    }

    /** Removes the temporary file if it still exists. */
    @Override
    public void close() throws IOException {
        try (FileChannel _ = temporary.channel()) {
            Files.deleteIfExists(temporary.path());
        }
    }
}
