// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.hub;

import dev.myna.loaders.io.PendingFile;
import dev.myna.loaders.io.Reads;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import tools.jackson.jr.ob.JSON;

/**
 * A download in progress: its bytes, and beside them a note with the progress of each chunk and the version of the file. The
 * note is written after the bytes have reached the disk, so it never claims bytes that are missing. Several threads may write;
 * the holder of the download's lock owns it.
 */
final class PartFile implements AutoCloseable {
    private static final int MAX_NOTE_BYTES = 4 << 20;
    private static final int MAX_CHUNKS = 100_000;

    private final Path bytes;
    private final Path note;
    private final FileChannel channel;
    private Optional<String> validator = Optional.empty();
    private long size = -1;
    private long chunk;
    private long[] done = {};
    private boolean resumed;

    private PartFile(Path bytes, Path note) throws IOException {
        this.bytes = bytes;
        this.note = note;
        requireOwn(bytes);
        requireOwn(note);
        this.channel = FileChannel.open(
                bytes,
                StandardOpenOption.CREATE,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE,
                LinkOption.NOFOLLOW_LINKS);
    }

    /** A download resumes only a regular file, never a link or a device. */
    private static void requireOwn(Path file) throws FileSystemException {
        if (Files.exists(file, LinkOption.NOFOLLOW_LINKS) && !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new FileSystemException(
                    file.toString(), null, "is no file that a download could go on with: remove it");
        }
    }

    /** Opens a download and resumes an earlier one. */
    static PartFile open(Path folder, String key) throws IOException {
        Files.createDirectories(folder);
        PartFile part = new PartFile(folder.resolve(key + ".part"), folder.resolve(key + ".json"));
        try {
            part.load();
            return part;
        } catch (IOException | RuntimeException e) {
            part.close();
            throw e;
        }
    }

    /** Bytes received by an earlier run, according to its note; the file itself may have holes. */
    static long arrived(Path folder, String key) throws IOException {
        Path note = folder.resolve(key + ".json");
        try (var in = new ByteArrayInputStream(Reads.small(note, MAX_NOTE_BYTES))) {
            long sum = 0;
            for (long count :
                    JsonFields.read(in, note.toString(), MAX_NOTE_BYTES).counts("done")) {
                sum += Math.max(0, count);
            }
            return sum;
        } catch (FileSystemException | HubException e) {
            return 0;
        }
    }

    private void load() throws IOException {
        byte[] json;
        try {
            json = Reads.small(note, MAX_NOTE_BYTES);
        } catch (FileSystemException e) {
            return;
        }
        try (var in = new ByteArrayInputStream(json)) {
            JsonFields fields = JsonFields.read(in, note.toString(), MAX_NOTE_BYTES);
            long[] counts = fields.counts("done");
            if (isSound(fields.count("size"), fields.count("chunk"), counts)) {
                validator = fields.optionalString("validator");
                size = fields.count("size");
                chunk = fields.count("chunk");
                done = counts;
                resumed = done() > 0;
            }
        } catch (HubException e) {
            // With an unreadable note, the download starts again.
        }
    }

    /** Whether a note is consistent, also with the size of the file. */
    private boolean isSound(long noted, long chunkBytes, long[] counts) throws IOException {
        if (noted < 1 || chunkBytes < 1 || counts.length != chunks(noted, chunkBytes)) {
            return false;
        }
        for (int i = 0; i < counts.length; i++) {
            long start = i * chunkBytes;
            boolean fits = counts[i] >= 0
                    && counts[i] <= Math.min(chunkBytes, noted - start)
                    && (counts[i] == 0 || start + counts[i] <= channel.size());
            if (!fits) {
                return false;
            }
        }
        return true;
    }

    private static long chunks(long size, long chunk) {
        return (size - 1) / chunk + 1;
    }

    /** Starts again, possibly with another version of the file. */
    synchronized void start(long newSize, Optional<String> newValidator, long chunkBytes) throws IOException {
        size = newSize;
        validator = newValidator;
        chunk = Math.max(chunkBytes, chunks(newSize, MAX_CHUNKS));
        done = new long[Math.toIntExact(chunks(size, chunk))];
        resumed = false;
        Files.deleteIfExists(note);
        channel.truncate(0);
    }

    /** Drops all bytes and the note. */
    synchronized void reset() throws IOException {
        size = -1;
        done = new long[0];
        resumed = false;
        Files.deleteIfExists(note);
        channel.truncate(0);
    }

    /** Whether the size is known, and so the missing chunks. */
    synchronized boolean started() {
        return size >= 0;
    }

    synchronized long size() {
        return size;
    }

    /** The server's name of this version of the file, for {@code If-Range}: an entity tag or a date. */
    synchronized Optional<String> validator() {
        return validator;
    }

    /** Whether some of the bytes come from an earlier run. */
    synchronized boolean resumed() {
        return resumed;
    }

    synchronized long done() {
        long sum = 0;
        for (long count : done) {
            sum += count;
        }
        return sum;
    }

    synchronized boolean complete() {
        return started() && done() == size;
    }

    int chunkCount() {
        return done.length;
    }

    /** The first missing byte of a chunk. */
    synchronized long position(int index) {
        return index * chunk + done[index];
    }

    /** The position after a chunk. */
    synchronized long end(int index) {
        return Math.min(size, (index + 1) * chunk);
    }

    /** Adds bytes to a chunk. */
    void append(int index, ByteBuffer data) throws IOException {
        int count = data.remaining();
        long position = position(index);
        try {
            while (data.hasRemaining()) {
                position += channel.write(data, position);
            }
        } catch (ClosedChannelException e) {
            throw e;
        } catch (IOException e) {
            throw new DiskException(new FileSystemException(bytes.toString(), null, e.getMessage()));
        }
        synchronized (this) {
            done[index] += count;
        }
    }

    /** The disk failed, not the network. */
    static final class DiskException extends IOException {
        private static final long serialVersionUID = 1L;

        DiskException(FileSystemException cause) {
            super(cause.getMessage(), cause);
        }
    }

    /** Forces the bytes and then the note to the disk. */
    void save() throws IOException {
        byte[] json;
        synchronized (this) {
            if (!started()) {
                return;
            }
            Map<String, Object> map = new LinkedHashMap<>();
            validator.ifPresent(text -> map.put("validator", text));
            map.put("size", size);
            map.put("chunk", chunk);
            map.put("done", done.clone());
            json = JSON.std.asBytes(map);
        }
        try {
            channel.force(false);
            PendingFile.replace(note, json);
        } catch (FileSystemException e) {
            throw new DiskException(e);
        } catch (IOException e) {
            throw new DiskException(new FileSystemException(note.toString(), null, e.getMessage()));
        }
    }

    Path path() {
        return bytes;
    }

    /** Deletes its files. */
    void delete() throws IOException {
        channel.close();
        Files.deleteIfExists(note);
        Files.deleteIfExists(bytes);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
