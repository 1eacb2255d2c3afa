// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.command;

import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/** Maps an uncompressed entry of a jar to memory, without a copy. */
final class StoredEntry {
    private static final int END_BYTES = 22;
    private static final int MAX_COMMENT = 0xffff;
    private static final int END = 0x06054b50;
    private static final int ENTRY = 0x02014b50;
    private static final int ENTRY_BYTES = 46;
    private static final int LOCAL_BYTES = 30;

    private StoredEntry() {}

    /**
     * Maps an entry of a jar of less than 2 GiB.
     *
     * @return empty if there is no entry of that name, or it is compressed
     */
    static Optional<MemorySegment> map(Path jar, String name, Arena arena) throws IOException {
        try (FileChannel file = FileChannel.open(jar)) {
            ByteBuffer directory = directory(file);
            byte[] expected = name.getBytes(StandardCharsets.UTF_8);
            while (directory.remaining() >= ENTRY_BYTES && directory.getInt(directory.position()) == ENTRY) {
                int at = directory.position();
                byte[] found = new byte[directory.getChar(at + 28)];
                directory.get(at + ENTRY_BYTES, found);
                if (Arrays.equals(found, expected)) {
                    return directory.getChar(at + 10) == 0
                            ? Optional.of(map(file, directory.getInt(at + 42), directory.getInt(at + 24), arena))
                            : Optional.empty();
                }
                int next = at + ENTRY_BYTES + found.length + directory.getChar(at + 30) + directory.getChar(at + 32);
                directory.position(Math.min(next, directory.limit()));
            }
            return Optional.empty();
        }
    }

    private static MemorySegment map(FileChannel file, int local, int bytes, Arena arena) throws IOException {
        ByteBuffer header = read(file, local, LOCAL_BYTES);
        long from = local + LOCAL_BYTES + header.getChar(26) + header.getChar(28);
        return file.map(FileChannel.MapMode.READ_ONLY, from, bytes, arena);
    }

    /** The central directory; empty if there is none. */
    private static ByteBuffer directory(FileChannel file) throws IOException {
        long size = file.size();
        int tail = (int) Math.min(size, END_BYTES + MAX_COMMENT);
        // A comment is rare: try the last bytes first, then the max. length.
        for (int bytes : new int[] {Math.min(tail, END_BYTES), tail}) {
            ByteBuffer end = read(file, size - bytes, bytes);
            for (int at = bytes - END_BYTES; at >= 0; at--) {
                if (end.getInt(at) == END && end.getInt(at + 16) >= 0 && end.getInt(at + 12) >= 0) {
                    return read(file, end.getInt(at + 16), end.getInt(at + 12));
                }
            }
        }
        return ByteBuffer.allocate(0);
    }

    private static ByteBuffer read(FileChannel file, long from, int bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        while (buffer.hasRemaining()) {
            if (file.read(buffer, from + buffer.position()) < 0) {
                throw new EOFException("the jar ends early");
            }
        }
        return buffer.flip();
    }
}
