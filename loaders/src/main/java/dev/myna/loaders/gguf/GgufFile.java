// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.gguf;

import dev.myna.kernels.Tensor;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * A GGUF v2/v3 file (spec models.md 8.1): metadata, and tensors as views of the mapped file. Every count, offset and shape is
 * checked against the file before use. Immutable and thread-safe; closing it invalidates its tensors.
 */
public final class GgufFile implements AutoCloseable {
    private GgufFile() {}

    /**
     * Maps a file read-only.
     *
     * @throws GgufException if the file is absent, unreadable, not a regular file, or malformed
     */
    public static GgufFile open(Path path) {
        throw new UnsupportedOperationException("not written yet");
    }

    /**
     * Reads a file that is already in native memory (the caller owns the memory, which must outlive the result).
     *
     * @param name how messages call it
     */
    public static GgufFile of(MemorySegment bytes, String name) {
        throw new UnsupportedOperationException("not written yet");
    }

    /** The path or the name given to {@link #of}. */
    public String name() {
        throw new UnsupportedOperationException("not written yet");
    }

    /** Size of the file in bytes. */
    public long size() {
        throw new UnsupportedOperationException("not written yet");
    }

    /** Format version: 2 or 3. */
    public int version() {
        throw new UnsupportedOperationException("not written yet");
    }

    public GgufMetadata metadata() {
        throw new UnsupportedOperationException("not written yet");
    }

    /** All tensors by name, in file order. */
    public Map<String, Tensor> tensors() {
        throw new UnsupportedOperationException("not written yet");
    }

    /** The tensor with this name, if present. */
    public Optional<Tensor> find(String tensor) {
        return Optional.ofNullable(tensors().get(tensor));
    }

    /**
     * The tensor with this name and exactly this shape (ggml order).
     *
     * @throws GgufException if it is absent or has another shape
     */
    public Tensor require(String tensor, long... shape) {
        throw new UnsupportedOperationException("not written yet");
    }

    @Override
    public void close() {
        throw new UnsupportedOperationException("not written yet");
    }
}
