// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.hf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ZipDirectoryTest {
    private static final byte[] CONTENT = {1, 2, 3, 4, 5};

    @TempDir
    Path folder;

    @Test
    void findsEntryContents() {
        for (Zip zip : List.of(two(), two().wide())) {
            Hostile.with(zip.toArray(), file -> {
                Map<String, ZipEntry> entries = ZipDirectory.read(file);
                assertEquals(List.of("a/ä", "b"), List.copyOf(entries.keySet()));
                ZipEntry b = entries.get("b");
                assertEquals(0, b.data() % 64);
                assertArrayEquals(CONTENT, file.copy(b.data(), (int) b.bytes()));
                assertEquals(0, entries.get("a/ä").bytes());
                return null;
            });
        }
    }

    /** The JDK's writer, as an independent check of the format. */
    @Test
    void readsStoredEntriesByThePlatform() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            zip.setComment("a comment with PK\005\006 in it");
            java.util.zip.ZipEntry entry = new java.util.zip.ZipEntry("b");
            entry.setMethod(ZipOutputStream.STORED);
            entry.setSize(CONTENT.length);
            CRC32 crc = new CRC32();
            crc.update(CONTENT);
            entry.setCrc(crc.getValue());
            zip.putNextEntry(entry);
            zip.write(CONTENT);
        }
        Hostile.with(bytes.toByteArray(), file -> {
            ZipEntry b = ZipDirectory.read(file).get("b");
            assertArrayEquals(CONTENT, file.copy(b.data(), (int) b.bytes()));
            return null;
        });
    }

    @Test
    void refusesCompressedEntries() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            zip.putNextEntry(new java.util.zip.ZipEntry("b"));
            zip.write(new byte[1000]);
        }
        refuses(bytes.toByteArray(), "zip entry \"b\" is compressed with method 8");
        refuses(two().patch(8, 1).toArray(), "zip entry \"b\" is encrypted");
        refuses(two().patch(20, 4).toArray(), "zip entry \"b\": a stored entry has 5 bytes, but 4 in the archive");
    }

    @Test
    void refusesPlacesOutsideOfTheFile() {
        for (Zip zip : List.of(two(), two().wide())) {
            refuses(zip.shiftDirectory(1).toArray(), "the zip directory has");
            refuses(zip.shiftDirectory(-1).toArray(), "the zip directory has");
            refuses(zip.shiftDirectory(1L << 30).toArray(), "the zip directory has");
        }
        refuses(two().patch(20, 200).patch(24, 200).toArray(), "zip entry \"b\"", "reach into the zip directory");
        refuses(two().patch(45, 0x7F).toArray(), "zip entry \"b\"", "no local header at byte");
        refuses(two().patch(42, 1).toArray(), "zip entry \"b\"", "no local header at byte 1");
        refuses(two().patch(42, 0).toArray(), "zip entry \"b\"", "has another name");
        refuses(two().patch(28, 200).toArray(), "reaches beyond the directory");
        refuses(two().patch(32, 1).toArray(), "reaches beyond the directory");
        refuses(two().patch(0, 0).toArray(), "no zip directory entry at byte");
        refuses(two().patch(46, 0xFF).toArray(), "not valid UTF-8");
    }

    @Test
    void refusesTooManyEntries() {
        Bytes file = new Bytes();
        int entries = (1 << 18) + 1;
        file.raw(new byte[46 * entries]);
        long end64 = file.size();
        file.number(0x06064b50, 4)
                .number(44, 8)
                .number(0, 4)
                .number(0, 8)
                .number(entries, 8)
                .number(entries, 8);
        file.number(46L * entries, 8)
                .number(0, 8)
                .number(0x07064b50, 4)
                .number(0, 4)
                .number(end64, 8)
                .number(1, 4);
        file.number(0x06054b50, 4).raw(new byte[18]);
        refuses(file.toArray(), "has 262145 entries; at most 262144 are read");
    }

    /** Offsets of 46 (directory record) + 1 (name) + 5 (another field) + 4 lead to size, stored size and place. */
    @Test
    void refusesZip64Numbers() {
        refuses(two().wide().patch(56 + 7, 0x80).patch(64 + 7, 0x80).toArray(), "reach into the zip directory");
        refuses(two().wide().patch(56 + 6, 1).patch(64 + 6, 1).toArray(), "reach into the zip directory");
        refuses(two().wide().patch(72 + 7, 0x80).toArray(), "no local header at byte 9223372036854775");
        refuses(two().wide().patch(72 + 7, 0x7F).toArray(), "no local header at byte");
        refuses(two().wide().patch(52, 2).toArray(), "the zip64 field is missing or too short");
        refuses(two().wide().patch(54, 8).toArray(), "the zip64 field is missing or too short");
        refuses(two().wide().patch(49, 0xFF).toArray(), "the zip64 field is missing or too short");
    }

    @Test
    void refusesOverlapsAndDuplicates() {
        // The content of the first entry is an archive itself; the directory's last record is led to the entry inside.
        byte[] inner = new Zip().add("b", CONTENT).toArray();
        byte[] twice = new Zip().add("b", inner).add("c", CONTENT).toArray();
        int record = find(twice, 0x02014b50, 2);
        twice[record + 46] = 'b';
        refusesPatched(twice, record + 42, find(twice, 0x04034b50, 1), "zip entry \"b\" appears twice");
        byte[] overlap = new Zip().add("a", inner).add("b", CONTENT).toArray();
        record = find(overlap, 0x02014b50, 2);
        refusesPatched(overlap, record + 42, find(overlap, 0x04034b50, 1), "overlaps zip entry \"a\"");
    }

    /** The data lies beyond 4 GiB in a file that is mostly a hole. */
    @Test
    void readsBeyondFourGiB() throws IOException {
        byte[] pickle = Pickle.dictionary()
                .tensor("t", "FloatStorage", "0", 2, 0, new int[] {2}, new int[] {1})
                .finish();
        byte[] archive =
                Pickle.zip(pickle, new Bytes().floats(8, 9).toArray()).wide().toArray();
        long gap = 5L << 30;
        Path path = folder.resolve("far.bin");
        try (FileChannel channel = FileChannel.open(
                path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, StandardOpenOption.SPARSE)) {
            channel.write(ByteBuffer.wrap(moved(archive, gap)), gap);
        }
        try (Checkpoint file = PyTorchFile.open(path)) {
            assertArrayEquals(new float[] {8, 9}, Values.floats(file.find("t").orElseThrow(), 2));
        }
    }

    /** The archive with all its places moved, as if {@code gap} bytes came before it. */
    private static byte[] moved(byte[] archive, long gap) {
        ByteBuffer bytes = ByteBuffer.wrap(archive).order(ByteOrder.LITTLE_ENDIAN);
        int locator = archive.length - 22 - 20;
        int end64 = locator - 56;
        int directory = (int) bytes.getLong(end64 + 48);
        bytes.putLong(locator + 8, gap + end64);
        bytes.putLong(end64 + 48, gap + directory);
        for (int record = directory; record < end64; record += 46 + bytes.getShort(record + 28) + 33) {
            int place = record + 46 + bytes.getShort(record + 28) + 33 - 8;
            bytes.putLong(place, gap + bytes.getLong(place));
        }
        return archive;
    }

    private static void refusesPatched(byte[] file, int at, int value, String part) {
        ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).putInt(at, value);
        refuses(file, part);
    }

    /** Where a signature appears for the {@code nth} time, counted from 0. */
    private static int find(byte[] file, int signature, int nth) {
        ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        int seen = 0;
        for (int at = 0; at + 4 <= file.length; at++) {
            if (bytes.getInt(at) == signature && seen++ == nth) {
                return at;
            }
        }
        throw new AssertionError("no signature " + Integer.toHexString(signature));
    }

    private static Zip two() {
        return new Zip().add("a/ä", new byte[0]).add("b", CONTENT);
    }

    private static void refuses(byte[] bytes, String... parts) {
        Hostile.refuses(
                bytes,
                file -> {
                    ZipDirectory.read(file);
                    throw new AssertionError("the archive was read");
                },
                parts);
    }
}
