// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.gguf;

import dev.myna.kernels.Tensor;
import dev.myna.loaders.io.Reads;
import dev.myna.loaders.text.Text;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A GGUF v2/v3 model (docs/spec/models.md 8.1): metadata, and tensors as views of the mapped file, or of the files of a split model. Every
 * count, offset and shape is checked against the file before use. Thread-safe; closing it invalidates its tensors.
 */
public final class GgufFile implements AutoCloseable {
    private final String name;
    private final List<GgufPart> parts;
    private final MetadataView metadata;
    private final Map<String, Tensor> tensors;
    private final Set<String> used = ConcurrentHashMap.newKeySet();
    /** Owns the mappings; null if the caller owns the memory. */
    private final Arena arena;

    private int holders;
    private boolean closed;

    /** @param parts the first one's metadata is the model's */
    private GgufFile(List<GgufPart> parts, Arena arena) {
        GgufPart first = parts.getFirst();
        Map<String, Tensor> views = new LinkedHashMap<>();
        for (GgufPart part : parts) {
            part.header().tensors().forEach((key, info) -> {
                if (views.putIfAbsent(key, view(info, part.bytes())) != null) {
                    throw new GgufException(
                            part.name() + ": tensor " + Text.quote(key) + " is in an earlier part, too");
                }
            });
        }
        this.name = first.name();
        this.parts = List.copyOf(parts);
        this.metadata = first.metadata();
        this.tensors = Collections.unmodifiableMap(views);
        this.arena = arena;
    }

    /**
     * Maps a file read-only. If the model is split, maps all parts; {@code path} may be any of them. The file must not be
     * truncated or overwritten while it is open: replace model files by renaming.
     *
     * @throws GgufException if the file is absent, unreadable, not a regular file, or malformed, or a part is missing
     */
    public static GgufFile open(Path path) {
        Arena arena = Arena.ofShared();
        List<GgufPart> parts = new ArrayList<>();
        try {
            GgufPart named = GgufPart.map(path, arena);
            parts.add(named);
            Split split = Split.of(named.metadata());
            List<Path> files = split.files(path);
            if (files.size() > 1) {
                parts.clear();
                for (int i = 0; i < files.size(); i++) {
                    parts.add(i == split.number() ? named : GgufPart.map(files.get(i), arena));
                }
                requireWhole(parts);
            }
            return new GgufFile(parts, arena);
        } catch (RuntimeException | Error e) {
            release(arena, parts);
            throw e;
        }
    }

    private static void requireWhole(List<GgufPart> parts) {
        Split first = Split.of(parts.getFirst().metadata());
        int count = 0;
        for (int i = 0; i < parts.size(); i++) {
            GgufPart part = parts.get(i);
            Split.of(part.metadata()).requirePart(part.name(), i, first);
            count += part.header().tensors().size();
        }
        if (first.tensors() >= 0 && first.tensors() != count) {
            throw new GgufException(parts.getFirst().name() + ": the parts of this split model have " + count
                    + " tensors, not " + first.tensors() + " as " + Split.TENSORS_KEY + " says");
        }
    }

    private static void release(Arena arena, List<GgufPart> parts) {
        arena.close();
        parts.forEach(GgufPart::close);
    }

    /**
     * Reads a file that is already in native memory. The caller owns the memory, which must outlive the result.
     *
     * @param name name of the file in messages
     * @throws GgufException if it is malformed
     * @throws IllegalArgumentException if the memory is on the heap
     */
    public static GgufFile of(MemorySegment bytes, String name) {
        if (!bytes.isNative()) {
            throw new IllegalArgumentException(name + ": the bytes must be in native memory");
        }
        return new GgufFile(List.of(GgufPart.of(name, bytes.asReadOnly(), null)), null);
    }

    /** The path (for a split model, that of its first part), or the name given to {@link #of}. */
    public String name() {
        return name;
    }

    /** Names of the model's files; more than one if it is split. */
    public List<String> files() {
        return parts.stream().map(GgufPart::name).toList();
    }

    /** Number of {@link #files}. */
    int parts() {
        return parts.size();
    }

    /** Size of the file, or of all parts, in bytes. */
    public long size() {
        return parts.stream().mapToLong(part -> part.bytes().byteSize()).sum();
    }

    /** Format version: 2 or 3. */
    public int version() {
        return parts.getFirst().header().version();
    }

    public GgufMetadata metadata() {
        return metadata;
    }

    /** All tensors by name, in file order. */
    public Map<String, Tensor> tensors() {
        return tensors;
    }

    /** The tensor with this name, if present. */
    public Optional<Tensor> find(String tensor) {
        used.add(tensor);
        return Optional.ofNullable(tensors.get(tensor));
    }

    /**
     * Names of the tensors that {@link #find} or {@link #require} has not returned yet. After a model is loaded, these are the
     * tensors it does not use.
     */
    public List<String> unusedTensors() {
        return tensors.keySet().stream()
                .filter(tensor -> !used.contains(tensor))
                .toList();
    }

    /** Metadata keys whose values have not been read yet. */
    public List<String> unreadKeys() {
        return metadata.unread();
    }

    /**
     * The tensor with this name, of any shape.
     *
     * @throws GgufException if it is absent
     */
    public Tensor require(String tensor) {
        return find(tensor)
                .orElseThrow(() -> new GgufException(name + ": tensor " + Text.quote(tensor) + " is missing"));
    }

    /**
     * The tensor with this name and exactly this shape (ggml order).
     *
     * @throws GgufException if it is absent or has another shape
     */
    public Tensor require(String tensor, long... shape) {
        Tensor found = require(tensor);
        List<Long> expected = Arrays.stream(shape).boxed().toList();
        if (!found.shape().equals(expected)) {
            throw new GgufException(name + ": tensor " + Text.quote(tensor) + " has shape " + found.shape()
                    + "; it must be " + expected);
        }
        return found;
    }

    /**
     * Keeps the file mapped until {@link #release}, even if it is closed in between. Code that computes with raw addresses of
     * its tensors must hold it, because accesses through an address are not checked.
     *
     * @throws IllegalStateException if it is closed
     */
    public synchronized void hold() {
        if (closed) {
            throw new IllegalStateException(name + ": the file is closed");
        }
        holders++;
    }

    /** Ends one {@link #hold}. Unmaps the file if it was closed in between and no other hold is left. */
    public synchronized void release() {
        holders--;
        unmapUnused();
    }

    /**
     * Unmaps the file, or marks it to be unmapped by the last {@link #release}. Does nothing the second time, or if the caller
     * owns the memory.
     */
    @Override
    public synchronized void close() {
        closed = true;
        unmapUnused();
    }

    private void unmapUnused() {
        if (closed && holders <= 0 && arena != null && arena.scope().isAlive()) {
            release(arena, parts);
        }
    }

    /**
     * Checks that the file, or each part, is still as long as when it was mapped. If vector or machine code touches a page
     * that the file has lost, the process ends; so check before work begins. A file that is cut during the work is not
     * noticed. On an interrupted thread the check is left out, because the JDK would close the file.
     *
     * @throws GgufException if it became shorter
     */
    public void requireWhole() {
        if (!Thread.currentThread().isInterrupted()) {
            parts.forEach(GgufPart::requireWhole);
        }
    }

    /**
     * Copies bytes of a tensor. Bytes that are read through {@link Tensor#data()} stay in the process's memory as pages of the
     * mapping; these do not. Use it to read every tensor once.
     *
     * @param offset first byte, counted from the tensor's first
     * @param target native memory to fill
     * @throws GgufException if the file became shorter or cannot be read
     * @throws IndexOutOfBoundsException if the tensor has fewer bytes
     */
    public void read(Tensor tensor, long offset, MemorySegment target) {
        MemorySegment data = tensor.data().asSlice(offset, target.byteSize());
        GgufPart part = home(tensor);
        if (part.channel() == null) {
            target.copyFrom(data);
            return;
        }
        try {
            Reads.fully(part.channel(), data.address() - part.bytes().address(), target);
        } catch (ClosedChannelException e) {
            throw new IllegalStateException(name + ": the file is closed", e);
        } catch (IOException e) {
            throw new GgufException(
                    part.name() + ": tensor " + Text.quote(tensor.name()) + " cannot be read: " + e.getMessage(), e);
        }
    }

    /** The part that holds a tensor. */
    private GgufPart home(Tensor tensor) {
        long address = tensor.data().address();
        for (GgufPart part : parts) {
            long start = part.bytes().address();
            if (address >= start && address < start + part.bytes().byteSize()) {
                return part;
            }
        }
        throw new IllegalArgumentException(name + ": tensor " + Text.quote(tensor.name()) + " is that of another file");
    }

    /**
     * The place of a byte of a tensor, for messages.
     *
     * @return name of the file, and offset in it
     */
    public String place(Tensor tensor, long offset) {
        GgufPart part = home(tensor);
        long at = tensor.data().address() - part.bytes().address() + offset;
        return parts.size() == 1 ? "byte " + at : "byte " + at + " of " + part.name();
    }

    /** Metadata with access to raw values, for copying. */
    MetadataView rawMetadata() {
        return metadata;
    }

    private static Tensor view(TensorInfo info, MemorySegment bytes) {
        return new Tensor(info.name(), info.type(), info.shape(), bytes.asSlice(info.offset(), info.bytes()));
    }
}
