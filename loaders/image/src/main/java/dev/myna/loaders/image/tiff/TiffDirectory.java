// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.tiff;

import dev.myna.loaders.image.codec.DamagedImageException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;

/** The entries of a TIFF's first directory. Values are read in place; whatever lies outside the file ends early. */
final class TiffDirectory {
    private static final int BYTE = 1;
    private static final int SHORT = 3;
    private static final int LONG = 4;
    private static final int LONG8 = 16;
    private static final int BIG = 43;

    private final ByteBuffer file;
    private final Map<Integer, Entry> entries = new HashMap<>();

    private record Entry(int type, long count, int at) {}

    private TiffDirectory(ByteBuffer file) {
        this.file = file;
    }

    /** @param tiff begins with the mark of either byte order */
    static TiffDirectory first(byte[] tiff) throws IOException {
        ByteBuffer file = ByteBuffer.wrap(tiff);
        if (tiff.length < 8) {
            throw new EOFException("no header");
        }
        file.order(tiff[0] == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        TiffDirectory directory = new TiffDirectory(file);
        boolean big = file.getShort(2) == BIG;
        if (big && tiff.length < 16) {
            throw new EOFException("no header");
        }
        long at = big ? file.getLong(8) : file.getInt(4) & 0xffffffffL;
        directory.read(at, big ? 8 : 2, big ? 20 : 12, big ? 8 : 4);
        return directory;
    }

    private void read(long begin, int countBytes, int entryBytes, int valueBytes) throws IOException {
        int at = within(begin, countBytes);
        long count = countBytes == 8 ? file.getLong(at) : file.getShort(at) & 0xffff;
        if (count < 1 || count > 0xffff) {
            throw new DamagedImageException("a directory of " + Long.toUnsignedString(count) + " entries");
        }
        int first = within(begin + countBytes, count * entryBytes);
        for (int i = 0; i < count; i++) {
            int entry = first + i * entryBytes;
            int type = file.getShort(entry + 2) & 0xffff;
            long values = valueBytes == 8 ? file.getLong(entry + 4) : file.getInt(entry + 4) & 0xffffffffL;
            int value = entry + entryBytes - valueBytes;
            int bytes = bytes(type);
            if (bytes == 0 || values < 1) {
                continue;
            }
            if (values > valueBytes / bytes) {
                long offset = valueBytes == 8 ? file.getLong(value) : file.getInt(value) & 0xffffffffL;
                if (values > file.limit() || offset < 0 || offset > file.limit() - values * bytes) {
                    // An error only if the value is read: descriptions may be cut off.
                    value = -1;
                } else {
                    value = (int) offset;
                }
            }
            entries.putIfAbsent(file.getShort(entry) & 0xffff, new Entry(type, values, value));
        }
    }

    private static int bytes(int type) {
        return switch (type) {
            case BYTE -> 1;
            case SHORT -> 2;
            case LONG -> 4;
            case LONG8 -> 8;
            default -> 0;
        };
    }

    private int within(long at, long bytes) throws EOFException {
        if (at < 0 || at > file.limit() - bytes) {
            throw new EOFException(bytes + " bytes at " + Long.toUnsignedString(at) + " of " + file.limit());
        }
        return (int) at;
    }

    boolean has(int tag) {
        return entries.containsKey(tag);
    }

    /** How many values the tag has, 0 if it is absent. */
    int count(int tag) {
        Entry entry = entries.get(tag);
        return entry == null ? 0 : (int) Math.min(entry.count(), Integer.MAX_VALUE);
    }

    /** The only, or first, value of a tag. */
    long value(int tag, long otherwise) throws IOException {
        return has(tag) ? value(tag, 0) : otherwise;
    }

    /** A value of a tag that is there. */
    long value(int tag, int index) throws IOException {
        Entry entry = entries.get(tag);
        if (entry == null || index >= entry.count()) {
            throw new DamagedImageException("tag " + tag + " has no value " + index);
        }
        if (entry.at() < 0) {
            throw new EOFException("the values of tag " + tag + " lie beyond the file");
        }
        int at = entry.at() + index * bytes(entry.type());
        return switch (entry.type()) {
            case BYTE -> file.get(at) & 0xff;
            case SHORT -> file.getShort(at) & 0xffff;
            case LONG -> file.getInt(at) & 0xffffffffL;
            default -> file.getLong(at);
        };
    }

    /** A value that must be between 0 and {@code max}. */
    int number(int tag, int otherwise, int max) throws IOException {
        long value = value(tag, (long) otherwise);
        if (value < 0 || value > max) {
            throw new DamagedImageException("tag " + tag + " is " + Long.toUnsignedString(value));
        }
        return (int) value;
    }

    ByteOrder order() {
        return file.order();
    }
}
