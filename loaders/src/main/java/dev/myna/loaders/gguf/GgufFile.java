// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.gguf;

import dev.myna.kernels.Tensor;
import dev.myna.loaders.io.Reads;
import dev.myna.loaders.text.Text;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A GGUF v2/v3 file (spec models.md 8.1): metadata, and tensors as views of the mapped file. Every count, offset and
 * shape is checked against the file before use. Thread-safe; closing it invalidates its tensors.
 */
public final class GgufFile implements AutoCloseable {
    private final String name;
    private final long size;
    private final int version;
    private final MetadataView metadata;
    private final Map<String, Tensor> tensors;
    private final Set<String> asked = ConcurrentHashMap.newKeySet();
    private final MemorySegment bytes;
    /** Owns the mapping; null if the caller owns the memory. */
    private final Arena arena;
    /** The mapped file; null if the caller owns the memory. */
    private final FileChannel channel;

    private int holders;
    private boolean closed;

    private GgufFile(String name, MemorySegment bytes, Arena arena, FileChannel channel) {
        GgufHeader header = GgufHeader.read(new GgufCursor(bytes, name));
        Map<String, Tensor> views = new LinkedHashMap<>();
        header.tensors().forEach((key, info) -> views.put(key, view(info, bytes)));
        this.name = name;
        this.size = bytes.byteSize();
        this.version = header.version();
        this.metadata = new MetadataView(bytes, name, header.values());
        this.tensors = Collections.unmodifiableMap(views);
        this.bytes = bytes;
        this.arena = arena;
        this.channel = channel;
    }

    /**
     * Maps a file read-only. It must not be truncated or overwritten while it is open: replace model files by renaming.
     *
     * @throws GgufException if the file is absent, unreadable, not a regular file, or malformed
     */
    public static GgufFile open(Path path) {
        requireRegularFile(path);
        Arena arena = Arena.ofShared();
        FileChannel channel = null;
        try {
            channel = FileChannel.open(path, StandardOpenOption.READ);
            MemorySegment bytes = channel.map(MapMode.READ_ONLY, 0, channel.size(), arena);
            return new GgufFile(path.toString(), bytes, arena, channel);
        } catch (AccessDeniedException e) {
            release(arena, channel);
            throw new GgufException(path + ": no permission to read the file", e);
        } catch (IOException | UnsupportedOperationException e) {
            release(arena, channel);
            throw new GgufException(path + ": the file cannot be mapped: " + e.getMessage(), e);
        } catch (InternalError e) {
            // How the JVM reports that a page of the mapping has gone: the file shrank, or its disk failed.
            release(arena, channel);
            throw new GgufException(path + ": the file changed or failed while it was read", e);
        } catch (RuntimeException | Error e) {
            release(arena, channel);
            throw e;
        }
    }

    private static void release(Arena arena, FileChannel channel) {
        arena.close();
        if (channel != null) {
            try {
                channel.close();
            } catch (IOException e) {
                // It was only read from: nothing is lost.
            }
        }
    }

    /**
     * Reads a file that is already in native memory (the caller owns the memory, which must outlive the result).
     *
     * @param name how messages call it
     * @throws GgufException if it is malformed
     * @throws IllegalArgumentException if the memory is on the heap
     */
    public static GgufFile of(MemorySegment bytes, String name) {
        if (!bytes.isNative()) {
            throw new IllegalArgumentException(name + ": the bytes must be in native memory");
        }
        return new GgufFile(name, bytes.asReadOnly(), null, null);
    }

    /** The path or the name given to {@link #of}. */
    public String name() {
        return name;
    }

    /** Size of the file in bytes. */
    public long size() {
        return size;
    }

    /** Format version: 2 or 3. */
    public int version() {
        return version;
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
        asked.add(tensor);
        return Optional.ofNullable(tensors.get(tensor));
    }

    /** Names of the tensors that nobody has asked for by name yet: after a model was loaded, those it does not use. */
    public List<String> unasked() {
        return tensors.keySet().stream()
                .filter(tensor -> !asked.contains(tensor))
                .toList();
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
     * Keeps the file mapped until {@link #release}, also if it is closed meanwhile: for whoever computes with addresses of its tensors,
     * behind which nothing is checked.
     *
     * @throws IllegalStateException if it is closed
     */
    public synchronized void hold() {
        if (closed) {
            throw new IllegalStateException(name + ": the file is closed");
        }
        holders++;
    }

    /** Ends one {@link #hold}; if the file was closed since and nobody else holds it, it is unmapped now. */
    public synchronized void release() {
        holders--;
        unmapUnused();
    }

    /** Unmaps the file, unless somebody holds it; does nothing the second time, or if the caller owns the memory. */
    @Override
    public synchronized void close() {
        closed = true;
        unmapUnused();
    }

    private void unmapUnused() {
        if (closed && holders <= 0 && arena != null && arena.scope().isAlive()) {
            release(arena, channel);
        }
    }

    /**
     * Asks whether the file is still as long as when it was mapped. Pages that a file has lost end the process when they are touched by
     * vector or machine code, so this is to be asked before work begins; a file that is cut while the work goes on is not noticed.
     * An interrupted thread does not ask: the system would close the file.
     *
     * @throws GgufException if it became shorter
     */
    public void requireWhole() {
        if (channel == null || Thread.currentThread().isInterrupted()) {
            return;
        }
        long now;
        try {
            now = channel.size();
        } catch (IOException e) {
            return; // closed, or a system that does not say: nothing is known
        }
        if (now < size) {
            throw new GgufException(name + ": the file became shorter since it was opened: " + now + " of " + size
                    + " bytes are left; load it again, and replace files that are in use by renaming");
        }
    }

    /**
     * Copies bytes of a tensor. Unlike those that are looked at through {@link Tensor#data()}, they do not stay in the process's
     * memory as pages of the mapping: for whoever reads every tensor once.
     *
     * @param offset first byte, counted from the tensor's first
     * @param target native memory to fill
     * @throws GgufException if the file became shorter or cannot be read
     * @throws IndexOutOfBoundsException if the tensor has fewer bytes
     */
    public void read(Tensor tensor, long offset, MemorySegment target) {
        MemorySegment data = tensor.data().asSlice(offset, target.byteSize());
        if (channel == null) {
            target.copyFrom(data);
            return;
        }
        try {
            Reads.fully(channel, data.address() - bytes.address(), target);
        } catch (ClosedChannelException e) {
            throw new IllegalStateException(name + ": the file is closed", e);
        } catch (IOException e) {
            throw new GgufException(
                    name + ": tensor " + Text.quote(tensor.name()) + " cannot be read: " + e.getMessage(), e);
        }
    }

    /** Metadata with access to raw values, for copying. */
    MetadataView rawMetadata() {
        return metadata;
    }

    /** Opening a FIFO would block and mapping a device could do anything, so the kind is asked for first. */
    private static void requireRegularFile(Path path) {
        if (Files.isRegularFile(path)) {
            return;
        }
        if (Files.isDirectory(path)) {
            throw new GgufException(path + ": this is a directory, not a GGUF file");
        }
        if (Files.exists(path)) {
            throw new GgufException(path + ": this is not a regular file");
        }
        throw new GgufException(path + ": no such file, or no permission to see it");
    }

    private static Tensor view(TensorInfo info, MemorySegment bytes) {
        return new Tensor(info.name(), info.type(), info.shape(), bytes.asSlice(info.offset(), info.bytes()));
    }
}
