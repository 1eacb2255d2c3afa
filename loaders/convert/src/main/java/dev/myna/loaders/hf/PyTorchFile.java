// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.hf;

import dev.myna.loaders.text.Text;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Files by {@code torch.save} since version 1.6: a zip archive of a pickle that describes the tensors ({@code
 * NAME/data.pkl}) and of their elements ({@code NAME/data/KEY}). The pickle is read as data and never executed.
 */
public final class PyTorchFile {
    private static final String PICKLE = "data.pkl";
    private static final byte[] LITTLE = "little".getBytes(StandardCharsets.US_ASCII);

    private PyTorchFile() {}

    /**
     * Maps a file, which must hold one dictionary of tensors. It must not be truncated or overwritten while it is open.
     *
     * @throws CheckpointException if the file is absent, unreadable or malformed, or if its pickle holds or imports
     *     anything that a dictionary of tensors does not need
     */
    public static Checkpoint open(Path path) {
        return MappedFile.read(path, PyTorchFile::read);
    }

    static Checkpoint read(MappedFile file) {
        Map<String, ZipEntry> entries = ZipDirectory.read(file);
        ZipEntry pickle = pickle(file, entries);
        String folder = pickle.name().substring(0, pickle.name().length() - PICKLE.length());
        requireLittleEndian(file, entries.get(folder + "byteorder"));
        PickleValue root = PickleReader.read(file, pickle.data(), pickle.end());
        if (!(root instanceof PickleValue.Dictionary dictionary)) {
            throw file.fail("the pickle holds " + root.kind() + "; it must be a dictionary of tensors");
        }
        Map<String, SourceTensor> tensors = new LinkedHashMap<>();
        dictionary.entries().forEach((name, value) -> {
            if (!(value instanceof PickleValue.Tensor tensor)) {
                throw file.fail("entry " + Text.quote(name) + " is " + value.kind()
                        + "; the file must be a dictionary of nothing but tensors, such as a model's state_dict()");
            }
            tensors.put(name, view(file, name, tensor, entries, folder));
        });
        return new TensorFile(file, tensors);
    }

    private static ZipEntry pickle(MappedFile file, Map<String, ZipEntry> entries) {
        List<ZipEntry> pickles = entries.values().stream()
                .filter(entry -> entry.name().endsWith("/" + PICKLE))
                .toList();
        if (pickles.size() != 1) {
            throw file.fail(
                    "the archive has " + pickles.size() + " entries named " + PICKLE + "; a PyTorch file has one");
        }
        return pickles.getFirst();
    }

    /** Files of older versions do not give the byte order; they are little-endian. */
    private static void requireLittleEndian(MappedFile file, ZipEntry order) {
        if (order == null) {
            return;
        }
        boolean little =
                order.bytes() == LITTLE.length && Arrays.equals(file.copy(order.data(), LITTLE.length), LITTLE);
        if (!little) {
            throw file.fail("zip entry " + Text.quote(order.name())
                    + " does not say \"little\"; only little-endian files are read");
        }
    }

    private static SourceTensor view(
            MappedFile file, String name, PickleValue.Tensor tensor, Map<String, ZipEntry> entries, String folder) {
        PickleValue.Storage storage = tensor.storage();
        String path = folder + "data/" + storage.key();
        String place = "tensor " + Text.quote(name) + ": storage " + Text.quote(path);
        ZipEntry entry = entries.get(path);
        if (entry == null) {
            throw file.fail(place + " is missing from the archive");
        }
        ElementType type = storage.type();
        if (entry.bytes() % type.bytes() != 0 || entry.bytes() / type.bytes() != storage.elements()) {
            throw file.fail(place + " has " + entry.bytes() + " bytes; it must have " + storage.elements()
                    + " elements of " + type);
        }
        MemorySegment data = file.bytes().asSlice(entry.data(), entry.bytes());
        return StoredTensor.strided(name, file, type, tensor.shape(), data, tensor.first(), tensor.strides());
    }
}
