// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.hf;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/** Builds zip archives byte by byte, valid or not, independent of the reader under test. */
final class Zip {
    private final Map<String, byte[]> entries = new LinkedHashMap<>();
    /** Bytes to overwrite in each entry's directory record, by offset in the record. */
    private final Map<Integer, Integer> patches = new TreeMap<>();

    private boolean wide;
    private long directoryShift;

    Zip add(String name, byte[] content) {
        entries.put(name, content);
        return this;
    }

    /** Writes every number that can be in zip64 form there. */
    Zip wide() {
        wide = true;
        return this;
    }

    /** Overwrites one byte of the last entry's record in the directory. */
    Zip patch(int offset, int value) {
        patches.put(offset, value);
        return this;
    }

    /** Changes the position in the end record. */
    Zip shiftDirectory(long bytes) {
        directoryShift = bytes;
        return this;
    }

    byte[] toArray() {
        Bytes file = new Bytes();
        Bytes directory = new Bytes();
        for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
            byte[] name = entry.getKey().getBytes(StandardCharsets.UTF_8);
            long header = file.size();
            local(file, name, entry.getValue());
            byte[] central = central(name, entry.getValue().length, header);
            if (entry.getKey()
                    .equals(entries.keySet().stream().reduce((a, b) -> b).orElseThrow())) {
                patches.forEach((offset, value) -> central[offset] = value.byteValue());
            }
            directory.raw(central);
        }
        long begin = file.size() + directoryShift;
        file.raw(directory.toArray());
        end(file, begin, directory.size());
        return file.toArray();
    }

    /** Content begins at a multiple of 64 bytes, as PyTorch pads it, so that the local extra field matters. */
    private static void local(Bytes file, byte[] name, byte[] content) {
        int padding = -(file.size() + 30 + name.length + 4) & 63;
        file.number(0x04034b50, 4).number(0, 2).number(0x0808, 2).number(0, 2).number(0, 4);
        file.number(0, 4).number(0, 4).number(0, 4).number(name.length, 2).number(4 + padding, 2);
        file.raw(name).text("FB").number(padding, 2).raw(new byte[padding]).raw(content);
        file.number(0x08074b50, 4).number(0, 4).number(content.length, 4).number(content.length, 4);
    }

    private byte[] central(byte[] name, long size, long header) {
        long narrow = wide ? 0xFFFF_FFFFL : -1;
        Bytes record = new Bytes();
        record.number(0x02014b50, 4).number(0, 2).number(0, 2).number(0x0808, 2).number(0, 2);
        record.number(0, 4).number(0, 4);
        record.number(wide ? narrow : size, 4).number(wide ? narrow : size, 4);
        record.number(name.length, 2)
                .number(wide ? 28 + 5 : 0, 2)
                .number(0, 2)
                .number(0, 4)
                .number(0, 4);
        record.number(wide ? narrow : header, 4).raw(name);
        if (wide) {
            // Another extra field first: the zip64 one may be anywhere.
            record.number(0x7777, 2).number(1, 2).u8(9);
            record.number(1, 2).number(24, 2).number(size, 8).number(size, 8).number(header, 8);
        }
        return record.toArray();
    }

    private void end(Bytes file, long begin, long size) {
        if (wide) {
            long end64 = file.size();
            file.number(0x06064b50, 4)
                    .number(44, 8)
                    .number(45, 2)
                    .number(45, 2)
                    .number(0, 4)
                    .number(0, 4);
            file.number(entries.size(), 8)
                    .number(entries.size(), 8)
                    .number(size, 8)
                    .number(begin, 8);
            file.number(0x07064b50, 4).number(0, 4).number(end64, 8).number(1, 4);
        }
        file.number(0x06054b50, 4).number(0, 4);
        file.number(wide ? 0xFFFF : entries.size(), 2).number(wide ? 0xFFFF : entries.size(), 2);
        file.number(wide ? 0xFFFF_FFFFL : size, 4)
                .number(wide ? 0xFFFF_FFFFL : begin, 4)
                .number(0, 2);
    }
}
