// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.run;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * A file to which lines are added, and which survives the end of the process at any point. A line is written in one step, so a process
 * that is killed leaves at most one incomplete line, which is cut off when the file is opened again. One process at a time has it
 * open. Thread-safe.
 */
public final class JournalFile implements AutoCloseable {
    private static final int BUFFER_BYTES = 1 << 16;

    private final Path file;
    private final FileChannel channel;

    /** Takes complete lines that are in the file already. */
    public interface Lines {
        /**
         * A line.
         *
         * @param bytes without the line feed
         * @param offset of its first byte in the file
         * @param number from 1
         */
        void line(byte[] bytes, long offset, long number) throws IOException;
    }

    private JournalFile(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /**
     * Opens or creates a journal and reads its lines.
     *
     * @return empty if another process, or another part of this one, has it open
     */
    public static Optional<JournalFile> open(Path file, Lines lines) throws IOException {
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            if (lock(channel) == null) {
                channel.close();
                return Optional.empty();
            }
            long end = read(channel, lines);
            channel.truncate(end);
            channel.position(end);
            return Optional.of(new JournalFile(file, channel));
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private static FileLock lock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null;
        }
    }

    /** Reads all complete lines; returns where the last one ends. */
    private static long read(FileChannel channel, Lines lines) throws IOException {
        long end = 0;
        long number = 1;
        // Not closed: that would close the channel.
        InputStream in = new BufferedInputStream(Channels.newInputStream(channel), BUFFER_BYTES);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int next = in.read(); next >= 0; next = in.read()) {
            if (next != '\n') {
                bytes.write(next);
                continue;
            }
            lines.line(bytes.toByteArray(), end, number++);
            end += bytes.size() + 1;
            bytes.reset();
        }
        return end;
    }

    /**
     * Adds a line. If that fails, the file is as before.
     *
     * @param text without line feeds
     */
    public synchronized void add(String text) throws IOException {
        ByteBuffer line = ByteBuffer.wrap((text + "\n").getBytes(StandardCharsets.UTF_8));
        long start = channel.position();
        try {
            while (line.hasRemaining()) {
                channel.write(line);
            }
        } catch (IOException e) {
            channel.truncate(start);
            throw new IOException(
                    file + " cannot be written: " + e.getMessage() + "; answers so far are kept, run again to go on",
                    e);
        }
    }

    /**
     * The line that begins at {@code offset}, without its line feed.
     *
     * @param length of it in bytes
     */
    public byte[] read(long offset, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        while (bytes.hasRemaining()) {
            if (channel.read(bytes, offset + bytes.position()) < 0) {
                throw new IOException(file + " became shorter while it was read");
            }
        }
        return bytes.array();
    }

    @Override
    public void close() throws IOException {
        if (channel.isOpen()) {
            channel.force(true);
            channel.close();
        }
    }
}
