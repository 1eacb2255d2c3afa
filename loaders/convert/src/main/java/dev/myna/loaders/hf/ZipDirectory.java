// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.hf;

import dev.myna.loaders.text.Text;
import java.lang.foreign.MemorySegment;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The central directory of a zip archive (PKWARE's APPNOTE 6.3, 4.3 and 4.5.3), zip64 included. Entries must be stored without
 * compression: PyTorch does not compress, and only such entries can be used in place.
 */
final class ZipDirectory {
    private static final int LOCAL = 0x04034b50;
    private static final int CENTRAL = 0x02014b50;
    private static final int END = 0x06054b50;
    private static final int END64 = 0x06064b50;
    private static final int END64_LOCATOR = 0x07064b50;
    private static final int LOCAL_BYTES = 30;
    private static final int CENTRAL_BYTES = 46;
    private static final int END_BYTES = 22;
    private static final int END64_BYTES = 56;
    private static final int LOCATOR_BYTES = 20;
    private static final int MAX_COMMENT = 0xFFFF;
    private static final int MAX_ENTRIES = 1 << 18;
    private static final int ZIP64_EXTRA = 1;
    private static final int ENCRYPTED = 1;
    /** Means "see the zip64 field". */
    private static final long ELSEWHERE = 0xFFFF_FFFFL;

    private final MappedFile file;
    private final MemorySegment bytes;

    private ZipDirectory(MappedFile file) {
        this.file = file;
        this.bytes = file.bytes();
    }

    /**
     * All entries by name, in the order of the directory; their contents lie in the file and do not overlap.
     *
     * @throws CheckpointException if the archive is malformed, or an entry is compressed or encrypted
     */
    static Map<String, ZipEntry> read(MappedFile file) {
        return new ZipDirectory(file).entries();
    }

    private Map<String, ZipEntry> entries() {
        Extent directory = directory();
        Map<String, ZipEntry> entries = new LinkedHashMap<>();
        long position = directory.begin;
        for (long i = 0; i < directory.count; i++) {
            position = readEntry(position, directory, entries);
        }
        if (position != directory.end) {
            throw file.fail("the zip directory at byte " + directory.begin + " ends at byte " + position + " after its "
                    + directory.count + " entries; it must end at " + directory.end);
        }
        requireDisjoint(entries);
        return entries;
    }

    /** The directory, which the record at the end of the file describes. */
    private Extent directory() {
        long end = findEnd();
        long locator = end - LOCATOR_BYTES;
        if (locator >= 0 && u32(locator) == END64_LOCATOR) {
            return directory64(locator);
        }
        if (u16(end + 4) != 0 || u16(end + 6) != 0) {
            throw file.fail("the zip archive is one of several volumes; it must be in one file");
        }
        return extent(u32(end + 16) & ELSEWHERE, u32(end + 12) & ELSEWHERE, u16(end + 10), end);
    }

    private Extent directory64(long locator) {
        long end64 = bytes.get(MappedFile.LONG, locator + 8);
        if (end64 < 0 || end64 > locator - END64_BYTES || u32(end64) != END64) {
            throw file.fail("the zip64 locator at byte " + locator + " points to byte " + Long.toUnsignedString(end64)
                    + ", where no zip64 end record is; the archive is damaged");
        }
        if (u32(end64 + 16) != 0 || u32(end64 + 20) != 0) {
            throw file.fail("the zip archive is one of several volumes; it must be in one file");
        }
        return extent(u64(end64 + 48), u64(end64 + 40), u64(end64 + 32), end64);
    }

    private Extent extent(long begin, long size, long count, long end) {
        if (begin < 0 || size < 0 || begin > end || size != end - begin) {
            throw file.fail("the zip directory has " + Long.toUnsignedString(size) + " bytes from byte "
                    + Long.toUnsignedString(begin) + "; it must end where its end record at byte " + end + " begins");
        }
        if (count < 0 || count > size / CENTRAL_BYTES) {
            throw file.fail("the zip directory has " + Long.toUnsignedString(count) + " entries; its " + size
                    + " bytes have no room for them");
        }
        if (count > MAX_ENTRIES) {
            throw file.fail("the zip directory has " + count + " entries; at most " + MAX_ENTRIES + " are read");
        }
        return new Extent(begin, end, count);
    }

    /** A comment may follow the end record, so the search starts at the end of the file. */
    private long findEnd() {
        long last = file.size() - END_BYTES;
        for (long at = last; at >= Math.max(0, last - MAX_COMMENT); at--) {
            if (u32(at) == END && u16(at + 20) == last - at) {
                return at;
            }
        }
        throw file.fail(
                file.size() >= 4 && u32(0) == LOCAL
                        ? "the zip archive has no end record; the file is cut short"
                        : "not a zip archive, as PyTorch has saved since version 1.6; load it there and save it again,"
                                + " or use safetensors");
    }

    /** Reads one entry and returns where the next begins. */
    private long readEntry(long at, Extent directory, Map<String, ZipEntry> entries) {
        if (directory.end - at < CENTRAL_BYTES || u32(at) != CENTRAL) {
            throw file.fail("no zip directory entry at byte " + at + "; the archive is damaged");
        }
        int nameBytes = u16(at + 28);
        int extraBytes = u16(at + 30);
        long extra = at + CENTRAL_BYTES + nameBytes;
        long next = extra + extraBytes + u16(at + 32);
        if (next > directory.end) {
            throw file.fail("the zip directory entry at byte " + at + " reaches beyond the directory");
        }
        String name = name(at + CENTRAL_BYTES, nameBytes);
        requireStored(name, at);
        Zip64 wide = Zip64.read(this, name, at, extra, extraBytes);
        if (wide.compressed != wide.size) {
            throw file.fail(entry(name) + ": a stored entry has " + wide.size + " bytes, but " + wide.compressed
                    + " in the archive");
        }
        ZipEntry entry = locate(name, at + CENTRAL_BYTES, nameBytes, wide, directory.begin);
        if (entries.put(name, entry) != null) {
            throw file.fail(entry(name) + " appears twice in the zip directory");
        }
        return next;
    }

    private void requireStored(String name, long at) {
        if ((u16(at + 8) & ENCRYPTED) != 0) {
            throw file.fail(entry(name) + " is encrypted; such archives are not read");
        }
        if (u16(at + 10) != 0) {
            throw file.fail(entry(name) + " is compressed with method " + u16(at + 10)
                    + "; entries must be stored, as torch.save does");
        }
    }

    /** The content begins after the local header, whose extra field may differ from the directory's. */
    private ZipEntry locate(String name, long nameAt, int nameBytes, Zip64 wide, long limit) {
        long header = wide.header;
        if (header < 0 || header > limit - LOCAL_BYTES || u32(header) != LOCAL) {
            throw file.fail(entry(name) + ": no local header at byte " + Long.toUnsignedString(header)
                    + "; the archive is damaged");
        }
        long localName = header + LOCAL_BYTES;
        if (u16(header + 26) != nameBytes
                || nameBytes > limit - localName
                || MemorySegment.mismatch(bytes, localName, localName + nameBytes, bytes, nameAt, nameAt + nameBytes)
                        != -1) {
            throw file.fail(entry(name) + ": the local header at byte " + header + " has another name");
        }
        if (u16(header + 8) != 0) {
            throw file.fail(entry(name) + ": the local header at byte " + header + " says that it is compressed");
        }
        long data = localName + nameBytes + u16(header + 28);
        if (data > limit || wide.size < 0 || wide.size > limit - data) {
            throw file.fail(entry(name) + ": " + Long.toUnsignedString(wide.size) + " bytes from byte " + data
                    + " reach into the zip directory at byte " + limit);
        }
        return new ZipEntry(name, header, data, wide.size);
    }

    private void requireDisjoint(Map<String, ZipEntry> entries) {
        List<ZipEntry> sorted = new ArrayList<>(entries.values());
        sorted.sort(Comparator.comparingLong(ZipEntry::header));
        for (int i = 1; i < sorted.size(); i++) {
            ZipEntry before = sorted.get(i - 1);
            ZipEntry entry = sorted.get(i);
            if (entry.header() < before.end()) {
                throw file.fail(entry(entry.name()) + " at byte " + entry.header() + " overlaps " + entry(before.name())
                        + ", which ends at byte " + before.end());
            }
        }
    }

    private String name(long at, int length) {
        try {
            return Text.decode(file.copy(at, length));
        } catch (CharacterCodingException e) {
            throw file.fail("the name of the zip entry at byte " + at + " is not valid UTF-8");
        }
    }

    private static String entry(String name) {
        return "zip entry " + Text.quote(name);
    }

    private int u16(long at) {
        return bytes.get(MappedFile.SHORT, at) & 0xFFFF;
    }

    private int u32(long at) {
        return bytes.get(MappedFile.INT, at);
    }

    private long u64(long at) {
        return bytes.get(MappedFile.LONG, at);
    }

    /** Where the directory lies and how many entries it has. */
    private record Extent(long begin, long end, long count) {}

    /** The numbers of an entry that may be too wide for its 32-bit fields; negative if beyond 63 bits. */
    private record Zip64(long size, long compressed, long header) {

        static Zip64 read(ZipDirectory zip, String name, long at, long extra, int extraBytes) {
            long[] values = {zip.u32(at + 24) & ELSEWHERE, zip.u32(at + 20) & ELSEWHERE, zip.u32(at + 42) & ELSEWHERE};
            long wide = -1;
            long wideEnd = -1;
            long end = extra + extraBytes;
            for (long field = extra; end - field >= 4; field += 4 + zip.u16(field + 2)) {
                if (zip.u16(field) == ZIP64_EXTRA) {
                    wide = field + 4;
                    wideEnd = Math.min(end, wide + zip.u16(field + 2));
                    break;
                }
            }
            // The extra field has only the numbers that do not fit, in this order.
            for (int i = 0; i < values.length; i++) {
                if (values[i] == ELSEWHERE) {
                    if (wideEnd - wide < Long.BYTES) {
                        throw zip.file.fail(entry(name) + ": the zip64 field is missing or too short");
                    }
                    values[i] = zip.u64(wide);
                    wide += Long.BYTES;
                }
            }
            return new Zip64(values[0], values[1], values[2]);
        }
    }
}
