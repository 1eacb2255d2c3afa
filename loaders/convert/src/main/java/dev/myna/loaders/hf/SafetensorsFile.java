// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.hf;

import dev.myna.loaders.text.Text;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Files in the safetensors format: the length of a header (u64, little-endian), the header (JSON: each tensor's format,
 * shape and range of bytes), and the data, which the tensors fill without gap or overlap.
 */
public final class SafetensorsFile {
    /** The format's own limit. */
    private static final long MAX_HEADER_BYTES = 100_000_000;

    private SafetensorsFile() {}

    /**
     * Maps a file. It must not be truncated or overwritten while it is open.
     *
     * @throws CheckpointException if the file is absent, unreadable or malformed, or has elements of a format that is not
     *     in {@link ElementType}
     */
    public static Checkpoint open(Path path) {
        return MappedFile.read(path, SafetensorsFile::read);
    }

    static Checkpoint read(MappedFile file) {
        int headerBytes = headerBytes(file);
        long dataStart = Long.BYTES + (long) headerBytes;
        Map<String, SafetensorsEntry> entries = SafetensorsEntry.readAll(file, Long.BYTES, headerBytes);
        requireFilled(file, entries, file.size() - dataStart);
        Map<String, SourceTensor> tensors = new LinkedHashMap<>();
        entries.forEach((name, entry) -> tensors.put(
                name,
                StoredTensor.contiguous(
                        name,
                        file,
                        entry.type(),
                        entry.shape(),
                        file.bytes().asSlice(dataStart + entry.begin(), entry.bytes()))));
        return new TensorFile(file, tensors);
    }

    private static int headerBytes(MappedFile file) {
        long left = file.size() - Long.BYTES;
        if (left < 0) {
            throw file.fail("the file has " + file.size() + " bytes, too few for safetensors; it is cut short");
        }
        long length = file.bytes().get(MappedFile.LONG, 0);
        long max = Math.min(left, MAX_HEADER_BYTES);
        if (length < 0 || length > max) {
            throw file.fail("the header length at byte 0 is " + Long.toUnsignedString(length) + "; at most " + max
                    + " can be right here: the file is cut short, or is not safetensors");
        }
        // The format demands that nothing comes before the object, not even a blank.
        if (length == 0 || file.bytes().get(ValueLayout.JAVA_BYTE, Long.BYTES) != '{') {
            throw file.fail("the header at byte 8 does not begin with '{'; the file is not safetensors");
        }
        return (int) length;
    }

    /** Checks that the tensors fill the data section: no gap, no overlap, nothing missing, nothing left over. */
    private static void requireFilled(MappedFile file, Map<String, SafetensorsEntry> entries, long dataBytes) {
        List<Map.Entry<String, SafetensorsEntry>> sorted = new ArrayList<>(entries.entrySet());
        sorted.sort(Map.Entry.comparingByValue(
                Comparator.comparingLong(SafetensorsEntry::begin).thenComparingLong(SafetensorsEntry::end)));
        long filled = 0;
        for (Map.Entry<String, SafetensorsEntry> tensor : sorted) {
            SafetensorsEntry entry = tensor.getValue();
            if (entry.begin() != filled || entry.end() > dataBytes) {
                throw file.fail("tensor " + Text.quote(tensor.getKey()) + ": bytes " + entry.begin() + " to "
                        + entry.end() + " of a data section of " + dataBytes + " bytes; "
                        + (entry.end() > dataBytes
                                ? "the file is cut short or damaged"
                                : "they must begin at " + filled + ", where the tensor before ends"));
            }
            filled = entry.end();
        }
        if (filled != dataBytes) {
            throw file.fail("the data section has " + dataBytes + " bytes, but its tensors fill " + filled);
        }
    }
}
